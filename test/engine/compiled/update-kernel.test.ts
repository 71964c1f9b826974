import t, {type Test} from 'tap';
import {Arena} from '../../../src/engine/compiled/arena.js';
import {UpdatePlan} from '../../../src/engine/compiled/wasm/update-kernel.js';
import {Rng} from '../../../src/support/random.js';
import type {Shape, TensorData} from '../../../src/support/tensor.js';
import {arrayMath, matricesOf, type Numbers} from '../../../src/training/optimizers/array-math.js';
import {averagedRule} from '../../../src/training/optimizers/average.js';
import {clippedRule} from '../../../src/training/optimizers/clipping.js';
import {float32Math} from '../../../src/training/optimizers/number-math.js';
import {type OptimizerSpec, optimizerRule, optimizers} from '../../../src/training/optimizers/registry.js';
import {type Elementwise, slotShapes, type UpdateRule} from '../../../src/training/optimizers/rule.js';
import {relativeError} from '../../reference/read.js';

/** Every rule of the catalogue in its variants; a new optimizer has to be added here or the test below fails. */
const specs: readonly OptimizerSpec[] = [
  {type: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0, excludeBiasAndNorm: false},
  {type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0.01, excludeBiasAndNorm: false},
  {type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0, excludeBiasAndNorm: false},
  {type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: false},
  {
    type: 'adamw',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    amsgrad: false,
    weightDecay: 0.1,
    excludeBiasAndNorm: false,
  },
  {type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: true},
  {
    type: 'nadam',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {
    type: 'radam',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {
    type: 'adamax',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {
    type: 'adagrad',
    learningRate: 0.01,
    initialAccumulator: 0,
    epsilon: 1e-10,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {
    type: 'adagrad',
    learningRate: 0.01,
    initialAccumulator: 0.1,
    epsilon: 1e-7,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {type: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0.01, excludeBiasAndNorm: false},
  {
    type: 'rmsprop',
    learningRate: 0.01,
    rho: 0.99,
    epsilon: 1e-8,
    momentum: 0,
    centered: false,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {
    type: 'rmsprop',
    learningRate: 0.01,
    rho: 0.9,
    epsilon: 1e-7,
    momentum: 0.9,
    centered: true,
    weightDecay: 0.01,
    excludeBiasAndNorm: false,
  },
  {type: 'lion', learningRate: 0.01, beta1: 0.9, beta2: 0.99, weightDecay: 0.01, excludeBiasAndNorm: false},
  {
    type: 'lamb',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-6,
    weightDecay: 0.1,
    excludeBiasAndNorm: false,
  },
  {
    type: 'adafactor',
    learningRate: 0.01,
    beta2Decay: -0.8,
    epsilon1: 2 ** -23,
    epsilon2: 1e-3,
    clipThreshold: 1,
    weightDecay: 0.1,
    excludeBiasAndNorm: false,
  },
];

t.test('every optimizer is tried', async (t) => {
  t.strictSame([...new Set(specs.map((spec) => spec.type))].sort(), Object.keys(optimizers).sort());
});

const math = arrayMath(float32Math);
const numbersOf = ({shape, values}: TensorData): Numbers => ({
  sizes: matricesOf(shape),
  values: Float64Array.from(values),
});

/** The rule in single precision on plain numbers: what the kernel must give, bit for bit where a rule takes no means. */
function reference(rule: UpdateRule, arrays: readonly TensorData[], scalars: readonly number[]): void {
  const [parameter, gradient, ...slots] = arrays.map(numbersOf);
  const next = rule.update(math, {
    parameter: parameter!,
    gradient: gradient!,
    slots,
    scalars: scalars.map(math.constant),
  });
  arrays[0]!.values.set(next.parameter.values);
  for (const [index, {values}] of next.slots.entries()) arrays[index + 2]!.values.set(values);
}

/** Weights in an arena of their own, with a guard behind each array. */
function arenaOf(rule: UpdateRule, shape: Shape) {
  const plan = new UpdatePlan(rule);
  const shapes = [shape, shape, ...slotShapes(rule, shape).map((slot) => slot.shape)];
  const arena = new Arena([...shapes.flatMap((own) => [own, [16]]), [plan.numScratch(shape)], [16]]);
  const guards = arena.tensors.filter((_, index) => index % 2 === 1);
  for (const {values} of guards) values.fill(42);
  const arrays = arena.tensors.filter((_, index) => index % 2 === 0);
  const scratch = arrays.pop()!;
  return {arrays, guards, update: plan.compile(arena.memory, scratch)(arrays)};
}

/** Four updates by kernel and by reference from random numbers. */
function compare(t: Test, rule: UpdateRule, learningRate: number, shape: Shape, tolerance: number): void {
  const rng = Rng.fromSeed(3);
  const {arrays, guards, update} = arenaOf(rule, shape);
  const fill = ({values}: TensorData): void => {
    for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  };
  fill(arrays[0]!);
  const expected = arrays.map(({shape, values}) => ({shape, values: values.slice()}));
  for (let step = 1; step <= 4; step++) {
    fill(arrays[1]!);
    expected[1]!.values.set(arrays[1]!.values);
    const scalars = rule.scalars(learningRate, step);
    update(scalars);
    reference(rule, expected, scalars);
  }
  for (const [index, {values}] of arrays.entries()) {
    const name = `array ${index} of [${shape}]`;
    if (tolerance === 0) t.strictSame(values, expected[index]!.values, name);
    else t.ok(relativeError(values, [...expected[index]!.values]) <= tolerance, name);
  }
  t.ok(
    guards.every(({values}) => values.every((value) => value === 42)),
    'the neighbours are untouched',
  );
}

const shapes: readonly Shape[] = [
  [],
  [1],
  [3],
  [4],
  [17],
  [64],
  [1001],
  [9000],
  [1, 5],
  [5, 1],
  [7, 6],
  [70, 33],
  [2, 3, 4, 8],
];

for (const spec of specs) {
  const takesMeans = spec.type === 'lamb' || spec.type === 'adafactor';
  t.test(`SIMD equals the pure rule: ${JSON.stringify(spec)}`, async (t) => {
    for (const shape of shapes)
      compare(t, optimizerRule(spec)({shape, role: 'kernel'}), spec.learningRate, shape, takesMeans ? 2e-6 : 0);
  });
}

t.test('the average of the weights and clipping go around rules that look at a weight as a whole', async (t) => {
  for (const spec of specs.slice(-2)) {
    for (const by of ['norm', 'value'] as const) {
      const rules = clippedRule(averagedRule(optimizerRule(spec), {decay: 0.9}), {by, max: 0.5});
      for (const shape of [[9], [7, 6]]) compare(t, rules({shape, role: 'kernel'}), spec.learningRate, shape, 2e-6);
    }
  }
});

t.test('means of rows, columns and all, of what takes a pass and of what does not', async (t) => {
  const rule: UpdateRule = {
    slots: ['row', 'column', 'late'],
    extents: {row: 'row', column: 'column'},
    scalars: (rate) => [rate],
    update(math, {parameter, gradient, slots: [row, column, late], scalars: [rate]}) {
      const centred = math.sub(gradient, math.meanOfRows(gradient));
      const scaled = math.div(centred, math.sqrt(math.meanOfColumns(math.mul(centred, centred))));
      const largest = math.max(math.meanOfColumns(math.add(math.meanOfRows(scaled), row!)), math.mean(column!));
      return {
        parameter: math.sub(parameter, math.mul(rate!, math.add(scaled, largest))),
        slots: [
          math.add(row!, math.meanOfRows(math.abs(parameter))),
          math.sub(column!, math.meanOfColumns(math.mul(parameter, row!))),
          math.add(late!, math.add(math.mul(row!, column!), math.mean(scaled))),
        ],
      };
    },
  };
  for (const shape of [
    [6, 5],
    [33, 70],
    [3, 2, 9, 4],
  ])
    compare(t, rule, 0.1, shape, 1e-5);
});

t.test('every instruction does what its name says', async (t) => {
  const run = (update: <V>(math: Elementwise<V>, p: V, g: V) => V, p: number, g: number): number => {
    const rule: UpdateRule = {
      slots: [],
      scalars: () => [],
      update: (math, {parameter, gradient}) => ({parameter: update(math, parameter, gradient), slots: []}),
    };
    // Five elements: a whole vector and one that is worked on by itself.
    const {arrays, update: runKernel} = arenaOf(rule, [5]);
    arrays[0]!.values.fill(p);
    arrays[1]!.values.fill(g);
    runKernel([]);
    const [first, ...others] = arrays[0]!.values;
    t.ok(others.every((value) => value === first));
    return first!;
  };
  t.equal(
    run((m, p, g) => m.add(p, g), 3, 4),
    7,
  );
  t.equal(
    run((m, p, g) => m.sub(p, g), 3, 4),
    -1,
  );
  t.equal(
    run((m, p, g) => m.mul(p, g), 3, 4),
    12,
  );
  t.equal(
    run((m, p, g) => m.div(p, g), 3, 4),
    0.75,
  );
  t.equal(
    run((m, p, g) => m.max(p, g), 3, 4),
    4,
  );
  t.equal(
    run((m, p, g) => m.min(p, g), 3, 4),
    3,
  );
  t.equal(
    run((m, p) => m.abs(p), -3, 0),
    3,
  );
  t.equal(
    run((m, p) => m.sqrt(p), 9, 0),
    3,
  );
  t.equal(
    run((m, p) => m.add(p, m.mul(m.constant(0.5), m.constant(300))), 1, 0),
    151,
  );
});
