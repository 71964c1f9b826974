import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import type {ActivationName} from '../../src/model/activations.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {type LossSpec, lossDefinition, losses, lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError, tensorDataOf} from '../reference/read.js';
import {runCompiled, type TensorFunction} from './compiled/run-compiled.js';
import {plainBatch, plainOutputs} from './plain.js';

interface LossCase {
  readonly title: string;
  readonly loss: LossSpec;
  readonly targets: ReferenceArray;
  readonly outputs: ReferenceArray;
  readonly weights?: ReferenceArray;
  readonly value: number;
  readonly gradient: ReferenceArray;
}

const plain = readReference<{cases: LossCase[]}>('losses').cases;
const weighted = readReference<{cases: LossCase[]}>('weighted_losses').cases;
const all = [...plain, ...weighted];
/** Enough for what only a session does. */
const trained = [...plain, ...weighted.filter(({weights}) => weights)];
await loadEagerBackend('cpu');

/** Losses and weights of two updates of a dense layer that takes the reference's outputs as its inputs. */
async function train(create: SessionFactory, one: LossCase): Promise<Record<string, number[]>> {
  const {loss, targets, outputs, weights} = one;
  const [size, ...shape] = outputs.shape as [number, ...number[]];
  const units = shape.at(-1)!;
  const definition = lossDefinition(loss);
  // Below 0 the value of meanSquaredLogarithmicError is level.
  const free = loss.type === 'meanSquaredLogarithmicError' ? 'softplus' : 'linear';
  const activation = (definition.endings?.(loss)?.[0] ?? free) as ActivationName;
  const network = modelOf({type: 'dense', units, activation});
  const model = await buildModel(network, {inputShapes: {input: shape}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction(loss), targets.shape.slice(1)).map((output) => ({
      ...output,
      isWeighted: weights !== undefined,
    })),
    rule: optimizerRule({
      ...{type: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0},
      excludeBiasAndNorm: false,
    }),
    rng: Rng.fromSeed(6),
  });
  const batch = {
    ...plainBatch(size, outputs.values, targets.values),
    ...(weights && {weights: {output: Float32Array.from(weights.values)}}),
  };
  const found: Record<string, number[]> = {losses: []};
  for (const step of [1, 2]) found.losses!.push((await session.step(batch, {learningRate: 0.01, step})).loss);
  found.evaluation = [(await session.evaluate(batch)).loss];
  for (const [name, {values}] of (await session.readState()).weights) found[name] = [...values];
  await session.dispose();
  model.network.dispose();
  return found;
}

for (const one of trained) {
  t.test(`the engines agree on ${JSON.stringify(one.loss)}, ${one.title}`, async (t) => {
    const eager = await train(createEagerSession, one);
    const compiled = await train(createCompiledSession, one);
    t.same(Object.keys(compiled).sort(), Object.keys(eager).sort());
    for (const [name, values] of Object.entries(eager)) {
      const error = relativeError([...compiled[name]!, 0.1], [...values, 0.1]);
      t.ok(error < 1e-4, `${name}: ${error}`);
    }
    t.not(eager.losses![0], eager.losses![1], 'an update changes something');
  });
}

t.test(
  'the compiled engine computes value and gradient of every reference, weighted or not, in any number of axes',
  async (t) => {
    for (const {title, loss, targets, outputs, weights, value, gradient} of all) {
      const compute = lossFunction(loss);
      const both: TensorFunction = (x, wanted, each) => {
        const found = tf.valueAndGrad((x: tf.Tensor) => compute(tf, wanted!, x, each))(x!);
        return tf.concat([tf.reshape(found.value, [1]), tf.reshape(found.grad, [-1])]);
      };
      const inputs = [outputs, targets, ...(weights ? [weights] : [])].map(tensorDataOf);
      const [found] = runCompiled(both, inputs, false);
      const name = `${JSON.stringify(loss)}, ${title}`;
      t.ok(Math.abs(found![0]! - value) <= 1e-5 * Math.max(Math.abs(value), 1e-2), `${name}: value`);
      t.ok(relativeError(found!.subarray(1), gradient.values) <= 1e-5, `${name}: gradient`);
    }
  },
);

t.test('every loss is tried', async (t) => {
  t.same([...new Set(trained.map(({loss}) => loss.type))].sort(), Object.keys(losses).sort());
});
