import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import type {SessionFactory} from '../../src/engine/options.js';
import type {ActivationName} from '../../src/model/activations.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {type LossSpec, lossDefinition, lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {type ReferenceArray, readReference} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

/** Losses as PyTorch computed them; see test/reference/losses.py and weighted_losses.py. */
export interface LossCase {
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
export const allLosses = [...plain, ...weighted];
/** Enough for what only a session does. */
export const trainedLosses = [...plain, ...weighted.filter(({weights}) => weights)];

/** Losses and weights of two updates of a dense layer that takes the reference's outputs as its inputs. */
export async function trainLoss(create: SessionFactory, one: LossCase): Promise<Record<string, number[]>> {
  await loadEagerBackend('cpu');
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
