import {createReporter} from '../report/create-reporter.js';
import type {GroupReporter} from '../report/reporter.js';
import {findRun} from '../runs/find-runs.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {exitCodeOf, exitCodeOfGroup} from './exit-codes.js';
import {resumeRun} from './resume.js';
import {resumeGroup} from './resume-group.js';
import {trainInterruptibly} from './training-command.js';

/** The command line of `exp resume`, parsed. */
export interface ResumeRequest {
  readonly run: string;
  /** All runs of its group. */
  readonly group: boolean;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  readonly runsDir: string;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * `exp resume`: goes on with a run, or with all of a group, and reports on the standard streams.
 * @returns the exit code: 0, or 130 when interrupted
 * @throws ExpError, DIVERGED among them
 */
export async function resumeCommand(request: ResumeRequest): Promise<number> {
  const {overrides, runsDir} = request;
  const run = findRun(request.run, runsDir);
  const reporter = await createReporter({...request, isGroup: request.group, logEverySteps: logEverySteps(run)});
  if (!request.group) return resumeOne(run, {overrides, runsDir, reporter});
  if (!run.group) throw new ExpError('USAGE', `${run.id} belongs to no group`, 'leave out --group');
  return resumeAll(run.group.id, {overrides, runsDir, reporter});
}

interface CommonOptions {
  readonly overrides: readonly string[];
  readonly runsDir: string;
  readonly reporter: GroupReporter;
}

/** @returns the exit code */
export async function resumeOne(run: Run, {overrides, runsDir, reporter}: CommonOptions): Promise<number> {
  const outcome = await trainInterruptibly({reporter, runsDir}, (options) =>
    resumeRun(run.path, {...options, reporter, overrides}),
  );
  return exitCodeOf(outcome);
}

/** @returns the exit code */
export function resumeAll(id: string, {overrides, runsDir, reporter}: CommonOptions): Promise<number> {
  const rest = ', the rest of the group left out,';
  return trainInterruptibly({reporter, runsDir, rest}, async (options) => {
    const onMembers = (members: Parameters<GroupReporter['groupStarted']>[0]): void => reporter.groupStarted(members);
    const ending = await resumeGroup(id, {...options, reporter, overrides, onMembers});
    reporter.groupEnded(ending);
    return exitCodeOfGroup(ending, options.signal.aborted);
  });
}

/** How often `step` lines of JSON are written: as often as rows of steps.csv. */
function logEverySteps(run: Run): number {
  const spec = run.resolvedSpec() as {readonly training?: {readonly logEverySteps?: unknown}} | undefined;
  const steps = spec?.training?.logEverySteps;
  return typeof steps === 'number' ? steps : 50;
}
