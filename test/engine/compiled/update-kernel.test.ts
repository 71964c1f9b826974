import t from 'tap';
import {Arena} from '../../../src/engine/compiled/arena.js';
import {compileUpdateKernel} from '../../../src/engine/compiled/wasm/update-kernel.js';
import {Rng} from '../../../src/support/random.js';
import {float32Math} from '../../../src/training/optimizers/number-math.js';
import {type OptimizerSpec, optimizerRule, optimizers} from '../../../src/training/optimizers/registry.js';
import type {Elementwise, UpdateRule} from '../../../src/training/optimizers/rule.js';

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
];

t.test('every optimizer is tried', async (t) => {
  t.strictSame([...new Set(specs.map((spec) => spec.type))].sort(), Object.keys(optimizers).sort());
});

/** The rule in single precision, one element at a time: what the kernel must give bit for bit. */
function reference(rule: UpdateRule, arrays: readonly Float32Array[], scalars: readonly number[]): void {
  const [parameter, gradient, ...slots] = arrays;
  for (let i = 0; i < parameter!.length; i++) {
    const result = rule.update(float32Math, {
      parameter: parameter![i]!,
      gradient: gradient![i]!,
      slots: slots.map((slot) => slot[i]!),
      scalars: scalars.map(Math.fround),
    });
    parameter![i] = result.parameter;
    for (const [index, value] of result.slots.entries()) slots[index]![i] = value;
  }
}

for (const spec of specs) {
  const rule = optimizerRule(spec);
  const name = JSON.stringify(spec);
  t.test(`SIMD equals the pure rule: ${name}`, async (t) => {
    const rng = Rng.fromSeed(3);
    for (const size of [1, 3, 4, 17, 64, 1001]) {
      const arena = new Arena(Array.from({length: 2 + rule.slots.length + 1}, () => [size]));
      const arrays = arena.tensors.slice(0, -1);
      const guard = arena.tensors.at(-1)!;
      guard.values.fill(42);
      const kernel = compileUpdateKernel(rule, arena.memory);
      for (let i = 0; i < size; i++) arrays[0]!.values[i] = rng.normal();
      const expected = arrays.map((tensor) => tensor.values.slice());
      for (let step = 1; step <= 4; step++) {
        for (let i = 0; i < size; i++) arrays[1]!.values[i] = rng.normal();
        expected[1]!.set(arrays[1]!.values);
        const scalars = rule.scalars(spec.learningRate, step);
        kernel(
          arrays.map((tensor) => tensor.byteOffset),
          arrays[0]!.paddedBytes,
          scalars,
        );
        reference(rule, expected, scalars);
      }
      for (const [index, {values}] of arrays.entries()) {
        t.strictSame(values, expected[index], `array ${index} of ${size}`);
      }
      t.ok(
        guard.values.every((value) => value === 42),
        'the neighbour is untouched',
      );
    }
  });
}

t.test('every instruction does what its name says', async (t) => {
  const rule = (update: <V>(math: Elementwise<V>, p: V, g: V) => V): UpdateRule => ({
    slots: [],
    scalars: () => [],
    update: (math, {parameter, gradient}) => ({parameter: update(math, parameter, gradient), slots: []}),
  });
  const run = (update: <V>(math: Elementwise<V>, p: V, g: V) => V, p: number, g: number): number => {
    const arena = new Arena([[1], [1]]);
    arena.tensors[0]!.values[0] = p;
    arena.tensors[1]!.values[0] = g;
    compileUpdateKernel(rule(update), arena.memory)([0, 64], 64, []);
    return arena.tensors[0]!.values[0]!;
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
