import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {losses, lossFunction} from '../../src/training/losses/registry.js';
import {relativeError, tensorDataOf} from '../reference/read.js';
import {runCompiled, type TensorFunction} from './compiled/run-compiled.js';
import {allLosses, trainedLosses, trainLoss} from './loss-cases.js';

await loadEagerBackend('cpu');

for (const one of trainedLosses) {
  t.test(`the engines agree on ${JSON.stringify(one.loss)}, ${one.title}`, async (t) => {
    const eager = await trainLoss(createEagerSession, one);
    const compiled = await trainLoss(createCompiledSession, one);
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
    for (const {title, loss, targets, outputs, weights, value, gradient} of allLosses) {
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
  t.same([...new Set(trainedLosses.map(({loss}) => loss.type))].sort(), Object.keys(losses).sort());
});
