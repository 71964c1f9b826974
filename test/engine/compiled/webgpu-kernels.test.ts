import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {lower} from '../../../src/engine/compiled/lower.js';
import {record} from '../../../src/engine/compiled/recorder.js';
import {Device} from '../../../src/engine/compiled/runtime/device.js';
import {useSoftwareGpu} from '../software-gpu.js';
import {cases} from './kernel-cases.js';
import {inputOf, largestDifference, runCompiled, runEagerly} from './run-compiled.js';

const skip = await useSoftwareGpu();

/** WGSL promises sines and cosines to 2⁻¹¹, and sums of a few hundred products carry what that leaves. */
const tolerance = 5e-4;

t.test('every kernel on compiled webgpu', {skip}, async (t) => {
  const device = Device.open('webgpu');
  for (const [name, {shapes, fn, noGradient, positive}] of Object.entries(cases)) {
    t.test(name, async (t) => {
      const inputs = shapes.map((shape, index) => inputOf(shape, `${name} ${index}`, positive));
      const expected = runEagerly(fn, inputs, !noGradient);
      const found = runCompiled(fn, inputs, !noGradient, undefined, device);
      t.equal(found.length, expected.length);
      for (const [index, values] of expected.entries()) {
        const difference = largestDifference(found[index]!, values);
        t.ok(difference < tolerance, `${index === 0 ? 'value' : `gradient ${index - 1}`} differs by ${difference}`);
      }
    });
  }
});

t.test('a graph of which a node would run on the processor is refused', {skip}, async (t) => {
  const graph = record((recording) => {
    const isPositive = tf.greater(recording.input('x', [4]), 0);
    recording.output('y', tf.cast(tf.logicalOr(isPositive, tf.logicalNot(isPositive)), 'float32'));
  });
  const device = Device.open('webgpu');
  // ONNX Runtime has Or on the processor only; the portable lowering does without.
  t.throws(() => device.load(lower(graph, 'test')), {code: 'KERNEL_UNSUPPORTED', message: /does not run on webgpu/});
  device.load(lower(graph, 'test', {isPortable: true})).dispose();
});

t.test(
  'a tensor that is too large for the device is an error that says so, and the device goes on',
  {skip},
  async (t) => {
    const device = Device.open('webgpu');
    const sumOf = (length: number): number => {
      const graph = record((recording) => {
        const x = recording.input('x', []);
        recording.output('y', tf.sum(tf.square(tf.tile(tf.reshape(x, [1, 1]), [length / 1000, 1000]))));
      });
      const y = new Float32Array(1);
      const loaded = device.load(lower(graph, 'test', {isPortable: true}));
      try {
        loaded.bind({x: {values: Float32Array.of(2), shape: []}}, {y: {values: y, shape: []}}).run();
      } finally {
        loaded.dispose();
      }
      return y[0]!;
    };
    t.throws(() => sumOf(1e9), {code: 'ENGINE_UNAVAILABLE', message: /^the GPU refused a command/, hint: /batchSize/});
    t.equal(sumOf(1e5), 4e5);
  },
);
