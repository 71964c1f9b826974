import {JsonReporter} from './json-reporter.js';
import {LineReporter} from './line-reporter.js';
import {combineReporters, type GroupReporter} from './reporter.js';
import {plainSink, type Sink, streamSink} from './sink.js';
import {tensorboardReporter} from './tensorboard-reporter.js';

export interface ReporterOptions {
  /** JSON lines instead of text. */
  readonly json: boolean;
  /** Only how it ended. */
  readonly quiet: boolean;
  /** Several runs follow: a heading and a line for each instead of screens, and their table at the end. */
  readonly isGroup?: boolean;
  /** Steps between two `step` lines of JSON. */
  readonly logEverySteps: number;
  /** Event files for TensorBoard in the run folders; else only in those that have one from before. */
  readonly tensorboard?: boolean;
}

/** The reporter for this process's standard streams, and for TensorBoard. */
export async function createReporter(options: ReporterOptions): Promise<GroupReporter> {
  const {tensorboard = false, logEverySteps} = options;
  const reporter = await streamReporter(options);
  return {
    ...combineReporters([reporter, tensorboardReporter({onlyWhereBegun: !tensorboard, logEverySteps})]),
    groupStarted: (members) => reporter.groupStarted(members),
    groupEnded: (ending) => reporter.groupEnded(ending),
  };
}

/** JSON lines, a live bar on a terminal, or a line per epoch. */
async function streamReporter({json, quiet, isGroup = false, logEverySteps}: ReporterOptions): Promise<GroupReporter> {
  const {stdout, stderr} = process;
  if (json)
    return new JsonReporter(
      plainSink((text) => stdout.write(text)),
      {logEverySteps},
    );
  const [sink, warnings]: [Sink, Sink] = [streamSink(stdout), streamSink(stderr)];
  if (quiet || !stdout.isTTY || process.env.TERM === 'dumb') return new LineReporter(sink, {quiet, isGroup, warnings});
  const {LiveReporter} = await import('./live-reporter.js');
  return new LiveReporter(stdout, sink, {warnings, isGroup});
}
