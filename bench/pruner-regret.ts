/**
 * What pruners save on multi-fidelity Hartmann functions: node --import tsx bench/pruner-regret.ts [seeds = 30]
 * Random search, four trials at a time, a hundred epochs each; regret of the best finished trial, median over the seeds. Once with the epochs of 20 whole
 * trials as budget, with and without pruning (one-sided Mann–Whitney), once with 100 trials to be gone through. Fails if ASHA is not better than no
 * pruning (p < 0.01) on mfh3 and mfh6. `test/sweep/pruners/regret.test.ts` is the small form.
 */
import {mannWhitneyLess} from '../test/sweep/mann-whitney.js';
import {deceits} from '../test/sweep/pruners/mf-hartmann.js';
import {makePruner, type WrittenPruner} from '../test/sweep/pruners/replay.js';
import {type SimulatedOutcome, type SimulatedSweep, simulateSweep} from '../test/sweep/pruners/simulated-sweep.js';
import {describeMachine} from './machine.js';

const numSeeds = Number(process.argv[2] ?? 30);
const numEpochs = 100;
const specs: readonly WrittenPruner[] = [
  {type: 'asha'},
  {type: 'asha', eta: 3, minEpochs: 3},
  {type: 'asha', brackets: 3},
  {type: 'hyperband'},
  {type: 'median'},
  {type: 'percentile', percentile: 25},
];

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const simulate = (sweep: Omit<SimulatedSweep, 'seed'>, spec?: WrittenPruner): SimulatedOutcome[] =>
  Array.from({length: numSeeds}, (_, seed) =>
    simulateSweep({...sweep, seed}, spec && makePruner(spec, {numEpochs, sweepName: `seed-${seed}`})),
  );

const regrets = (outcomes: readonly SimulatedOutcome[]): number[] => outcomes.map(({regret}) => regret);
const medianRegret = (outcomes: readonly SimulatedOutcome[]): string => median(regrets(outcomes)).toFixed(3);

console.log(describeMachine());
for (const dims of [3, 6] as const)
  for (const [name, deceit] of Object.entries(deceits)) {
    const sweep = {dims, deceit, numEpochs, parallel: 4};
    const budget = {...sweep, maxEpochs: 20 * numEpochs, maxTrials: Number.POSITIVE_INFINITY};
    const trials = {...sweep, maxEpochs: Number.POSITIVE_INFINITY, maxTrials: 100};
    const whole = simulate(budget);
    console.log(
      `mfh${dims} ${name}: without pruning ${medianRegret(whole)} after 20 trials, ${medianRegret(simulate(trials))} after 100`,
    );
    for (const spec of specs) {
      const pruned = simulate(budget, spec);
      const all = simulate(trials, spec);
      const p = mannWhitneyLess(regrets(pruned), regrets(whole));
      const saved = 1 - median(all.map((outcome) => outcome.numEpochs)) / (trials.maxTrials * numEpochs);
      console.log(
        `  ${JSON.stringify(spec)}: ${medianRegret(pruned)} of ${median(pruned.map(({numTrials}) => numTrials))} trials for the same epochs, p ${p.toExponential(1)}; 100 trials: ${medianRegret(all)}, ${Math.round(100 * saved)} % of the epochs saved`,
      );
      if (spec === specs[0] && name === 'plain' && !(p < 0.01)) process.exitCode = 1;
    }
  }
