import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {kernels} from '../../../src/engine/compiled/kernels/index.js';
import {record} from '../../../src/engine/compiled/recorder.js';
import {cases} from './kernel-cases.js';
import {inputOf, largestDifference, runCompiled, runEagerly} from './run-compiled.js';

for (const [name, {shapes, fn, noGradient, positive}] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const inputs = shapes.map((shape, index) => inputOf(shape, `${name} ${index}`, positive));
    const expected = runEagerly(fn, inputs, !noGradient);
    const withoutPasses = runCompiled(fn, inputs, !noGradient, (graph) => graph);
    for (const found of [withoutPasses, runCompiled(fn, inputs, !noGradient)]) {
      t.equal(found.length, expected.length);
      for (const [index, values] of expected.entries()) {
        const difference = largestDifference(found[index]!, values);
        t.ok(difference < 1e-4, `${index === 0 ? 'value' : `gradient ${index - 1}`} differs by ${difference}`);
      }
    }
  });
}

t.test('every kernel of the table is recorded by at least one case', async (t) => {
  const seen = new Set<string>();
  for (const [name, {shapes, fn, noGradient}] of Object.entries(cases)) {
    const graph = record((recording) => {
      const inputs = shapes.map((shape, index) => recording.input(`${name} ${index}`, shape));
      fn(...inputs);
      if (!noGradient) tf.grads((...given: tf.Tensor[]) => tf.sum(fn(...given)))(inputs);
    });
    for (const call of graph.calls) seen.add(call.kernel);
  }
  t.strictSame(
    Object.keys(kernels).filter((kernel) => !seen.has(kernel)),
    [],
  );
});
