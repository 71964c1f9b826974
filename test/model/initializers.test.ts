import {Value} from '@sinclair/typebox/value';
import t from 'tap';
import {type Fans, fansOf} from '../../src/model/initializers/fans.js';
import {type InitializerSpec, initializerOf, initializers} from '../../src/model/initializers/index.js';
import {Rng} from '../../src/support/random.js';
import {type Shape, sizeOf} from '../../src/support/tensor.js';

function draw(spec: {type: string; [argument: string]: unknown}, shape: Shape, fans: Fans = fansOf(shape), seed = 1) {
  const definition = initializerOf(spec as InitializerSpec);
  const values = new Float32Array(sizeOf(shape)).fill(Number.NaN);
  definition.fill(
    Value.Default(definition.args, {...spec}) as InitializerSpec,
    values,
    shape,
    fans,
    Rng.fromSeed(seed),
  );
  return values;
}

/** Mean, variance and extremes. */
function describe(values: Float32Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return {mean, variance, min: Math.min(...values), max: Math.max(...values)};
}

t.test('fans: (in, out) are the last two axes, times the receptive field', async (t) => {
  t.same(fansOf([300, 100]), {fanIn: 300, fanOut: 100});
  t.same(fansOf([5, 5, 32, 64]), {fanIn: 800, fanOut: 1600});
  t.same(fansOf([7]), {fanIn: 7, fanOut: 7});
});

// 64,000 values: a sample variance is within 2.5 % of the true one with more than four standard errors to spare (√(2/64000) = 0.56 %).
const shape = [5, 5, 32, 80];
const fanIn = 800;
const fanOut = 2000;
const sqrt3 = Math.sqrt(3);

for (const {type, variance, limit} of [
  {type: 'glorotUniform', variance: 2 / (fanIn + fanOut), limit: sqrt3},
  {type: 'heUniform', variance: 2 / fanIn, limit: sqrt3},
  {type: 'lecunUniform', variance: 1 / fanIn, limit: sqrt3},
  {type: 'torchUniform', variance: 1 / (3 * fanIn), limit: sqrt3},
  {type: 'glorotNormal', variance: 2 / (fanIn + fanOut), limit: 2 / 0.8796256610342398},
  {type: 'heNormal', variance: 2 / fanIn, limit: 2 / 0.8796256610342398},
  {type: 'lecunNormal', variance: 1 / fanIn, limit: 2 / 0.8796256610342398},
  {type: 'randomUniform', variance: 0.1 ** 2 / 12, limit: sqrt3},
  {type: 'randomNormal', variance: 0.05 ** 2, limit: 6},
  {type: 'truncatedNormal', variance: (0.05 * 0.8796256610342398) ** 2, limit: 2 / 0.8796256610342398},
]) {
  t.test(`${type}: mean 0, the documented variance, the documented limits`, async (t) => {
    const drawn = describe(draw({type}, shape));
    const deviation = Math.sqrt(variance);
    t.ok(Math.abs(drawn.mean) < (4.5 * deviation) / Math.sqrt(sizeOf(shape)), `mean ${drawn.mean}`);
    t.ok(Math.abs(drawn.variance / variance - 1) < 0.025, `variance ${drawn.variance}, expected ${variance}`);
    t.ok(drawn.max <= limit * deviation * (1 + 1e-6) && drawn.min >= -limit * deviation * (1 + 1e-6), 'within limits');
    t.ok(drawn.max > 0.9 * Math.min(limit, 3) * deviation, 'and close to them');
  });
}

t.test("PyTorch's limit is 1 / √fanIn, for a bias too", async (t) => {
  const {max, min} = describe(draw({type: 'torchUniform'}, [1000], {fanIn: 400, fanOut: 1000}));
  t.ok(max <= 0.05 && max > 0.0495 && min >= -0.05 && min < -0.0495);
});

t.test('constants', async (t) => {
  t.same([...draw({type: 'zeros'}, [3])], [0, 0, 0]);
  t.same([...draw({type: 'ones'}, [3])], [1, 1, 1]);
  t.same([...draw({type: 'constant', value: -2.5}, [2])], [-2.5, -2.5]);
});

t.test('arguments', async (t) => {
  const uniform = describe(draw({type: 'randomUniform', minval: 2, maxval: 4}, [10_000]));
  t.ok(uniform.min >= 2 && uniform.max < 4 && Math.abs(uniform.mean - 3) < 0.05);
  const normal = describe(draw({type: 'randomNormal', mean: 5, stddev: 2}, [40_000]));
  t.ok(Math.abs(normal.mean - 5) < 0.05 && Math.abs(normal.variance - 4) < 0.2);
});

t.test('orthogonal: WᵀW or WWᵀ is gain² times the identity', async (t) => {
  for (const [rows, columns] of [
    [6, 4],
    [4, 6],
    [5, 5],
  ] as const) {
    const w = draw({type: 'orthogonal', gain: 2}, [rows, columns]);
    const at = (r: number, c: number): number => w[r * columns + c]!;
    const [count, length, get] =
      rows >= columns ? [columns, rows, (i: number, k: number) => at(k, i)] : [rows, columns, at];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let dot = 0;
        for (let k = 0; k < length; k++) dot += get(i, k) * get(j, k);
        t.ok(Math.abs(dot - (i === j ? 4 : 0)) < 1e-5, `${rows}x${columns} (${i}, ${j}): ${dot}`);
      }
    }
  }
  t.equal(draw({type: 'orthogonal'}, [3, 3, 2, 5]).length, 90, 'a kernel counts as a matrix');
});

t.test('equal streams give equal values, others do not', async (t) => {
  for (const type of Object.keys(initializers)) {
    if (['zeros', 'ones', 'constant'].includes(type)) continue;
    const values = draw({type}, [4, 5]);
    t.same(draw({type}, [4, 5]), values, type);
    t.notSame(draw({type}, [4, 5], undefined, 2), values, type);
    t.ok(values.every(Number.isFinite), type);
  }
});
