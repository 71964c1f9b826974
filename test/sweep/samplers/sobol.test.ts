import t from 'tap';
import {buildSampler} from '../../../src/sweep/samplers/index.js';
import {sobolSequence} from '../../../src/sweep/samplers/sobol-sequence.js';
import type {SearchSpace} from '../../../src/sweep/space/search-space.js';
import {readReference} from '../../reference/read.js';
import {spaceOf} from './objectives.js';

/** SciPy's points; see test/reference/samplers.py. */
const {sobol: reference} = readReference<{
  readonly sobol: {
    readonly dimensions: readonly number[];
    readonly indices: readonly number[];
    readonly points: readonly number[][];
  };
}>('samplers');

t.test('points are SciPy’s, up to 256 dimensions', async (t) => {
  const sequence = sobolSequence(256);
  for (const [row, index] of reference.indices.entries()) {
    const point = sequence(index);
    t.same(
      reference.dimensions.map((dimension) => point[dimension]),
      reference.points[row],
      `point ${index}`,
    );
  }
});

t.test('scrambled points are as even: one in each of 2^(a+b) boxes of 2^-a by 2^-b', async (t) => {
  // The first two dimensions are a (0, m, 2)-net in base 2, and scrambling keeps that; points drawn at random leave a third of the boxes empty.
  const [first, second] = [
    [1234567, 891011],
    [42, 43],
  ].map((scrambles) => sobolSequence(2, scrambles));
  const points = Array.from({length: 64}, (_, i) => first!(i) as [number, number]);
  for (const [columns, rows] of [
    [64, 1],
    [32, 2],
    [16, 4],
    [8, 8],
    [4, 16],
    [2, 32],
    [1, 64],
  ] as const) {
    const boxes = new Set(points.map(([x, y]) => `${Math.floor(x * columns)},${Math.floor(y * rows)}`));
    t.equal(boxes.size, 64, `${columns} by ${rows}`);
  }
  t.not(first!(5)[0], second!(5)[0], 'another scramble, other points');
  const means = [0, 1].map((d) => points.reduce((sum, point) => sum + point[d]!, 0) / 64);
  t.ok(
    means.every((mean) => Math.abs(mean - 0.5) < 1 / 64),
    `${means}`,
  );
});

t.test('scrambling is uniform: the first point is anywhere', async (t) => {
  const tenths = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 2000; seed++)
    tenths[Math.floor(sobolSequence(1, [Math.imul(seed, 0x9e3779b9)])(0)[0]! * 10)]!++;
  const chiSquared = tenths.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
  t.ok(chiSquared < 27.9, `χ² of nine degrees of freedom is ${chiSquared}; above 27.9 one time in a thousand`);
});

t.test(
  'points that break the constraints are passed over, the others stay what and in what order they are',
  async (t) => {
    const free = spaceOf({
      x: {kind: 'float', low: 0, high: 1, scale: 'linear'},
      y: {kind: 'float', low: 0, high: 1, scale: 'linear'},
    });
    const constrained: SearchSpace = {...free, isFeasible: ({x, y}) => (x as number) < (y as number)};
    const [all, some] = [free, constrained].map((space) => {
      const sampler = buildSampler({type: 'sobol', scramble: true}, space);
      return Array.from({length: 64}, (_, i) => sampler.suggest({point: i + 1, seed: 9, observations: []}));
    });
    const kept = all!.filter((assignment) => constrained.isFeasible(assignment));
    t.same(some!.slice(0, kept.length), kept);
    t.ok(Math.abs(kept.length - 32) <= 4, `half of them, ${kept.length}`);
  },
);

t.test('more parameters than there are direction numbers for', async (t) => {
  const space = spaceOf(
    Object.fromEntries(Array.from({length: 257}, (_, i) => [`x${i}`, {kind: 'int', low: 0, high: 1, scale: 'linear'}])),
  );
  t.throws(() => buildSampler({type: 'sobol', scramble: true}, space), {code: 'USAGE', message: /256 parameters/});
});
