import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../../src/engine/eager/backends.js';
import type {SessionOptions} from '../../../src/engine/options.js';
import {buildModel} from '../../../src/model/build.js';
import {Rng} from '../../../src/support/random.js';
import {type LossFunction, lossFunction} from '../../../src/training/losses/registry.js';
import {optimizerRule} from '../../../src/training/optimizers/registry.js';
import {modelOf} from '../../model/fixtures.js';
import {plainOutputs} from '../plain.js';

await loadEagerBackend('cpu');

const squaredError = lossFunction({type: 'meanSquaredError'});

/** Two dense layers behind a convolution, the second one shared by nobody. */
async function optionsOf(loss: LossFunction = squaredError): Promise<SessionOptions> {
  const model = await buildModel(
    modelOf(
      {type: 'conv2d', filters: 2, kernelSize: 3, kernelRegularizer: {type: 'l2', l2: 0.1}},
      {type: 'flatten'},
      {type: 'dense', name: 'hidden', units: 4},
      {type: 'dense', name: 'head', units: 3},
    ),
    {inputShapes: {input: [5, 5, 1]}, rng: Rng.fromSeed(1)},
  );
  return {
    model,
    outputs: plainOutputs(loss, [3]),
    rule: optimizerRule({
      type: 'sgd',
      learningRate: 0.1,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
      excludeBiasAndNorm: false,
    }),
    rng: Rng.fromSeed(2),
  };
}

/** The best value of each row: a kernel that TensorFlow.js has and the compiled engine has not. */
const best = (x: tf.Tensor): tf.Tensor => tf.topk(x, 1).values;

/** Makes a layer do something else. */
const replaceCall = ({model}: SessionOptions, name: string, call: (x: tf.Tensor) => tf.Tensor): void => {
  const layer = model.network.getLayer(name);
  layer.call = (inputs) => call([inputs].flat()[0]!);
};

async function refusal(options: SessionOptions): Promise<string> {
  const session = await createCompiledSession(options, {numThreads: 1});
  try {
    session.prepare(2);
  } catch (error) {
    t.match(error, {code: 'KERNEL_UNSUPPORTED', hint: /--engine eager$/});
    return (error as Error).message;
  } finally {
    await session.dispose();
    options.model.network.dispose();
  }
  return 'nothing was refused';
}

t.test('a kernel without a lowering names the layer that calls it', async (t) => {
  const options = await optionsOf();
  replaceCall(options, 'hidden', (x) => tf.tile(best(x), [1, 4]));
  t.equal(await refusal(options), 'the compiled engine has no lowering for the kernel TopK of layer hidden (dense)');
});

t.test('a kernel of a backward pass names the layer whose gradient it is', async (t) => {
  const options = await optionsOf();
  const weight = options.model.weights.find(({name}) => name === 'hidden/kernel')!.variable;
  const product = tf.customGrad((x, kernel) => ({
    value: tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D),
    gradFunc: (dy: tf.Tensor) => [tf.tile(best(dy as tf.Tensor), [1, 18]), tf.zerosLike(weight.read())],
  }));
  replaceCall(options, 'hidden', (x) => product(x, weight.read()));
  t.equal(
    await refusal(options),
    'the compiled engine has no lowering for the kernel TopK of the gradient of layer hidden (dense)',
  );
});

t.test('a kernel of the loss says so', async (t) => {
  const options = await optionsOf((_tf, targets, outputs) => tf.sum(tf.mul(best(outputs), best(targets))));
  t.equal(await refusal(options), 'the compiled engine has no lowering for the kernel TopK of the loss');
});

t.test('what cannot be recorded for another reason names its layer too', async (t) => {
  const host = await optionsOf();
  replaceCall(host, 'head', (x) => tf.slice(tf.mul(x, x.dataSync()[0]!), [0, 0], [2, 3]));
  t.equal(
    await refusal(host),
    'in layer head (dense): this model reads tensor values on the host inside a training step, which cannot be recorded as a graph',
  );
  const random = await optionsOf();
  replaceCall(random, 'head', (x) => tf.add(tf.slice(x, [0, 0], [2, 3]), tf.randomUniform([3])));
  t.match(await refusal(random), /^in layer head \(dense\): a layer computed a tensor of shape \[3\] on the host/);
});

t.test('nodes of a dumped graph are named after what they are for, each name once', async (t) => {
  const options = await optionsOf();
  const session = await createCompiledSession(options, {numThreads: 1});
  for (const [graph, bytes] of session.stepGraphs(2)) {
    // In the file a node's name is followed by the tag of its operator, which reads as a quotation mark.
    const names = [
      ...Buffer.from(bytes)
        .toString('latin1')
        .matchAll(/[a-z][\w ]*\/[A-Z]\w*(?=")/g),
    ].map(([name]) => name);
    t.equal(new Set(names).size, names.length, `no name twice in the graph ${graph}`);
    const labels = new Set(names.map((name) => name.split('/')[0]));
    for (const label of ['conv2d', 'hidden', 'head', 'loss', 'penalty']) {
      t.ok(labels.has(label) && labels.has(`gradient of ${label}`), `${label} in the graph ${graph}`);
    }
    t.ok(names.includes('conv2d/Conv'));
  }
  await session.dispose();
  options.model.network.dispose();
});
