import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {plainBatch, plainOutputs} from './plain.js';

await loadEagerBackend('cpu');

for (const [engine, create] of Object.entries({compiled: createCompiledSession, eager: createEagerSession})) {
  t.test(`${engine}: a class number beyond an embedding stops the run and says what was expected`, async (t) => {
    const model = await buildModel(modelOf({type: 'embedding', inputDim: 5, outputDim: 3}), {
      inputShapes: {input: [2]},
      rng: Rng.fromSeed(1),
    });
    const session = await create({
      model,
      outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), model.outputShapes.output!),
      rule: optimizerRule({
        type: 'sgd',
        learningRate: 0.1,
        momentum: 0,
        nesterov: false,
        weightDecay: 0,
        excludeBiasAndNorm: false,
      }),
      rng: Rng.fromSeed(2),
    });
    const batchOf = (index: number) => plainBatch(1, [4, index], new Float32Array(6));
    for (const index of [5, 100, -1, -7]) {
      const expected = {
        code: 'DATA_INVALID',
        message: `an embedding of 5 classes, numbered 0 to 4, was given the class number ${index}`,
        hint: 'set its inputDim to the number of classes in the data, counted from 0',
      };
      t.throws(() => session.step(batchOf(index), {learningRate: 0.1, step: 1}), expected);
      t.throws(() => session.evaluate(batchOf(index)), expected);
    }
    const {weights} = await session.readState();
    await session.step(batchOf(0), {learningRate: 0.1, step: 1});
    const {weights: after} = await session.readState();
    const changed = [...after.get('embedding/embeddings')!.values].map(
      (value, i) => value !== weights.get('embedding/embeddings')!.values[i],
    );
    t.same(
      changed,
      [1, 0, 0, 0, 1].flatMap((row) => Array(3).fill(row === 1)),
      'only the rows of the batch change',
    );
    await session.dispose();
    model.network.dispose();
  });
}
