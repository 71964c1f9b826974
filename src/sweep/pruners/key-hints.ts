import {comparable} from '../../spec/suggest.js';

/** Arguments as Optuna, Ray and others name them, and what they are called here: the first that a pruner has. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  minResource: ['minEpochs'],
  gracePeriod: ['minEpochs', 'warmupEpochs'],
  graceEpochs: ['minEpochs', 'warmupEpochs'],
  minT: ['minEpochs', 'warmupEpochs'],
  maxResource: ['maxEpochs'],
  maxT: ['maxEpochs'],
  maxLength: ['maxEpochs'],
  reductionFactor: ['eta'],
  factor: ['eta'],
  divisor: ['eta'],
  nStartupTrials: ['startupTrials'],
  minSamplesRequired: ['minTrials'],
  nMinTrials: ['minTrials'],
  nWarmupSteps: ['warmupEpochs', 'minEpochs'],
  nWarmupEpochs: ['warmupEpochs', 'minEpochs'],
  intervalSteps: ['interval'],
  minEarlyStoppingRate: ['brackets', 'minEpochs'],
  wrappedPruner: ['pruner'],
  tolerance: ['minDelta'],
};

const metric = 'pruners go by the `metric` of the sweep';

const advice: Readonly<Record<string, string>> = {
  bootstrapCount: 'there is none: the first trial at a rung always goes on',
  timeAttr: 'pruners count epochs',
  monitor: metric,
  metric,
  mode: metric,
  goal: metric,
};

/** What to write for arguments that are called otherwise here. @param keys of one pruner */
export function keyHints(keys: readonly string[]): Readonly<Record<string, string>> {
  const renamings = Object.entries(renamed).flatMap(([name, candidates]) => {
    const key = candidates.find((candidate) => keys.includes(candidate));
    return key === undefined ? [] : [[comparable(name), `write \`${key}\``] as const];
  });
  const others = Object.entries(advice).map(([name, hint]) => [comparable(name), hint] as const);
  return Object.fromEntries([...renamings, ...others]);
}
