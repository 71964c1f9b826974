import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {fillNoise, noiseStream} from '../../src/engine/noise.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

const factories = {eager: createEagerSession, compiled: createCompiledSession};
await loadEagerBackend('cpu');

const rng = Rng.fromSeed(8);
const numFeatures = 4;
const inputs = Float32Array.from({length: 6 * numFeatures}, () => rng.normal());
const targets = [0, 1, 2, 2, 1, 0];
const whole = plainBatch(6, inputs, targets);
const slice = (start: number, end: number): Batch =>
  plainBatch(end - start, inputs.slice(start * numFeatures, end * numFeatures), targets.slice(start, end));
const parts = [slice(0, 3), slice(3, 5), slice(5, 6)];

for (const [engine, create] of Object.entries(factories)) {
  t.test(
    `${engine}: an update in three unequal parts is the update of the whole batch, clipping included`,
    async (t) => {
      const open = async (accumulates: boolean) => {
        const network = modelOf({type: 'dense', units: 5, activation: 'tanh'}, {type: 'dense', units: 3});
        const model = await buildModel(network, {inputShapes: {input: [numFeatures]}, rng: Rng.fromSeed(1)});
        const session = await create({
          model,
          outputs: plainOutputs(lossFunction({type: 'sparseSoftmaxCrossEntropy'}), []),
          rule: optimizerRule({
            ...{type: 'sgd', learningRate: 0.3, momentum: 0.9, nesterov: false, weightDecay: 0.1},
            excludeBiasAndNorm: true,
          }),
          clipping: {max: 0.2, by: 'globalNorm'},
          accumulates,
          rng: Rng.fromSeed(2),
        });
        return {session, model};
      };
      const [one, several] = [await open(false), await open(true)];
      for (const step of [1, 2, 3]) {
        const {loss} = await one.session.step(whole, {learningRate: 0.3, step});
        let sum = 0;
        for (const [index, batch] of parts.entries()) {
          const before = await several.session.readState();
          const isLast = index === parts.length - 1;
          const share = batch.size / whole.size;
          const result = await several.session.step(batch, {learningRate: 0.3, step, part: {index, share, isLast}});
          sum += share * result.loss;
          const after = await several.session.readState();
          const changed = [...after.weights].some(
            ([name, {values}]) => `${values}` !== `${before.weights.get(name)!.values}`,
          );
          t.equal(changed, isLast, 'weights change with the last part only');
        }
        t.ok(Math.abs(sum - loss) < 1e-5, `loss of step ${step}: ${sum} and ${loss}`);
      }
      const [expected, actual] = [await one.session.readState(), await several.session.readState()];
      for (const kind of ['weights', 'slots'] as const) {
        t.same([...actual[kind].keys()], [...expected[kind].keys()]);
        for (const [name, {values}] of expected[kind])
          t.ok(relativeError(actual[kind].get(name)!.values, [...values]) < 1e-5, name);
      }
      for (const {session, model} of [one, several]) {
        await session.dispose();
        model.network.dispose();
      }
    },
  );
}

t.test('each part of an update has noise of its own, the first that of a whole update', async (t) => {
  const noise = (index?: number): string => {
    const part = index === undefined ? undefined : {index, share: 0.5, isLast: false};
    const out = new Float32Array(50);
    fillNoise({layer: 'dropout', kind: 'keepMask', rate: 0.5, shape: [50]}, noiseStream(Rng.fromSeed(3), part), 7, out);
    return out.join();
  };
  t.equal(noise(0), noise());
  t.equal(new Set([noise(0), noise(1), noise(2)]).size, 3);
});
