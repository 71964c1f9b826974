import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import type {NamedWeight} from '../../src/model/built-model.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {averagedRule} from '../../src/training/optimizers/average.js';
import {type OptimizerSpec, optimizerRule} from '../../src/training/optimizers/registry.js';
import type {TrainingState} from '../../src/training/session.js';
import {modelOf} from '../model/fixtures.js';
import {relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

await loadEagerBackend('cpu');
const factories = {eager: createEagerSession, compiled: createCompiledSession};

/** Weights of every role, of none to four axes. */
const layers = modelOf(
  {type: 'conv2d', filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias: false},
  {type: 'batchNormalization'},
  {type: 'prelu', sharedAxes: [1, 2]},
  {type: 'reshape', targetShape: [9, 4]},
  {type: 'positionalEmbedding'},
  {type: 'multiHeadAttention', numHeads: 2, keyDim: 3},
  {type: 'layerNormalization'},
  {type: 'gru', units: 3, returnSequences: true},
  {type: 'attention', useScale: true},
  {type: 'flatten'},
  {type: 'dense', units: 2},
);
const inputShape = [6, 6, 2];
const rng = Rng.fromSeed(4);
const batches = [1, 2, 3].map(() =>
  plainBatch(
    3,
    Array.from({length: 3 * 72}, () => rng.normal()),
    Array.from({length: 6}, () => rng.normal()),
  ),
);

interface Trained {
  readonly weights: readonly NamedWeight[];
  readonly start: TrainingState;
  readonly end: TrainingState;
}

/** Three updates from weights of which none is zero. */
async function train(create: SessionFactory, optimizer: OptimizerSpec, averages = false): Promise<Trained> {
  const model = await buildModel(layers, {inputShapes: {input: inputShape}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [2]),
    rule: averagedRule(optimizerRule(optimizer), averages ? {decay: 0.5} : undefined),
    clipping: {by: 'norm', max: 1},
    rng: Rng.fromSeed(6),
  });
  const {weights, slots} = await session.readState();
  const noise = Rng.fromSeed(7);
  for (const {values} of weights.values())
    for (let i = 0; i < values.length; i++) values[i]! += 0.1 + 0.1 * noise.uniform();
  await session.writeState({weights, slots});
  const start = await session.readState();
  for (const [index, batch] of batches.entries())
    await session.step(batch, {learningRate: optimizer.learningRate, step: index + 1});
  const end = await session.readState();
  await session.dispose();
  model.network.dispose();
  return {weights: model.weights, start, end};
}

const adafactor: OptimizerSpec = {
  ...{type: 'adafactor', learningRate: 0.05, beta2Decay: -0.8, epsilon1: 1e-6, epsilon2: 1e-3, clipThreshold: 1},
  ...{weightDecay: 0.1, excludeBiasAndNorm: true},
};
const lamb: OptimizerSpec = {
  ...{type: 'lamb', learningRate: 0.05, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1},
  excludeBiasAndNorm: true,
};

for (const optimizer of [adafactor, lamb]) {
  t.test(`${optimizer.type}: compiled and eager agree on weights of every shape`, async (t) => {
    const [eager, compiled] = [
      await train(createEagerSession, optimizer, true),
      await train(createCompiledSession, optimizer, true),
    ];
    for (const kind of ['weights', 'slots'] as const) {
      t.same([...compiled.end[kind].keys()].sort(), [...eager.end[kind].keys()].sort());
      for (const [name, {shape, values}] of eager.end[kind]) {
        // Softmax takes no notice of it: its gradient is nothing but rounding, which these optimizers scale up.
        if (name.startsWith('multiHeadAttention/key/bias')) continue;
        const other = compiled.end[kind].get(name)!;
        t.same(other.shape, shape, `${name}: shape`);
        const error = relativeError([...other.values, 1e-3], [...values, 1e-3]);
        t.ok(error < 1e-3, `${name}: ${error}`);
      }
    }
  });
}

t.test('adafactor keeps a number per row and per column, and one per element of what has a single axis', async (t) => {
  const {end} = await train(createCompiledSession, adafactor);
  const shapeOf = (slot: string): readonly number[] | undefined => end.slots.get(slot)?.shape;
  t.same(shapeOf('conv2d/kernel/row'), [3, 3, 2, 1]);
  t.same(shapeOf('conv2d/kernel/column'), [3, 3, 1, 4]);
  t.same(shapeOf('dense/kernel/row'), [27, 1]);
  t.same(shapeOf('dense/bias/v'), [2]);
  t.same(shapeOf('attention/scale/v'), []);
  t.notOk(end.slots.has('dense/kernel/v'));
});

t.test('a weight says what it is for', async (t) => {
  const {weights} = await train(createEagerSession, adafactor);
  const roles = Object.fromEntries(weights.map(({name, role}) => [name, role]));
  t.match(roles, {
    'conv2d/kernel': 'kernel',
    'batchNormalization/gamma': 'normalization',
    'batchNormalization/beta': 'normalization',
    'prelu/alpha': 'scale',
    'positionalEmbedding/embeddings': 'embedding',
    'multiHeadAttention/query/kernel': 'kernel',
    'multiHeadAttention/query/bias': 'bias',
    'layerNormalization/gamma': 'normalization',
    'gru/recurrent_kernel': 'kernel',
    'gru/bias': 'bias',
    'attention/scale': 'scale',
    'dense/bias': 'bias',
  });
});

for (const [engine, create] of Object.entries(factories)) {
  t.test(
    `${engine}: excludeBiasAndNorm leaves biases out that have two axes, and nothing that is a kernel`,
    async (t) => {
      const sgd = {type: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false} as const;
      const one = async (weightDecay: number) =>
        train(create, {...sgd, learningRate: 1e-30, weightDecay: weightDecay * 1e30, excludeBiasAndNorm: true});
      // Next to no learning rate and a decay to match: what moves at all is what decays.
      const {weights, start, end} = await one(0.1);
      for (const {name, role, trainable} of weights) {
        if (!trainable) continue;
        const [before, after] = [start.weights.get(name)!.values, end.weights.get(name)!.values];
        const isDecayed = role === 'kernel' || role === 'embedding';
        const expected = [...before].map((value) => (isDecayed ? value * 0.9 ** 3 : value));
        t.ok(relativeError([...after], expected) < 1e-5, `${name}, ${role} of [${start.weights.get(name)!.shape}]`);
      }
    },
  );
}
