import t from 'tap';
import {symmetricBeta} from '../../src/support/beta.js';
import {Rng} from '../../src/support/random.js';

/** Distribution functions that can be written down. */
const distributions: readonly [number, (x: number) => number][] = [
  [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  [1, (x) => x],
  [2, (x) => 3 * x ** 2 - 2 * x ** 3],
  [3, (x) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5],
];

t.test('draws are distributed as they should be', async (t) => {
  const numDraws = 20_000;
  for (const [alpha, share] of distributions) {
    const rng = Rng.fromSeed(alpha * 10);
    const draws = Float64Array.from({length: numDraws}, () => symmetricBeta(rng, alpha)).sort();
    const distance = draws.reduce((worst, x, i) => Math.max(worst, Math.abs(share(x) - (i + 0.5) / numDraws)), 0);
    // Kolmogorov and Smirnov: one stream in a million is further away than 2.7 / √n.
    t.ok(distance < 2.7 / Math.sqrt(numDraws), `alpha ${alpha}: ${distance}`);
  }
});

t.test('small and large shapes: mean 1/2, variance 1 / (8 alpha + 4)', async (t) => {
  const numDraws = 20_000;
  for (const alpha of [0.001, 0.2, 100]) {
    const rng = Rng.fromSeed(3);
    const draws = Array.from({length: numDraws}, () => symmetricBeta(rng, alpha));
    t.ok(
      draws.every((x) => x >= 0 && x <= 1),
      'all in [0, 1], none NaN',
    );
    const mean = draws.reduce((sum, x) => sum + x, 0) / numDraws;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numDraws;
    t.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
    t.ok(Math.abs(variance * (8 * alpha + 4) - 1) < 0.05, `variance ${variance}`);
  }
});
