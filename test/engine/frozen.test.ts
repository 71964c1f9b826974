import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError, tensorDataOf} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

/** Four updates as PyTorch does them; see test/reference/frozen.py. */
interface Reference {
  readonly inputs: ReferenceArray;
  readonly targets: ReferenceArray;
  readonly losses: number[];
  /** Beginnings of the names of frozen weights. */
  readonly frozen: readonly string[];
  readonly start: Readonly<Record<string, ReferenceArray>>;
  readonly end: Readonly<Record<string, ReferenceArray>>;
}

const {inputs, targets, losses, frozen, start, end} = readReference<Reference>('frozen');
const isFrozen = (name: string): boolean => frozen.some((beginning) => name.startsWith(beginning));
const adamw = {
  type: 'adamw',
  learningRate: 0.02,
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  amsgrad: false,
  excludeBiasAndNorm: false,
} as const;
const norm = {type: 'batchNormalization', momentum: 0.9, epsilon: 1e-3} as const;

/** The trained convolution has no bias: one before a normalization has no gradient but rounding. The frozen kernel has a penalty, which is no part of the loss: nothing that is trained can lower it. */
const network = {
  ...modelOf(
    {
      type: 'conv2d',
      name: 'stem',
      filters: 3,
      kernelSize: 3,
      padding: 'same',
      kernelRegularizer: {type: 'l2', l2: 0.5},
    },
    {...norm, name: 'stemNorm'},
    {type: 'activation', function: 'relu'},
    {type: 'conv2d', name: 'body', filters: 4, kernelSize: 3, padding: 'same', useBias: false},
    {...norm, name: 'bodyNorm', trainable: true},
    {type: 'activation', function: 'tanh'},
    {type: 'conv2d', name: 'middle', filters: 2, kernelSize: 1, trainable: false},
    {type: 'flatten'},
    {type: 'dense', name: 'head', units: 3},
  ),
  freeze: ['stem*', '*Norm'],
};
const inputShapes = {input: inputs.shape.slice(1)};
const factories = {eager: createEagerSession, compiled: createCompiledSession};
await loadEagerBackend('cpu');

async function sessionOf(engine: keyof typeof factories) {
  const model = await buildModel(network, {inputShapes, rng: Rng.fromSeed(1)});
  const session = await factories[engine]({
    model,
    outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [3]),
    rule: optimizerRule(adamw),
    clipping: {by: 'globalNorm', max: 0.5},
    rng: Rng.fromSeed(2),
  });
  const close = async (): Promise<void> => {
    await session.dispose();
    model.network.dispose();
  };
  return {model, session, close};
}

for (const engine of ['eager', 'compiled'] as const) {
  t.test(`${engine}: frozen layers keep their weights, the others learn as in PyTorch`, async (t) => {
    const {session, close} = await sessionOf(engine);
    const {slots} = await session.readState();
    t.same(
      [...new Set([...slots.keys()].map((name) => name.split('/')[0]))],
      ['body', 'bodyNorm', 'head'],
      'optimizer slots',
    );
    const weights = new Map(Object.entries(start).map(([name, array]) => [name, tensorDataOf(array)]));
    await session.writeState({weights, slots});
    const batch = plainBatch(6, inputs.values, targets.values);
    for (const [index, loss] of losses.entries()) {
      const result = await session.step(batch, {learningRate: 0.02, step: index + 1});
      t.ok(relativeError([result.loss], [loss]) <= 1e-5, `loss of step ${index + 1}`);
    }
    const after = (await session.readState()).weights;
    t.same([...after.keys()].sort(), Object.keys(end).sort());
    for (const [name, {values}] of Object.entries(end)) {
      if (isFrozen(name)) t.same([...after.get(name)!.values], [...weights.get(name)!.values], `${name} has not moved`);
      else t.ok(relativeError(after.get(name)!.values, values) <= 1e-4, name);
    }
    await close();
  });
}

/** Layers whose weights lie elsewhere than in one list of their own: in cells, projections, a wrapped layer. */
const kinds: readonly (readonly [inputShape: number[], layer: WrittenLayer])[] = [
  [[4, 3], {type: 'lstm', units: 3, dropout: 0.3}],
  [[4, 3], {type: 'bidirectional', layer: {type: 'gru', units: 2, returnSequences: true}}],
  [[4, 3], {type: 'timeDistributed', layer: {type: 'dense', units: 2}}],
  [[4, 3], {type: 'timeDistributed', layer: {type: 'batchNormalization'}}],
  [[4, 3], {type: 'multiHeadAttention', numHeads: 2, keyDim: 2}],
  [[4, 4, 3], {type: 'separableConv2d', filters: 2, kernelSize: 3}],
  [[4, 4, 3], {type: 'batchNormalization'}],
  [[4, 4, 3], {type: 'prelu', alphaInitializer: {type: 'constant', value: 0.2}}],
];

for (const [shape, layer] of kinds) {
  const {type, layer: inner} = layer as {type: string; layer?: {type: string}};
  t.test(
    `${type}${inner ? ` of ${inner.type}` : ''}: the weights of a frozen one stay, the engines agree`,
    async (t) => {
      const spec = modelOf(
        {type: 'layerNormalization'},
        {...layer, trainable: false, name: 'frozen'},
        {type: 'flatten'},
        {
          type: 'dense',
          units: 3,
        },
      );
      const size = 5;
      const rng = Rng.fromSeed(9);
      const values = Array.from({length: size * shape.reduce((a, b) => a * b)}, () => rng.normal());
      const batch = plainBatch(size, values, targets.values.slice(0, size * 3));
      const found: Record<string, number[]>[] = [];
      for (const create of Object.values(factories)) {
        const model = await buildModel(spec, {inputShapes: {input: shape}, rng: Rng.fromSeed(1)});
        const session = await create({
          model,
          outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [3]),
          rule: optimizerRule(adamw),
          rng: Rng.fromSeed(2),
        });
        const before = (await session.readState()).weights;
        const result: Record<string, number[]> = {};
        for (const step of [1, 2])
          result[`loss ${step}`] = [(await session.step(batch, {learningRate: 0.02, step})).loss];
        const after = (await session.readState()).weights;
        for (const [name, {values}] of after) {
          result[name] = [...values];
          if (name.startsWith('frozen/')) t.same([...values], [...before.get(name)!.values], name);
          else t.notSame([...values], [...before.get(name)!.values], name);
        }
        found.push(result);
        await session.dispose();
        model.network.dispose();
      }
      const [eager, compiled] = found;
      t.ok(
        Object.keys(eager!).some((name) => name.startsWith('frozen/')),
        'it has weights',
      );
      for (const [name, values] of Object.entries(eager!)) t.ok(relativeError(compiled![name]!, values) <= 1e-4, name);
    },
  );
}

t.test('what is frozen counts as not trainable and is saved so', async (t) => {
  const {model, close} = await sessionOf('eager');
  t.same(
    model.layers.filter(({isFrozen}) => isFrozen).map(({name}) => name),
    ['stem', 'stemNorm', 'middle'],
  );
  t.same(
    model.weights.filter(({trainable}) => trainable).map(({name}) => name),
    ['body/kernel', 'bodyNorm/gamma', 'bodyNorm/beta', 'head/kernel', 'head/bias'],
  );
  t.equal(model.numTrainableParameters, 3 * 3 * 3 * 4 + 8 + 32 * 3 + 3);
  t.equal(model.penalty, undefined, 'a penalty on frozen weights alone is none');
  t.same(
    model.network.trainableWeights.map(({originalName}) => originalName),
    model.weights.filter(({trainable}) => trainable).map(({name}) => name),
    'TensorFlow.js knows the same',
  );
  await close();
});

t.test('the compiled step computes no gradient of a frozen weight', async (t) => {
  const {session, close} = await sessionOf('compiled');
  const recorded = Buffer.from(session.stepGraphs!(6).get('optimized')!).toString('latin1');
  const gradients = [...recorded.matchAll(/gradient:([a-zA-Z]+\/[a-z_]+)/g)].map(([, name]) => name!);
  t.same([...new Set(gradients)].sort(), [
    ...['body/kernel', 'bodyNorm/beta', 'bodyNorm/gamma', 'head/bias', 'head/kernel'],
  ]);
  const moved = [...recorded.matchAll(/next:([a-zA-Z]+\/[a-z_]+)/g)].map(([, name]) => name!);
  t.same([...new Set(moved)].sort(), ['bodyNorm/moving_mean', 'bodyNorm/moving_variance']);
  await close();
});
