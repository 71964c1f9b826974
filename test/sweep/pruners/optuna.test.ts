import t from 'tap';
import {readReference} from '../../reference/read.js';
import {type Curve, makePruner, stopEpochs, type WrittenPruner} from './replay.js';

interface Reference {
  readonly golden: Readonly<Record<string, readonly (number | null)[]>> & {readonly curves: readonly number[][]};
  readonly cases: readonly {
    readonly spec: WrittenPruner;
    readonly goal: 'minimize' | 'maximize';
    readonly curves: readonly (readonly [number, number | string])[][];
    readonly stops: readonly (number | null)[];
  }[];
}

const {golden, cases} = readReference<Reference>('pruners');

t.test('twelve fixed curves are stopped where Optuna 3.1 stops them', async (t) => {
  const curves = golden.curves.map((scores): Curve => scores.map((score, i) => [i + 1, score] as const));
  const check = (name: string, spec: WrittenPruner): void => {
    t.strictSame(stopEpochs(makePruner(spec), curves), golden[name], name);
  };
  check('median', {type: 'median'});
  // Optuna's warm-up of 5 in these curves, whose steps count from 1, lets the first 4 pass
  check('median_w5_i3', {type: 'median', startupTrials: 3, warmupEpochs: 4, interval: 3});
  check('sha_r1_eta3', {type: 'asha', eta: 3});
  check('sha_default', {type: 'asha'});
  check('hyperband_1_27_3', {type: 'hyperband', maxEpochs: 27});
});

for (const {spec, goal, curves, stops} of cases) {
  t.test(`${JSON.stringify(spec)}, ${goal}: forty curves are stopped where Optuna 5.0 stops them`, async (t) => {
    const sign = goal === 'maximize' ? -1 : 1;
    const scores = curves.map((curve): Curve => curve.map(([epoch, value]) => [epoch, sign * Number(toNumber(value))]));
    t.strictSame(stopEpochs(makePruner(spec, {goal}), scores), stops);
  });
}

/** JSON has no NaN and no infinities; Python writes them as nan, inf and -inf. */
function toNumber(value: number | string): number {
  const words: Readonly<Record<string, number>> = {
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
  };
  return typeof value === 'number' ? value : words[value]!;
}
