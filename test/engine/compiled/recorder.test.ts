import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {record} from '../../../src/engine/compiled/recorder.js';

tf.env().set('PROD', true); // no greeting on the console

t.beforeEach(() => void tf.setBackend('cpu'));

t.test('records shapes and kernels in order, and computes nothing', async (t) => {
  const graph = record((recording) => {
    const x = recording.input('x', [1000, 4000]);
    const w = recording.input('w', [4000, 3000]);
    recording.output('y', tf.relu(tf.matMul(x, w)));
  });
  t.strictSame(
    graph.calls.map((call) => call.kernel),
    ['BatchMatMul', 'Relu'],
  );
  t.strictSame(graph.outputs.get('y')!.shape, [1000, 3000]);
  t.strictSame(
    graph.inputs.map((value) => value.source),
    [
      {kind: 'input', name: 'x'},
      {kind: 'input', name: 'w'},
    ],
  );
});

t.test('binds a real tensor without reading, moving or disposing it', async (t) => {
  const weight = tf.tensor1d([1, 2, 3]);
  const before = tf.memory().numTensors;
  const graph = record((recording) => {
    recording.bind('weight', weight);
    recording.output('twice', tf.add(weight, weight));
  });
  t.equal(tf.getBackend(), 'cpu', 'the backend is the one from before');
  t.equal(tf.memory().numTensors, before, 'no tensor stays behind');
  t.strictSame([...weight.dataSync()], [1, 2, 3]);
  t.equal(graph.calls[0]!.inputs.a, graph.inputs[0]);
  weight.dispose();
});

t.test('the backend comes back when the step throws', async (t) => {
  t.throws(
    () =>
      record(() => {
        throw new Error('in the layer');
      }),
    /in the layer/,
  );
  t.equal(tf.getBackend(), 'cpu');
});

t.test('refuses what a graph would freeze or cannot hold', async (t) => {
  const code = {code: 'KERNEL_UNSUPPORTED'};
  t.throws(
    () => record(() => void tf.randomUniform([4])),
    {...code, message: /on the host inside a training step/},
    'random numbers',
  );
  t.throws(
    () => record((recording) => void recording.input('x', [2]).dataSync()),
    {...code, message: /reads tensor values on the host/},
    'a host read',
  );
  const stranger = tf.tensor1d([1, 2]);
  t.throws(() => record((r) => void tf.add(r.input('x', [2]), stranger)), {
    ...code,
    message: /made outside the recorded step/,
  });
  stranger.dispose();
  t.throws(
    () => record((recording) => void tf.topk(recording.input('x', [4]), 2)),
    {
      ...code,
      message: 'the compiled engine has no lowering for the kernel TopK',
      hint: 'train this model with --engine eager',
    },
    'a kernel without a lowering names itself',
  );
});

t.test('constants are kept as one number, whatever their shape', async (t) => {
  const graph = record((recording) => {
    recording.output('y', tf.mul(recording.input('x', [2, 3]), tf.ones([2, 3])));
  });
  t.strictSame(graph.calls[0]!.inputs.b!.source, {kind: 'constant', value: 1});
});
