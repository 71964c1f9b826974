import {type GroupEnding, type GroupRun, memberLabel} from '../report/group.js';
import {ExpError, exitCodes} from '../support/errors.js';
import {divergence} from './run-group.js';
import type {RunOutcome} from './run-options.js';

/** The exit code of a run: 0, or 130 when interrupted. @param learningRate the spec's, for a hint @throws ExpError DIVERGED */
export function exitCodeOf(outcome: RunOutcome, learningRate?: number): number {
  if (outcome.state === 'finished') return 0;
  if (outcome.state === 'interrupted') return exitCodes.INTERRUPTED;
  throw new ExpError('DIVERGED', divergence(outcome), divergenceHint(learningRate));
}

/** The worst of the runs decides: a failure, then divergence. @throws ExpError */
export function exitCodeOfGroup({runs}: GroupEnding, isInterrupted: boolean, learningRate?: number): number {
  const inState = (state: GroupRun['state']): readonly GroupRun[] => runs.filter((run) => run.state === state);
  if (inState('finished').length === runs.length) return 0;
  if (isInterrupted) return exitCodes.INTERRUPTED;
  const [failed, diverged] = [inState('failed'), inState('diverged')];
  const {error} = failed[0] ?? diverged[0]!;
  const told = (some: readonly GroupRun[], verb: string): string =>
    some.length === 0 ? '' : `${some.length} ${verb} (${some.map(memberLabel).join('; ')})`;
  const counts = [told(failed, 'failed'), told(diverged, 'diverged')].filter(Boolean).join(', ');
  throw new ExpError(
    error!.code,
    `of ${runs.length} runs ${counts}: ${error!.message}`,
    failed.length > 0 ? error!.hint : divergenceHint(learningRate),
  );
}

const divergenceHint = (learningRate: number | undefined): string =>
  `try a smaller training.optimizer.learningRate${learningRate === undefined ? '' : ` than ${learningRate}`}, and look for extreme values in the data`;
