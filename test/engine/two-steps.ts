import type {Test} from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory, SessionOptions} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

const learningRate = 0.1;

const sgd = optimizerRule({
  ...{type: 'sgd', learningRate, momentum: 0.9, nesterov: false, weightDecay: 0},
  excludeBiasAndNorm: false,
});

/** Arrays by name after two updates, and what the model then says of the first batch. */
async function train(
  create: SessionFactory,
  layers: readonly WrittenLayer[],
  inputShape: number[],
  batches: readonly Batch[],
  options: Partial<SessionOptions>,
) {
  await loadEagerBackend('cpu');
  const model = await buildModel(modelOf(...layers), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), model.outputShapes.output!),
    rule: sgd,
    rng: Rng.fromSeed(6),
    ...options,
  });
  const found: Record<string, number[]> = {};
  const keep = (name: string, values: Float32Array): void => {
    found[name] = [...values];
  };
  for (const [index, batch] of batches.entries()) {
    const {loss, outputs} = await session.step(batch, {learningRate, step: index + 1});
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

/** How two engines are compared. */
export interface Comparison {
  /** Compared with eager on the CPU; compiled when left out. */
  readonly create?: SessionFactory;
  /** Of an array's largest number. */
  readonly tolerance?: number;
  /** Instead of sgd with momentum. */
  readonly options?: Partial<SessionOptions>;
  /** Arrays that are nothing but rounding. */
  readonly except?: (name: string) => boolean;
}

/** Trains a model for two steps eagerly on the CPU and on another engine and compares everything they hand out. */
export async function enginesAgree(
  t: Pick<Test, 'ok' | 'same'>,
  layers: readonly WrittenLayer[],
  inputs: ReferenceArray,
  probe: ReferenceArray,
  comparison: Comparison = {},
): Promise<void> {
  const {create = createCompiledSession, tolerance = 1e-4, options = {}, except = () => false} = comparison;
  const [size, ...inputShape] = inputs.shape;
  const batches = [1, -0.5].map((factor) =>
    plainBatch(
      size!,
      inputs.values.map((value) => factor * value),
      probe.values,
    ),
  );
  const eager = await train(createEagerSession, layers, inputShape, batches, options);
  const other = await train(create, layers, inputShape, batches, options);
  t.same(Object.keys(other).sort(), Object.keys(eager).sort());
  for (const [name, values] of Object.entries(eager)) {
    if (except(name)) continue;
    // Some gradients are zero but for rounding (an offset before a normalization), so no array is taken for smaller than 0.1.
    const error = relativeError([...other[name]!, 0.1], [...values, 0.1]);
    t.ok(error < tolerance, `${name}: ${error}`);
  }
}
