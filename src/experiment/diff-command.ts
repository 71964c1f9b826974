import {diffRuns} from '../comparison/diff.js';
import {printable} from '../report/comparison-cells.js';
import {diffMarkdown} from '../report/diff-markdown.js';
import {diffScreen} from '../report/diff-screen.js';
import {streamSink, type TextStream} from '../report/sink.js';
import {findRun} from '../runs/find-runs.js';

/** What `exp diff` was asked for. */
export interface DiffRequest {
  /** Runs as people name them. */
  readonly a: string;
  readonly b: string;
  readonly runsDir: string;
  readonly format: 'text' | 'json' | 'md';
}

/** Prints what differs between two runs, and on `errors` what is wrong with their folders. @throws ExpError for a run that is not there */
export function showDifferences({a, b, runsDir, format}: DiffRequest, out: TextStream, errors: TextStream): void {
  const diff = diffRuns(findRun(a, runsDir), findRun(b, runsDir));
  const [sink, warnings] = [streamSink(out), streamSink(errors)];
  if (format === 'json') sink.write(`${JSON.stringify(diff, null, 2)}\n`);
  else sink.write(format === 'md' ? diffMarkdown(diff) : diffScreen(diff, sink));
  for (const {id, warnings: texts} of diff.a.path === diff.b.path ? [diff.a] : [diff.a, diff.b]) {
    for (const text of texts)
      warnings.write(`${warnings.style.yellow('warning:')} ${printable(id)}: ${printable(text)}\n`);
  }
}
