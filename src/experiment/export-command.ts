import {noticeLines} from '../report/download-lines.js';
import {exportScreen} from '../report/export-screen.js';
import {streamSink, type TextStream} from '../report/sink.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {ExpError} from '../support/errors.js';
import type {ModelFormat} from './export-model.js';

/** The command line of `exp export`, parsed. */
export interface ExportRequest {
  /** As people name them. */
  readonly runs: readonly string[];
  readonly runsDir: string;
  readonly format: ModelFormat | 'tensorboard' | 'mlflow';
  readonly out?: string | undefined;
  readonly checkpoint?: RunCheckpoint | undefined;
  readonly force: boolean;
  readonly batchSize?: number | undefined;
  readonly probabilities: boolean;
  readonly names?: 'exp' | 'pytorch' | undefined;
  readonly examples?: string | undefined;
  readonly url?: string | undefined;
  readonly experiment?: string | undefined;
  readonly json: boolean;
}

/** `exp export`: writes, and says on `out` what. @throws ExpError */
export async function exportRuns(request: ExportRequest, out: TextStream, errors: NodeJS.WriteStream): Promise<void> {
  const {format, runs, json} = request;
  if (runs.length === 0) throw new ExpError('USAGE', 'which run is to be exported?', 'exp ls shows the runs there are');
  const notify = noticeLines(errors);
  const warn = (message: string): void => notify(`warning: ${message}`);
  if (runs.length > 1) {
    const message = `--format ${format} takes one run, and there are ${runs.length}: ${runs.join(', ')}`;
    throw new ExpError('USAGE', message, 'export them one after another');
  }
  const {exportModel} = await import('./export-model.js');
  const exported = await exportModel({...request, format: format as ModelFormat, run: runs[0]!, warn, notify});
  const sink = streamSink(out);
  sink.write(json ? `${JSON.stringify(exported, null, 2)}\n` : exportScreen(exported, sink));
}
