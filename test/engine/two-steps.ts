import type {Test} from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

/** Arrays by name after two updates, and what the model then says of the first batch. */
async function train(
  create: SessionFactory,
  layers: readonly WrittenLayer[],
  inputShape: number[],
  batches: readonly Batch[],
) {
  const model = await buildModel(modelOf(...layers), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), model.outputShapes.output!),
    rule: optimizerRule({
      type: 'sgd',
      learningRate: 0.1,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
      excludeBiasAndNorm: false,
    }),
    rng: Rng.fromSeed(6),
  });
  const found: Record<string, number[]> = {};
  const keep = (name: string, values: Float32Array): void => {
    found[name] = [...values];
  };
  for (const [index, batch] of batches.entries()) {
    const {loss, outputs} = await session.step(batch, {learningRate: 0.1, step: index + 1});
    keep(`loss ${index}`, Float32Array.of(loss));
    keep(`outputs ${index}`, outputs.output!);
  }
  keep('evaluation', (await session.evaluate(batches[0]!)).outputs.output!);
  const {weights, slots} = await session.readState();
  for (const [name, {values}] of [...weights, ...slots]) keep(name, values);
  await session.dispose();
  model.network.dispose();
  return found;
}

const onCpu: SessionFactory = async (options) => {
  await loadEagerBackend('cpu');
  return createEagerSession(options);
};

/** Eager on WebGPU, for a model that was built elsewhere. */
export const onWebgpu: SessionFactory = async (options) => {
  await loadEagerBackend('webgpu');
  return createEagerSession(options);
};

/** Trains a model for two steps eagerly on the CPU and on another engine, and compares everything they hand out. */
export async function enginesAgree(
  t: Pick<Test, 'ok' | 'same'>,
  layers: readonly WrittenLayer[],
  inputs: ReferenceArray,
  probe: ReferenceArray,
  create: SessionFactory = createCompiledSession,
  tolerance = 1e-4,
): Promise<void> {
  const [size, ...inputShape] = inputs.shape;
  const batches = [1, -0.5].map((factor) =>
    plainBatch(
      size!,
      inputs.values.map((value) => factor * value),
      probe.values,
    ),
  );
  const eager = await train(onCpu, layers, inputShape, batches);
  const other = await train(create, layers, inputShape, batches);
  t.same(Object.keys(other).sort(), Object.keys(eager).sort());
  for (const [name, values] of Object.entries(eager)) {
    // Some gradients are zero but for rounding (an offset before a normalization), so no array is taken for smaller than 0.1.
    const error = relativeError([...other[name]!, 0.1], [...values, 0.1]);
    t.ok(error < tolerance, `${name}: ${error}`);
  }
}
