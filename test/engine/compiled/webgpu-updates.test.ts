import * as tf from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers/dist/variables.js';
import {execa} from 'execa';
import t from 'tap';
import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../../src/engine/eager/backends.js';
import type {SessionFactory, SessionOptions} from '../../../src/engine/options.js';
import {buildModel} from '../../../src/model/build.js';
import {Rng} from '../../../src/support/random.js';
import {lossFunction} from '../../../src/training/losses/registry.js';
import type {ClippingSpec} from '../../../src/training/optimizers/clipping.js';
import {optimizerRule} from '../../../src/training/optimizers/registry.js';
import type {TrainingState} from '../../../src/training/session.js';
import {modelOf} from '../../model/fixtures.js';
import {relativeError} from '../../reference/read.js';
import {plainBatch, plainOutputs} from '../plain.js';
import {softwareGpuEnv, useSoftwareGpu} from '../software-gpu.js';

const skip = await useSoftwareGpu();
await loadEagerBackend('cpu');

const onCpu: SessionFactory = (options) => createCompiledSession(options, {numThreads: 1});
const onWebgpu: SessionFactory = (options) => createCompiledSession(options, {provider: 'webgpu'});

/** More weights than a WebGPU shader takes buffers, one of 1,537 numbers, which norms are taken of in rows and a rest. */
const layers = modelOf(
  {type: 'dense', units: 29, activation: 'tanh'},
  {type: 'batchNormalization'},
  {type: 'dense', units: 53, activation: 'tanh', useBias: false},
  {type: 'layerNormalization'},
  {type: 'dense', units: 2},
);
const rng = Rng.fromSeed(3);
const numbers = (count: number) => Array.from({length: count}, () => rng.normal());
const batches = [5, 3, 2].map((size) => plainBatch(size, numbers(size * 4), numbers(size * 2)));

interface Variant {
  readonly clipping?: ClippingSpec;
  readonly accumulates?: true;
  /** A weight that the loss does not depend on. */
  readonly hasStranger?: true;
}

/** Two updates of three batches, in parts of one update or each for itself. */
async function train(create: SessionFactory, {clipping, accumulates, hasStranger}: Variant): Promise<TrainingState> {
  const built = await buildModel(layers, {inputShapes: {input: [4]}, rng: Rng.fromSeed(1)});
  const variable = tf.variable(tf.tensor1d([3, -2]));
  const stranger = {
    name: 'stranger/kernel',
    variable: {read: () => variable, shape: [2], originalName: 'stranger'} as unknown as LayerVariable,
    trainable: true,
    role: 'kernel',
  } as const;
  const [first, ...others] = built.weights;
  const options: SessionOptions = {
    model: {...built, weights: hasStranger ? [first!, stranger, ...others] : built.weights},
    outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [2]),
    rule: optimizerRule({
      ...{type: 'adamw', learningRate: 0.05, weightDecay: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-4, amsgrad: false},
      excludeBiasAndNorm: false,
    }),
    ...(clipping && {clipping}),
    ...(accumulates && {accumulates}),
    rng: Rng.fromSeed(2),
  };
  const session = await create(options);
  for (const step of [1, 2]) {
    for (const [index, batch] of batches.entries()) {
      const part = {index, share: batch.size / 10, isLast: index === batches.length - 1};
      await session.step(batch, {learningRate: 0.05 / step, step, ...(accumulates && {part})});
    }
  }
  const state = await session.readState();
  await session.dispose();
  built.network.dispose();
  variable.dispose();
  return state;
}

const variants: Readonly<Record<string, Variant>> = {
  'as it is': {},
  'clipped together': {clipping: {by: 'globalNorm', max: 0.1}},
  'clipped one by one': {clipping: {by: 'norm', max: 0.1}},
  'clipped by value': {clipping: {by: 'value', max: 0.01}},
  'in parts, clipped together': {accumulates: true, clipping: {by: 'globalNorm', max: 0.1}},
  'in parts, clipped one by one': {accumulates: true, clipping: {by: 'norm', max: 0.1}},
  'with a weight that the loss does not depend on': {hasStranger: true},
  'in parts, with a weight that the loss does not depend on': {accumulates: true, hasStranger: true},
};

for (const [name, variant] of Object.entries(variants)) {
  t.test(`an update on compiled webgpu is that of the CPU: ${name}`, {skip}, async (t) => {
    const [expected, found] = [await train(onCpu, variant), await train(onWebgpu, variant)];
    for (const kind of ['weights', 'slots'] as const) {
      t.same([...found[kind].keys()], [...expected[kind].keys()], `names of ${kind}, in order`);
      for (const [array, {shape, values}] of expected[kind]) {
        const other = found[kind].get(array)!;
        t.same(other.shape, shape);
        // A bias before a normalization has a gradient that is all rounding, so no array is taken for smaller than 0.1.
        const error = relativeError([...other.values, 0.1], [...values, 0.1]);
        t.ok(error <= 1e-3, `${array}: ${error}`);
      }
    }
    if (variant.hasStranger) t.same([...found.weights.get('stranger/kernel')!.values], [3, -2], 'it stays');
  });
}

/** Sessions one after another, in a process of its own, which has to end by itself. */
const manySessions = `
  import {createCompiledSession} from './src/engine/compiled/session.ts';
  import {loadEagerBackend} from './src/engine/eager/backends.ts';
  import {buildModel} from './src/model/build.ts';
  import {Rng} from './src/support/random.ts';
  import {lossFunction} from './src/training/losses/registry.ts';
  import {optimizerRule} from './src/training/optimizers/registry.ts';
  import {modelOf} from './test/model/fixtures.ts';
  import {plainBatch, plainOutputs} from './test/engine/plain.ts';
  await loadEagerBackend('cpu');
  const megabytes = [];
  for (let round = 0; round < 9; round++) {
    const model = await buildModel(modelOf({type: 'dense', units: 2000}, {type: 'dense', units: 1}),
      {inputShapes: {input: [1000]}, rng: Rng.fromSeed(1)});
    const session = await createCompiledSession({
      model,
      outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [1]),
      rule: optimizerRule({type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0, excludeBiasAndNorm: false}),
      rng: Rng.fromSeed(2),
    }, {provider: 'webgpu'});
    await session.step(plainBatch(1, new Float32Array(1000), [0]), {learningRate: 0.1, step: 1});
    await session.readState();
    await session.dispose();
    model.network.dispose();
    if (round >= 2) megabytes.push(process.memoryUsage().rss / 1e6);
  }
  console.log(JSON.stringify(megabytes));`;

t.test('a disposed session gives its buffers back, and the process ends', {skip, timeout: 120_000}, async (t) => {
  const {stdout} = await execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', manySessions], {
    env: softwareGpuEnv,
    timeout: 100_000,
  });
  const megabytes: number[] = JSON.parse(stdout.trim().split('\n').at(-1)!);
  // A session holds 2 million weights and their momentum twice: 32 MB. Six more of them would be 192.
  const growth = megabytes.at(-1)! - megabytes[0]!;
  t.ok(growth < 100, `${growth} MB more after six more sessions: ${megabytes.map(Math.round).join(' ')}`);
});
