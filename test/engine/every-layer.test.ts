import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf, readLayerCases, type WrittenLayer} from '../model/fixtures.js';
import {relativeError} from '../reference/read.js';

await loadEagerBackend('cpu');

/** Arrays by name after two updates, and what the model then says of the first batch. */
async function train(
  create: SessionFactory,
  layers: readonly WrittenLayer[],
  inputShape: number[],
  batches: readonly Batch[],
) {
  const model = await buildModel(modelOf(...layers), {inputShape, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    loss: lossFunction({type: 'meanSquaredError'}),
    rule: optimizerRule({type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0}),
    encoding: 'values',
    targetShape: model.outputShape,
    rng: Rng.fromSeed(6),
  });
  const found: Record<string, number[]> = {};
  const keep = (name: string, values: Float32Array): void => {
    found[name] = [...values];
  };
  for (const [index, batch] of batches.entries()) {
    const {loss, outputs} = await session.step(batch, {learningRate: 0.1, step: index + 1});
    keep(`loss ${index}`, Float32Array.of(loss));
    keep(`outputs ${index}`, outputs);
  }
  keep('evaluation', (await session.evaluate(batches[0]!)).outputs);
  const {weights, slots} = await session.readState();
  for (const [name, {values}] of [...weights, ...slots]) keep(name, values);
  await session.dispose();
  model.network.dispose();
  return found;
}

// In front stands a layer with weights and statistics, which only gradients of the examined layer's input can change.
const front: WrittenLayer = {type: 'batchNormalization', name: 'front'};

for (const {title, layer, inputs, probe} of readLayerCases()) {
  t.test(`the engines agree on ${title}`, async (t) => {
    const [size, ...inputShape] = inputs.shape;
    const batches = [1, -0.5].map((factor) => ({
      size: size!,
      inputs: Float32Array.from(inputs.values, (value) => factor * value),
      targets: Float32Array.from(probe.values),
    }));
    const layers = [front, layer];
    const eager = await train(createEagerSession, layers, inputShape, batches);
    const compiled = await train(createCompiledSession, layers, inputShape, batches);
    t.same(Object.keys(compiled).sort(), Object.keys(eager).sort());
    for (const [name, values] of Object.entries(eager)) {
      // Some gradients are zero but for rounding (an offset before a normalization), so no array is taken for smaller than 0.1.
      const error = relativeError([...compiled[name]!, 0.1], [...values, 0.1]);
      t.ok(error < 1e-4, `${name}: ${error}`);
    }
  });
}
