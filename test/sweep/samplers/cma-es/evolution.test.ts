import t from 'tap';
import {symmetricEigen} from '../../../../src/sweep/samplers/cma-es/eigen.js';
import {evolve, startEvolution} from '../../../../src/sweep/samplers/cma-es/evolution.js';
import {defaultPopulation} from '../../../../src/sweep/samplers/cma-es/strategy.js';
import {readReference, relativeError} from '../../../reference/read.js';

/** What the package cmaes came to, told the same points; see test/reference/cma_es.py. */
interface Case {
  readonly n: number;
  readonly population: number;
  readonly sigma: number;
  readonly generations: readonly {
    readonly points: readonly number[][];
    readonly scores: readonly number[];
    readonly mean: number[];
    readonly sigma: number;
    readonly covariance: number[];
    readonly stepPath: number[];
    readonly covariancePath: number[];
  }[];
}

t.test('generations are those of the package cmaes', async (t) => {
  for (const {n, population, sigma, generations} of readReference<readonly Case[]>('cma_es')) {
    if (population !== 12) t.equal(defaultPopulation(n), population, `${n} dimensions`);
    let evolution = startEvolution(new Float64Array(n).fill(0.5), sigma);
    for (const [index, expected] of generations.entries()) {
      const order = expected.scores.map((_, i) => i).sort((a, b) => expected.scores[a]! - expected.scores[b]!);
      evolution = evolve(
        evolution,
        order.map((i) => ({x: Float64Array.from(expected.points[i]!), isInjected: false})),
      );
      const error = Math.max(
        ...(['mean', 'covariance', 'stepPath', 'covariancePath'] as const).map((key) =>
          relativeError(evolution[key], expected[key]),
        ),
        relativeError([evolution.sigma], [expected.sigma]),
      );
      t.ok(error < 1e-10, `${n} dimensions, generation ${index + 1}: ${error}`);
    }
  }
});

t.test('a step that was not drawn is cut to a likely length', async (t) => {
  const start = startEvolution(Float64Array.of(0, 0), 1);
  const near = {x: Float64Array.of(1, 0), isInjected: false};
  const far = {x: Float64Array.of(0, 1000), isInjected: true};
  // The best of two alone makes the mean; in two dimensions a likely length is √2 + 4 / 4.
  t.ok(Math.abs(evolve(start, [far, near]).mean[1]! - (Math.SQRT2 + 1)) < 1e-12);
  t.equal(evolve(start, [{...far, isInjected: false}, near]).mean[1], 1000);
});

t.test('eigenvalues and eigenvectors', async (t) => {
  const {values} = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  t.ok(relativeError([...values].sort(), [1, 3]) < 1e-15);
  // Of the second-difference matrix of n rows: 2 − 2 cos(kπ / (n + 1)).
  const n = 12;
  const matrix = Float64Array.from({length: n * n}, (_, at) => {
    const distance = Math.abs(Math.floor(at / n) - (at % n));
    return distance === 0 ? 2 : distance === 1 ? -1 : 0;
  });
  const eigen = symmetricEigen(matrix, n);
  const expected = Array.from({length: n}, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
  t.ok(
    relativeError(
      [...eigen.values].sort((a, b) => a - b),
      expected,
    ) < 1e-13,
  );
  const again = matrix.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return eigen.values.reduce(
      (sum, value, k) => sum + eigen.vectors[i * n + k]! * value * eigen.vectors[j * n + k]!,
      0,
    );
  });
  t.ok(relativeError(again, [...matrix]) < 1e-13);
});
