import {createReporter} from '../report/create-reporter.js';
import {resumeRun} from './resume.js';
import {exitCodeOf, trainInterruptibly} from './training-command.js';

/** The command line of `exp resume`, parsed. */
export interface ResumeRequest {
  readonly run: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  readonly runsDir: string;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * `exp resume`: goes on with a run and reports on the standard streams.
 * @returns the exit code: 0, or 130 when interrupted
 * @throws ExpError, DIVERGED among them
 */
export async function resumeCommand(request: ResumeRequest): Promise<number> {
  const {run, overrides, runsDir} = request;
  const reporter = await createReporter({...request, logEverySteps: 50});
  const outcome = await trainInterruptibly({reporter, runsDir}, (options) =>
    resumeRun(run, {...options, reporter, overrides}),
  );
  return exitCodeOf(outcome, undefined);
}
