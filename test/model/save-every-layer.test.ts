import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel} from '@tensorflow/tfjs-layers';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {saveModel} from '../../src/model/save.js';
import {Rng} from '../../src/support/random.js';
import {readReference} from '../reference/read.js';
import {type GraphCase, type LayerCase, modelOf, tensorOf, type WrittenLayer} from './fixtures.js';

await tf.setBackend('cpu');

/** Layers that Keras has and stock TensorFlow.js does not. They are saved under Keras's class names. */
const missing: readonly LayerCase['layer']['type'][] = [
  'adaptiveAveragePooling1d',
  'adaptiveAveragePooling2d',
  'adaptiveAveragePooling3d',
  'adaptiveMaxPooling1d',
  'adaptiveMaxPooling2d',
  'adaptiveMaxPooling3d',
  'additiveAttention',
  'attention',
  'conv1dTranspose',
  'cropping1d',
  'cropping3d',
  'depthwiseConv1d',
  'einsumDense',
  'globalAveragePooling3d',
  'globalMaxPooling3d',
  'glu',
  'groupNormalization',
  'multiHeadAttention',
  'positionalEmbedding',
  'rmsNormalization',
  'separableConv1d',
  'spatialDropout2d',
  'spatialDropout3d',
  'unitNormalization',
  'upSampling1d',
  'upSampling3d',
  'zeroPadding1d',
  'zeroPadding3d',
];

/** What stock TensorFlow.js makes of a saved model: it predicts the same, or says why it cannot load it. */
async function stockPrediction(
  layers: readonly WrittenLayer[],
  {inputs, weights}: GraphCase | LayerCase,
): Promise<string> {
  const inputShapes = {input: inputs.shape.slice(1)};
  const built = await buildModel(modelOf(...layers), {inputShapes, rng: Rng.fromSeed(3)});
  const isOfOneLayer = layers.length === 1;
  for (const {name, variable} of built.weights) {
    const value = tensorOf(weights[isOfOneLayer ? name.slice(name.indexOf('/') + 1) : name]!);
    variable.write(value);
    value.dispose();
  }
  const {modelJson, weights: bytes} = await saveModel(built);
  const {modelTopology, weightsManifest} = JSON.parse(JSON.stringify(modelJson)) as {
    modelTopology: object;
    weightsManifest: [{weights: tf.io.WeightsManifestEntry[]}];
  };
  const weightData = Uint8Array.from(bytes).buffer;
  const x = tensorOf(inputs);
  try {
    const loaded = await loadLayersModel(
      tf.io.fromMemory({modelTopology, weightSpecs: weightsManifest[0].weights, weightData}),
    );
    const worst = tf.tidy(() => {
      const ours = forward(built.network, [x], {training: false})[0]!;
      return tf.max(tf.abs(tf.sub(ours, loaded.predict(x) as tf.Tensor))).dataSync()[0]!;
    });
    loaded.dispose();
    return worst < 1e-5 ? 'predicts the same' : `differs by ${worst}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    x.dispose();
    built.network.dispose();
  }
}

/** What is said of layers whose class stock TensorFlow.js has, but not with these arguments. */
const unknownArguments: readonly {readonly title: RegExp; readonly says: RegExp}[] = [
  {title: /causal/, says: /CAUSAL padding mode .* is not implemented/},
  {title: /groups/, says: /^Shape mismatch/},
  {title: /depthwiseConv2d dilated/, says: /Unknown layer: DilatedDepthwiseConv2D/},
  {title: /gru(?!.*the reset gate in front)/, says: /reset_after/},
  {title: /^relu with (?!a limit)/, says: /Unknown layer: ThresholdedLeakyReLU/},
  {title: /^elu with an alpha/, says: /Non-default alpha value \(0.5\) is not supported/},
  {title: /^softmax along/, says: /along a non-last dimension is not yet supported/},
  {title: /outputPadding/, says: /Unknown layer: OutputPaddedConv/},
  {title: /bilinear/, says: /Unknown layer: BilinearUpSampling2D/},
];

const references = ['feed_forward_layers', 'sequence_layers'].flatMap(
  (name) => readReference<{cases: readonly LayerCase[]}>(name).cases,
);

for (const reference of references) {
  const {title, layer} = reference;
  const exception = unknownArguments.find((candidate) => candidate.title.test(title));
  if (missing.includes(layer.type)) {
    t.test(`stock TensorFlow.js says that it has no ${layer.type}: ${title}`, async (t) => {
      t.match(await stockPrediction([layer], reference), /Unknown layer: [A-Z]/);
    });
  } else if (exception) {
    t.test(`stock TensorFlow.js says that it cannot do ${title}`, async (t) => {
      t.match(await stockPrediction([layer], reference), exception.says);
    });
  } else {
    t.test(`stock TensorFlow.js loads ${title}`, async (t) => {
      t.equal(await stockPrediction([layer], reference), 'predicts the same');
    });
  }
}

/** Networks with masks and states that stock TensorFlow.js computes as we do, and what it says of the others: it refuses them. */
const stockNetworks = [
  ...['simpleRnn', 'simpleRnn with sequences', 'lstm', 'lstm with sequences'].map(
    (name) => `embedding with maskZero, ${name}`,
  ),
  'masking, simpleRnn read backwards',
  'masking, lstm read backwards',
  'masking with another value, lstm',
  'gru with the reset gate in front, masked',
  'bidirectional lstm, masked, ave',
  'batchNormalization in training, masked, all steps seen',
  ...['simpleRnn', 'lstm'].flatMap((name) => [
    `an encoder and a decoder, ${name}`,
    `an encoder that reads both ways and a decoder, ${name}`,
    `the states of ${name} as an output`,
  ]),
  'whole sequences and states, of an lstm read backwards',
];
const refusals =
  /Unknown layer: (Keras(Masking|Embedding)|Attention|AdditiveAttention|MultiHeadAttention|Cropping1D)|reset_after/;

for (const network of readReference<{cases: readonly GraphCase[]}>('sequences_keras').cases) {
  const {title, layers} = network;
  const isStock = stockNetworks.includes(title);
  t.test(`stock TensorFlow.js ${isStock ? 'loads' : 'refuses'} ${title}`, async (t) => {
    const found = await stockPrediction(layers, network);
    if (isStock) t.equal(found, 'predicts the same');
    else t.match(found, refusals);
  });
}
