import {noticeLines} from '../report/download-lines.js';
import type {RunReporter} from '../report/reporter.js';
import type {RunDirectory} from '../runs/run-directory.js';
import {listenForInterrupts} from './interrupt.js';
import type {RunOptions} from './run-options.js';

/** What every command that trains gives to the run it makes. */
export type CommandOptions = Required<Pick<RunOptions, 'notify' | 'runsDir' | 'signal' | 'onFolder'>>;

/**
 * Trains while listening for signals: the first one ends the run with a checkpoint, the second one at once.
 * @param rest what else the first one leaves out, for its message
 */
export async function trainInterruptibly<Result>(
  {reporter, runsDir, rest = ''}: {readonly reporter: RunReporter; readonly runsDir: string; readonly rest?: string},
  train: (options: CommandOptions) => Promise<Result>,
): Promise<Result> {
  let directory: RunDirectory | undefined;
  const interrupts = listenForInterrupts({
    first: () => reporter.warn(`stopping after this step${rest} and saving a checkpoint; Ctrl-C again stops at once`),
    second() {
      reporter.close();
      try {
        directory?.close('interrupted', {message: 'stopped at once by a second signal'});
      } catch {
        // Nothing more can be done: readers see that the process is gone.
      }
    },
  });
  try {
    return await train({
      notify: noticeLines(process.stderr),
      runsDir,
      signal: interrupts.signal,
      onFolder(folder) {
        directory = folder;
      },
    });
  } finally {
    interrupts.stop();
  }
}
