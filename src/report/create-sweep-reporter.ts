import {plainSink, type Sink, streamSink} from './sink.js';
import {SweepJsonReporter} from './sweep-json-reporter.js';
import {SweepLineReporter} from './sweep-line-reporter.js';
import type {SweepReporter, SweepReporterOptions} from './sweep-view.js';

/** The reporter for this process's standard streams: JSON lines, a live table on a terminal, or a line for each trial. */
export async function createSweepReporter(options: SweepReporterOptions): Promise<SweepReporter> {
  const {stdout, stderr} = process;
  if (options.json) return new SweepJsonReporter(plainSink((text) => stdout.write(text)));
  const [sink, warnings]: [Sink, Sink] = [streamSink(stdout), streamSink(stderr)];
  if (options.quiet || !stdout.isTTY || process.env.TERM === 'dumb') {
    return new SweepLineReporter(sink, {...options, warnings});
  }
  const {SweepLiveReporter} = await import('./sweep-live-reporter.js');
  return new SweepLiveReporter(stdout, sink, warnings);
}
