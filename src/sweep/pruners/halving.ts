import {Type} from '@sinclair/typebox';
import {crc32} from '../../support/crc32.js';
import {ExpError} from '../../support/errors.js';
import {lastEpoch} from './curves.js';
import {ordinal} from './ordinal.js';
import type {LearningCurve, Pruner, PruningContext, PruningRequest} from './pruner.js';

/** The first rung. */
export const minEpochs = Type.Integer({
  default: 1,
  minimum: 1,
  description: 'The epoch of the first rung: no trial is stopped before; at least 1.',
});

/** The factor from rung to rung, and the share that goes on. */
export const eta = (defaultValue: number) =>
  Type.Integer({
    default: defaultValue,
    minimum: 2,
    description: 'One in so many goes on from a rung to the next, which is so many times as far; at least 2.',
  });

/**
 * @throws ExpError SPEC_INVALID if no rung of the first bracket lies before a trial's end, or any in reach
 */
export function checkFirstRung({type, minEpochs}: HalvingSpec, maxEpochs: number, numEpochs: number | undefined): void {
  const rung = `pruner ${type} has its first rung at epoch ${minEpochs}`;
  const refuse = (why: string): never => {
    throw new ExpError('SPEC_INVALID', `${rung}, ${why}: it would never stop one`, 'make minEpochs smaller');
  };
  if (numEpochs !== undefined && minEpochs >= numEpochs) refuse(`and trials end with epoch ${numEpochs}`);
  if (minEpochs > maxEpochs) refuse(`beyond the maxEpochs of trials, ${maxEpochs}`);
}

interface HalvingSpec {
  readonly type: string;
  readonly minEpochs: number;
  readonly eta: number;
}

/**
 * Trials allotted to each bracket, all of which cost about the same: ⌈B · eta^s / (s + 1)⌉ for the bracket whose trials have s rungs
 * to pass before the last (Li et al. 2018, algorithm 1).
 */
export const allotments = (numBrackets: number, eta: number): number[] =>
  Array.from({length: numBrackets}, (_, bracket) => {
    const s = numBrackets - 1 - bracket;
    return Math.ceil((numBrackets * eta ** s) / (s + 1));
  });

/** The bracket of a trial, from 0: drawn by the checksum of the sweep's name and the trial's number from 0, as Optuna draws it. */
export function bracketOf(trial: number, sweepName: string, allotted: readonly number[]): number {
  const total = allotted.reduce((sum, share) => sum + share, 0);
  const drawn = crc32(new TextEncoder().encode(`${sweepName}_${trial - 1}`)) % total;
  let sum = 0;
  return allotted.findIndex((share) => {
    sum += share;
    return drawn < sum;
  });
}

/** The score with which a trial came to a rung: that of the first epoch at or beyond it. */
function scoreAt({scores}: LearningCurve, rungEpoch: number): number | undefined {
  for (const [epoch, score] of scores) if (epoch >= rungEpoch) return score;
  return undefined;
}

/** The last epoch before the one just reported; 0 if that is the first. */
function epochBefore({scores}: LearningCurve, last: number): number {
  let before = 0;
  for (const epoch of scores.keys()) if (epoch !== last) before = epoch;
  return before;
}

/**
 * Successive halving without waiting (Li et al. 2020), in the form in which trials are stopped rather than paused, as Ray and Optuna do:
 * at the rung minEpochs · eta^(bracket + k) a trial goes on if it is among the best 1/eta of all trials of its bracket that have come there so far,
 * itself included; the best always does. NaN does not come to a rung: it is stopped there and counts for nobody.
 */
export function halvingPruner(
  spec: HalvingSpec,
  allotted: readonly number[],
  maxEpochs: number,
  {sweepName}: PruningContext,
): Pruner {
  const brackets = new Map<number, number>();

  function bracketOfTrial(trial: number): number {
    if (!brackets.has(trial)) brackets.set(trial, bracketOf(trial, sweepName, allotted));
    return brackets.get(trial)!;
  }

  function decideAt(rungEpoch: number, epoch: number, bracket: number, {trial, others}: PruningRequest) {
    const score = trial.scores.get(epoch)!;
    if (Number.isNaN(score)) return `${spec.type}: NaN at epoch ${epoch}`;
    const rivals = others
      .filter((other) => bracketOfTrial(other.trial) === bracket)
      .map((other) => scoreAt(other, rungEpoch))
      .filter((rival) => rival !== undefined && !Number.isNaN(rival));
    const rank = 1 + rivals.filter((rival) => rival! < score).length;
    const numTrials = rivals.length + 1;
    const numBest = Math.max(1, Math.floor(numTrials / spec.eta));
    if (rank <= numBest) return;
    const where = allotted.length > 1 ? ` of bracket ${bracket + 1}` : '';
    const best = numBest === 1 ? 'the best goes on' : `the best ${numBest} go on`;
    return `${spec.type}: ${ordinal(rank)} of ${numTrials}${where} at epoch ${epoch}; ${best}`;
  }

  return {
    comparesTrials: true,
    decide(request) {
      const epoch = lastEpoch(request.trial);
      if (epoch === undefined) return;
      const before = epochBefore(request.trial, epoch);
      const bracket = bracketOfTrial(request.trial.trial);
      for (let rung = spec.minEpochs * spec.eta ** bracket; rung <= Math.min(epoch, maxEpochs); rung *= spec.eta) {
        const reason = rung > before ? decideAt(rung, epoch, bracket, request) : undefined;
        if (reason !== undefined) return reason;
      }
      return;
    },
  };
}
