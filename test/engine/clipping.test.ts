import t from 'tap';
import {Arena} from '../../src/engine/compiled/arena.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {compileSumOfSquares} from '../../src/engine/compiled/wasm/sum-of-squares.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import type {ClippingSpec} from '../../src/training/optimizers/clipping.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError, tensorDataOf} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

interface Reference {
  readonly inputs: ReferenceArray;
  readonly targets: ReferenceArray;
  readonly kernel: ReferenceArray;
  readonly bias: ReferenceArray;
  readonly cases: readonly {
    readonly clipping: ClippingSpec;
    readonly weightDecay: number;
    readonly losses: number[];
    readonly kernel: ReferenceArray;
    readonly bias: ReferenceArray;
  }[];
}

const {inputs, targets, kernel, bias, cases} = readReference<Reference>('clipping');
const factories = {eager: createEagerSession, compiled: createCompiledSession};
await loadEagerBackend('cpu');

for (const expected of cases) {
  for (const [engine, create] of Object.entries(factories)) {
    const {clipping, weightDecay} = expected;
    t.test(`${engine}: ${JSON.stringify(clipping)} with weight decay ${weightDecay} agrees with PyTorch`, async (t) => {
      const network = modelOf({type: 'dense', units: 3});
      const model = await buildModel(network, {inputShapes: {input: [4]}, rng: Rng.fromSeed(1)});
      const sgd = {type: 'sgd', learningRate: 0.5, momentum: 0.9, nesterov: false, excludeBiasAndNorm: false} as const;
      const session = await create({
        model,
        outputs: plainOutputs(lossFunction({type: 'meanSquaredError'}), [3]),
        rule: optimizerRule({...sgd, weightDecay}),
        clipping,
        rng: Rng.fromSeed(2),
      });
      const {slots} = await session.readState();
      const start = new Map([
        ['dense/kernel', tensorDataOf(kernel)],
        ['dense/bias', tensorDataOf(bias)],
      ]);
      await session.writeState({weights: start, slots});
      const batch = plainBatch(6, inputs.values, targets.values);
      for (const [index, loss] of expected.losses.entries()) {
        const result = await session.step(batch, {learningRate: 0.5, step: index + 1});
        t.ok(relativeError([result.loss], [loss]) <= 1e-5, `loss of step ${index + 1}`);
      }
      const {weights} = await session.readState();
      t.ok(relativeError(weights.get('dense/kernel')!.values, expected.kernel.values) <= 1e-5, 'kernel');
      t.ok(relativeError(weights.get('dense/bias')!.values, expected.bias.values) <= 1e-5, 'bias');
      await session.dispose();
      model.network.dispose();
    });
  }
}

t.test('the sum of squares is that of double precision to six digits, whatever the size', async (t) => {
  const rng = Rng.fromSeed(4);
  for (const size of [1, 15, 16, 17, 4095, 4096, 4097, 300_000]) {
    const arena = new Arena([[size], [4], [size]]);
    const [tensor, scratch, neighbour] = arena.tensors as [
      (typeof arena.tensors)[0],
      (typeof arena.tensors)[0],
      (typeof arena.tensors)[0],
    ];
    let expected = 0;
    for (let i = 0; i < size; i++) {
      tensor.values[i] = rng.normal();
      expected += tensor.values[i]! ** 2;
    }
    neighbour.values.fill(1e10);
    const sum = compileSumOfSquares(arena.memory, scratch)(tensor);
    t.ok(Math.abs(sum - expected) <= 1e-6 * expected, `${size}: ${sum} instead of ${expected}`);
  }
});
