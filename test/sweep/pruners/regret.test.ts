import t from 'tap';
import {readReference} from '../../reference/read.js';
import {mannWhitneyLess} from '../mann-whitney.js';
import {deceits, mfHartmann} from './mf-hartmann.js';
import {makePruner} from './replay.js';
import {type SimulatedOutcome, simulateSweep} from './simulated-sweep.js';

interface HartmannValue {
  readonly dims: number;
  readonly bias: number;
  readonly epoch: number;
  readonly point: readonly number[];
  readonly value: number;
}

const regrets = (outcomes: readonly SimulatedOutcome[]): number[] => outcomes.map(({regret}) => regret);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

t.test('the functions are those of mfpbench', async (t) => {
  const errors = readReference<HartmannValue[]>('mf_hartmann').map(({bias, epoch, point, value}) =>
    Math.abs(mfHartmann(point, epoch, 100, bias) - value),
  );
  t.equal(errors.length, 112);
  t.ok(Math.max(...errors) < 1e-12);
});

t.test('the test of Mann and Whitney', async (t) => {
  // scipy.stats.mannwhitneyu(a, b, alternative='less', method='asymptotic').pvalue
  const near = (found: number, expected: number): void => {
    t.ok(Math.abs(found / expected - 1) < 1e-9, `${found} is ${expected}`);
  };
  near(mannWhitneyLess([1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8]), 0.0330077157606155);
  near(mannWhitneyLess([0.1, 0.2, 0.3], [0.15, 0.05, 0.4]), 0.6687397082299713);
  near(
    mannWhitneyLess(
      Array.from({length: 30}, (_, i) => i),
      Array.from({length: 30}, (_, i) => i + 12.5),
    ),
    5.837180181275805e-6,
  );
});

for (const dims of [3, 6] as const)
  t.test(`ASHA gets farther than no pruning with the same epochs on mfh${dims}`, async (t) => {
    const sweep = {dims, deceit: deceits.plain, numEpochs: 27, parallel: 4, maxEpochs: 20 * 27, maxTrials: 1000};
    const seeds = Array.from({length: 30}, (_, seed) => seed);
    const whole = seeds.map((seed) => simulateSweep({...sweep, seed}, undefined));
    const asha = seeds.map((seed) =>
      simulateSweep({...sweep, seed}, makePruner({type: 'asha', eta: 3}, {numEpochs: 27})),
    );
    const p = mannWhitneyLess(regrets(asha), regrets(whole));
    t.ok(p < 0.01, `p ${p}`);
    t.ok(sum(asha.map(({numTrials}) => numTrials)) > 3 * sum(whole.map(({numTrials}) => numTrials)));
  });

t.test('of a hundred trials, ASHA trains a third of the epochs at most', async (t) => {
  const sweep = {
    dims: 6,
    deceit: deceits.plain,
    numEpochs: 27,
    parallel: 4,
    maxEpochs: Number.POSITIVE_INFINITY,
    maxTrials: 100,
  } as const;
  for (let seed = 0; seed < 5; seed++) {
    const outcome = simulateSweep({...sweep, seed}, makePruner({type: 'asha', eta: 3}, {numEpochs: 27}));
    t.equal(outcome.numTrials, 100);
    t.ok(outcome.numEpochs < 900, `${outcome.numEpochs} of 2700`);
    t.same(outcome, simulateSweep({...sweep, seed}, makePruner({type: 'asha', eta: 3}, {numEpochs: 27})));
  }
});
