import t from 'tap';
import {logNormalCdf, logNormalMass, normalCdf, normalQuantile} from '../../../src/sweep/samplers/normal.js';
import {readReference} from '../../reference/read.js';

/** What SciPy computed; see test/reference/samplers.py. */
const {normal} = readReference<{
  readonly normal: {
    readonly x: readonly number[];
    readonly cdf: readonly number[];
    readonly logCdf: readonly number[];
    readonly p: readonly number[];
    readonly quantile: readonly number[];
  };
}>('samplers');

const isClose = (actual: number, expected: number, relative: number): boolean =>
  Math.abs(actual - expected) <= relative * Math.abs(expected);

t.test('the distribution, its logarithm and its quantiles are SciPy’s', async (t) => {
  for (const [i, x] of normal.x.entries()) {
    t.ok(isClose(normalCdf(x), normal.cdf[i]!, 1e-14), `below ${x}: ${normalCdf(x)}`);
    t.ok(isClose(logNormalCdf(x), normal.logCdf[i]!, 1e-14), `its logarithm: ${logNormalCdf(x)}`);
  }
  for (const [i, p] of normal.p.entries()) {
    t.ok(isClose(normalQuantile(p), normal.quantile[i]!, 1e-12), `${p}: ${normalQuantile(p)}`);
  }
});

t.test('the mass of an interval', async (t) => {
  t.ok(isClose(Math.exp(logNormalMass(-1, 1)), 0.6826894921370859, 1e-14), 'one deviation');
  t.equal(logNormalMass(2, 3), logNormalMass(-3, -2), 'both tails are alike');
  // Far out the mass of [a, ∞) is nearly φ(a) / a · (1 − 1 / a²), and that of [40, 41] nearly the same.
  const a = 40;
  const tail = -0.5 * a * a - 0.5 * Math.log(2 * Math.PI) - Math.log(a) + Math.log1p(-1 / a ** 2);
  t.ok(isClose(logNormalMass(a, a + 1), tail, 1e-8), `${logNormalMass(a, a + 1)}`);
  // A narrow interval is worked out otherwise; halves of it must sum to the whole.
  for (const [low, width] of [
    [-1, 0.16],
    [-0.08, 0.16],
    [0.3, 0.12],
    [-4.9, 0.11],
    [-9, 0.1001],
  ] as const) {
    const [left, right] = [0, 1].map((half) =>
      Math.exp(logNormalMass(low + (half * width) / 2, low + ((half + 1) * width) / 2)),
    );
    t.ok(isClose(left! + right!, Math.exp(logNormalMass(low, low + width)), 1e-10), `${width} from ${low}`);
  }
});
