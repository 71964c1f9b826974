import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {type Shape, sizeOf} from '../../src/support/tensor.js';
import {arrayMath, matricesOf, type Numbers} from '../../src/training/optimizers/array-math.js';
import {averagedRule} from '../../src/training/optimizers/average.js';
import {float32Math, numberMath} from '../../src/training/optimizers/number-math.js';
import {type OptimizerSpec, optimizers, optimizerRule as rulesOf} from '../../src/training/optimizers/registry.js';
import {type RuledWeight, slotShapes, type UpdateRule, type WeightMath} from '../../src/training/optimizers/rule.js';
import {tensorMath} from '../../src/training/optimizers/tensor-math.js';
import {readReference, relativeError} from '../reference/read.js';

interface WholeCase {
  readonly title: string;
  readonly optimizer: OptimizerSpec;
  /** Of each tensor, after each step. */
  readonly after: number[][][];
}

interface Reference {
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: readonly {readonly title: string; readonly optimizer: OptimizerSpec; readonly after: number[][]}[];
  /** Weights as a whole, flat. */
  readonly tensors: readonly {readonly shape: number[]; readonly start: number[]; readonly gradients: number[][]}[];
  readonly whole: readonly WholeCase[];
  readonly average: {readonly decay: number; readonly learningRate: number; readonly after: number[][]};
}

const {start, gradients, cases, tensors, whole, average} = readReference<Reference>('optimizers');
const wholeCases = [...whole, ...readReference<Pick<Reference, 'whole'>>('lamb').whole];
await loadEagerBackend('cpu');

const kernel: RuledWeight = {shape: [4, 4], role: 'kernel'};
const optimizerRule = (spec: OptimizerSpec, weight: RuledWeight = kernel): UpdateRule => rulesOf(spec)(weight);

/** Parameters after each step, element by element. */
function runOnNumbers(math: WeightMath<number>, spec: OptimizerSpec): number[][] {
  const rule = optimizerRule(spec);
  let states = start.map((parameter) => ({parameter, slots: rule.slots.map(() => 0) as readonly number[]}));
  return gradients.map((gradient, index) => {
    const scalars = rule.scalars(spec.learningRate, index + 1).map((value) => math.constant(value));
    states = states.map((state, i) => rule.update(math, {...state, gradient: gradient[i]!, scalars}));
    return states.map(({parameter}) => parameter);
  });
}

/** The same on whole tensors. */
function runOnTensors(spec: OptimizerSpec): number[][] {
  const rule = optimizerRule(spec);
  return tf.tidy(() => {
    let parameter: tf.Tensor = tf.tensor1d(start);
    let slots: readonly tf.Tensor[] = rule.slots.map(() => tf.zeros([start.length]));
    return gradients.map((values, index) => {
      const scalars = rule.scalars(spec.learningRate, index + 1).map((value) => tf.scalar(value));
      const gradient = tf.tensor1d(values);
      ({parameter, slots} = rule.update<tf.Tensor>(tensorMath(tf), {parameter, gradient, slots, scalars}));
      return [...parameter.dataSync()];
    });
  });
}

const worst = (actual: number[][], expected: number[][]): number =>
  Math.max(...expected.map((row, step) => relativeError(actual[step]!, row)));

for (const {title, optimizer, after} of cases) {
  t.test(`${title} agrees with PyTorch`, async (t) => {
    t.ok(worst(runOnNumbers(numberMath, optimizer), after) <= 1e-12, 'in double precision');
    t.ok(worst(runOnNumbers(float32Math, optimizer), after) <= 1e-5, 'in single precision');
    t.ok(worst(runOnTensors(optimizer), after) <= 1e-5, 'on tensors');
  });
}

/** Whole weights after each step, on arrays of numbers. */
function runOnArrays(spec: OptimizerSpec, scalar: WeightMath<number>, {shape, start, gradients}: WholeWeight) {
  const rule = optimizerRule(spec, {shape, role: 'kernel'});
  const math = arrayMath(scalar);
  const numbers = (values: readonly number[], of: Shape): Numbers => ({
    sizes: matricesOf(of),
    values: Float64Array.from(values),
  });
  let parameter = numbers(start, shape);
  let slots: readonly Numbers[] = slotShapes(rule, shape).map(({shape}) =>
    numbers(Array(sizeOf(shape)).fill(0), shape),
  );
  return gradients.map((values, index) => {
    const scalars = rule.scalars(spec.learningRate, index + 1).map(math.constant);
    ({parameter, slots} = rule.update(math, {parameter, gradient: numbers(values, shape), slots, scalars}));
    return [...parameter.values];
  });
}
type WholeWeight = Reference['tensors'][number];

/** The same on tensors. */
function runOnWholeTensors(spec: OptimizerSpec, {shape, start, gradients}: WholeWeight): number[][] {
  const rule = optimizerRule(spec, {shape, role: 'kernel'});
  return tf.tidy(() => {
    let parameter: tf.Tensor = tf.tensor(start, shape);
    let slots: readonly tf.Tensor[] = slotShapes(rule, shape).map((slot) => tf.zeros([...slot.shape]));
    const shapes = slots.map((slot) => slot.shape);
    return gradients.map((values, index) => {
      const scalars = rule.scalars(spec.learningRate, index + 1).map((value) => tf.scalar(value));
      const gradient = tf.tensor(values, shape);
      ({parameter, slots} = rule.update<tf.Tensor>(tensorMath(tf), {parameter, gradient, slots, scalars}));
      if (slots.some((slot, i) => slot.shape.join() !== shapes[i]!.join())) throw new Error('a slot changed its shape');
      return [...parameter.dataSync()];
    });
  });
}

for (const {title, optimizer, after} of wholeCases) {
  // Keras rounds its constants to single precision; cases with weight decay are from the paper.
  const isKeras = optimizer.type === 'lamb' && optimizer.weightDecay === 0;
  const framework = isKeras ? 'Keras' : optimizer.type === 'lamb' ? 'the paper' : 'PyTorch';
  const tolerance = isKeras ? 1e-5 : 1e-12;
  t.test(`${title} agrees with ${framework} on whole weights`, async (t) => {
    for (const [index, tensor] of tensors.entries()) {
      const name = `[${tensor.shape}]`;
      t.ok(
        worst(runOnArrays(optimizer, numberMath, tensor), after[index]!) <= tolerance,
        `${name} in double precision`,
      );
      t.ok(worst(runOnArrays(optimizer, float32Math, tensor), after[index]!) <= 1e-5, `${name} in single precision`);
      t.ok(worst(runOnWholeTensors(optimizer, tensor), after[index]!) <= 1e-5, `${name} on tensors`);
    }
  });
}

t.test('an array of numbers is worked on as the numbers are, one by one', async (t) => {
  for (const {title, optimizer, after} of cases) {
    const rows = runOnArrays(optimizer, numberMath, {shape: [2, 3], start, gradients});
    t.ok(worst(rows, after) <= 1e-12, title);
  }
});

t.test('every optimizer has a reference', async (t) => {
  for (const name of Object.keys(optimizers))
    t.ok(
      [...cases, ...wholeCases].some(({optimizer}) => optimizer.type === name),
      name,
    );
});

t.test('a step of plain gradient descent, by hand: w = 2, g = 1, learning rate 0.5 gives 1.5', async (t) => {
  const rule = optimizerRule({
    type: 'sgd',
    learningRate: 0.5,
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
    excludeBiasAndNorm: false,
  });
  t.same(rule.slots, []);
  const next = rule.update(numberMath, {parameter: 2, gradient: 1, slots: [], scalars: rule.scalars(0.5, 1)});
  t.same(next, {parameter: 1.5, slots: []});
});

t.test("Adam's first step is the learning rate against the gradient's sign, whatever its size", async (t) => {
  const rule = optimizerRule({
    type: 'adam',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    amsgrad: false,
  });
  for (const gradient of [1e-3, 1, -50]) {
    const scalars = rule.scalars(0.01, 1);
    const {parameter} = rule.update(numberMath, {parameter: 0, gradient, slots: [0, 0], scalars});
    t.ok(Math.abs(parameter + 0.01 * Math.sign(gradient)) < 1e-6, `${gradient}`);
  }
});

t.test('the learning rate of each step is the one given, not the one of the spec', async (t) => {
  for (const {title, optimizer} of cases) {
    const rule = optimizerRule(optimizer);
    const slots = rule.slots.map(() => 0.5);
    const next = rule.update(numberMath, {parameter: 3, gradient: 1, slots, scalars: rule.scalars(0, 4)});
    t.equal(next.parameter, 3, title);
  }
});

t.test('weight decay may leave out what is no kernel and no embedding, whatever its shape', async (t) => {
  for (const {title, optimizer} of [...cases, ...wholeCases]) {
    if (!('weightDecay' in optimizer)) continue;
    const rules = rulesOf({...optimizer, weightDecay: 0.1, excludeBiasAndNorm: true});
    const none = optimizerRule({...optimizer, weightDecay: 0});
    const math = arrayMath(numberMath);
    const pair = (...values: number[]): Numbers => ({sizes: [1, 1, 2], values: Float64Array.from(values)});
    const input = {parameter: pair(2, -1), gradient: pair(0.5, 0.25), slots: none.slots.map(() => pair(0.25, 0.5))};
    const updated = (rule: UpdateRule) =>
      rule.update(math, {...input, scalars: rule.scalars(0.01, 3).map(math.constant)});
    const next = (weight: RuledWeight) => updated(rules(weight));
    const plain = updated(none);
    for (const role of ['bias', 'normalization', 'scale'] as const)
      for (const shape of [
        [4, 4],
        [2, 4],
      ])
        t.same(next({shape, role}), plain, `${title}, ${role} of [${shape}]`);
    for (const role of ['kernel', 'embedding'] as const)
      t.notSame(next({shape: [4, 4], role}), plain, `${title}, ${role}`);
    const all = rulesOf({...optimizer, weightDecay: 0.1, excludeBiasAndNorm: false});
    t.equal(all({shape: [4, 4], role: 'bias'}), all({shape: [3, 2], role: 'kernel'}), 'one rule, and so one kernel');
  }
});

t.test('Lion takes the sign of the smallest gradients, and none of zero', async (t) => {
  const spec = {
    type: 'lion',
    learningRate: 0.5,
    beta1: 0,
    beta2: 0.5,
    weightDecay: 0,
    excludeBiasAndNorm: false,
  } as const;
  const rule = optimizerRule(spec);
  for (const [gradient, expected] of [
    [1.4e-45, -0.5],
    [-3e38, 0.5],
    [0, 0],
  ] as const) {
    const {parameter} = rule.update(float32Math, {parameter: 0, gradient, slots: [0], scalars: [0.5]});
    t.equal(parameter, expected);
  }
  t.ok(
    Number.isNaN(rule.update(float32Math, {parameter: 0, gradient: Number.NaN, slots: [0], scalars: [0.5]}).parameter),
  );
});

t.test('the average of the weights agrees with PyTorch, beside any optimizer', async (t) => {
  const {decay, learningRate, after} = average;
  const sgd = {type: 'sgd', learningRate, momentum: 0, nesterov: false, weightDecay: 0} as const;
  const rule = averagedRule(rulesOf({...sgd, excludeBiasAndNorm: false}), {decay})(kernel);
  t.same(rule.slots, ['average']);
  for (const [i, parameter] of start.entries()) {
    let state = {parameter, slots: [0] as readonly number[]};
    for (const [index, gradient] of gradients.entries()) {
      state = rule.update(numberMath, {
        ...state,
        gradient: gradient[i]!,
        scalars: rule.scalars(learningRate, index + 1),
      });
      t.ok(Math.abs(state.slots[0]! - after[index]![i]!) <= 1e-12, `element ${i} after step ${index + 1}`);
    }
  }
  const adamw = cases.find(({optimizer}) => optimizer.type === 'adamw')!.optimizer;
  const [plain, both] = [optimizerRule(adamw), averagedRule(rulesOf(adamw), {decay})(kernel)];
  t.same(both.slots, ['m', 'v', 'average']);
  const input = {parameter: 2, gradient: 3, slots: [0.5, 0.25]};
  const own = plain.update(numberMath, {...input, scalars: plain.scalars(0.1, 7)});
  const next = both.update(numberMath, {...input, slots: [...input.slots, 10], scalars: both.scalars(0.1, 7)});
  t.equal(next.parameter, own.parameter);
  t.same(next.slots.slice(0, 2), own.slots);
  t.equal(next.slots[2], decay * 10 + (1 - decay) * own.parameter);
});
