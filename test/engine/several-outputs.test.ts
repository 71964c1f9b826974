import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError, tensorDataOf} from '../reference/read.js';

type Named = Readonly<Record<'price' | 'sort', number>>;

interface Said {
  readonly loss: number;
  readonly losses: Named;
  readonly outputs: Readonly<Record<string, ReferenceArray>>;
}

/** What test/reference/outputs.py wrote. */
interface Reference {
  readonly inputs: Readonly<Record<string, ReferenceArray>>;
  readonly targets: Readonly<Record<'price' | 'sort', ReferenceArray>>;
  readonly sampleWeights: ReferenceArray;
  readonly classWeights: ReferenceArray;
  readonly l2: number;
  readonly start: Readonly<Record<string, ReferenceArray>>;
  readonly steps: readonly Said[];
  readonly weights: Readonly<Record<string, ReferenceArray>>;
  readonly evaluation: Said;
}

const reference = readReference<Reference>('outputs');
const arraysOf = (arrays: Readonly<Record<string, ReferenceArray>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, {values}]) => [name, Float32Array.from(values)]));

const {sampleWeights, classWeights, targets} = reference;
const batchOf = (isTraining: boolean): Batch => ({
  size: 6,
  inputs: arraysOf(reference.inputs),
  targets: arraysOf(targets),
  weights: {
    price: Float32Array.from(sampleWeights.values),
    sort: Float32Array.from(sampleWeights.values, (weight, i) =>
      isTraining ? weight * classWeights.values[targets.sort.values[i]!]! : weight,
    ),
  },
});

const network = modelOf(
  {type: 'embedding', name: 'cities', inputs: 'city', inputDim: 5, outputDim: 2},
  {type: 'flatten'},
  {type: 'concatenate', inputs: ['numbers', 'flatten']},
  {type: 'dense', name: 'body', units: 5, activation: 'tanh', kernelRegularizer: {type: 'l2', l2: reference.l2}},
  {type: 'dense', name: 'price', inputs: 'body', units: 1},
  {type: 'dense', name: 'sort', inputs: 'body', units: 3},
);

await loadEagerBackend('cpu');

for (const [engine, create] of Object.entries({compiled: createCompiledSession, eager: createEagerSession})) {
  t.test(
    `${engine}: two inputs, two weighted losses, weights of examples and classes agree with PyTorch`,
    async (t) => {
      const outputs = ['price', 'sort'] as const;
      const inputShapes = {numbers: [4], city: [1]};
      const model = await buildModel(network, {inputShapes, outputs, rng: Rng.fromSeed(1)});
      const session = await create({
        model,
        outputs: [
          {
            name: 'price',
            loss: lossFunction({type: 'meanSquaredError'}),
            weight: 0.5,
            targetShape: [1],
            isWeighted: true,
          },
          {
            name: 'sort',
            loss: lossFunction({type: 'sparseSoftmaxCrossEntropy'}),
            weight: 2,
            targetShape: [],
            isWeighted: true,
          },
        ],
        rule: optimizerRule({
          ...{type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0},
          excludeBiasAndNorm: false,
        }),
        rng: Rng.fromSeed(2),
      });
      const {slots} = await session.readState();
      const start = new Map(Object.entries(reference.start).map(([name, array]) => [name, tensorDataOf(array)]));
      await session.writeState({weights: start, slots});
      const compare = (said: Awaited<ReturnType<typeof session.evaluate>>, expected: Said, what: string): void => {
        t.ok(relativeError([said.loss], [expected.loss]) < 1e-5, `${what}: loss ${said.loss}`);
        for (const name of outputs) {
          const error = relativeError([said.losses![name]!], [expected.losses[name]]);
          t.ok(error < 1e-5, `${what}: loss of ${name}, ${error}`);
          t.ok(
            relativeError(said.outputs[name]!, expected.outputs[name]!.values) < 1e-5,
            `${what}: outputs of ${name}`,
          );
        }
      };
      for (const [index, expected] of reference.steps.entries()) {
        compare(await session.step(batchOf(true), {learningRate: 0.1, step: index + 1}), expected, `step ${index + 1}`);
      }
      compare(await session.evaluate(batchOf(false)), reference.evaluation, 'evaluation');
      const {weights} = await session.readState();
      t.same([...weights.keys()].sort(), Object.keys(reference.weights).sort());
      for (const [name, {values}] of Object.entries(reference.weights)) {
        t.ok(relativeError(weights.get(name)!.values, values) < 1e-5, name);
      }
      await session.dispose();
      model.network.dispose();
    },
  );
}
