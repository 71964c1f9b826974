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
import {type ReferenceArray, readReference, relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

interface LossCase {
  readonly title: string;
  readonly loss: LossSpec;
  readonly targets: ReferenceArray;
  readonly outputs: ReferenceArray;
}

/** The cases of test/reference/losses.py that a dense layer can be put in front of. */
const cases = readReference<{cases: LossCase[]}>('losses').cases.filter(({outputs}) => outputs.shape.length === 2);
await loadEagerBackend('cpu');

/** Losses and weights of two updates of a dense layer that takes the reference's outputs as its inputs. */
async function train(create: SessionFactory, {loss, targets, outputs}: LossCase): Promise<Record<string, number[]>> {
  const [size, units] = outputs.shape as [number, number];
  const definition = lossDefinition(loss);
  const activation = (definition.endings?.(loss)?.[0] ?? 'linear') as ActivationName;
  const network = modelOf({type: 'dense', units, activation});
  const model = await buildModel(network, {inputShapes: {input: [units]}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction(loss), targets.shape.slice(1)),
    rule: optimizerRule({
      ...{type: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0},
      excludeBiasAndNorm: false,
    }),
    rng: Rng.fromSeed(6),
  });
  const batch = plainBatch(size, outputs.values, targets.values);
  const found: Record<string, number[]> = {losses: []};
  for (const step of [1, 2]) found.losses!.push((await session.step(batch, {learningRate: 0.01, step})).loss);
  found.evaluation = [(await session.evaluate(batch)).loss];
  for (const [name, {values}] of (await session.readState()).weights) found[name] = [...values];
  await session.dispose();
  model.network.dispose();
  return found;
}

for (const one of cases) {
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

t.test('every loss is tried', async (t) => {
  t.same([...new Set(cases.map(({loss}) => loss.type))].sort(), Object.keys(losses).sort());
});
