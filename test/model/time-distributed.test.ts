import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {layers} from '../../src/model/layers/index.js';
import {Rng} from '../../src/support/random.js';
import {disagreement, modelOf, readLayerCases, tensorOf, writeWeights} from './fixtures.js';

await tf.setBackend('cpu');

/** The words that timeDistributed takes. */
const stepLayers: ReadonlySet<string> = new Set(
  (layers.timeDistributed.args.properties.layer as {readonly oneOf?: readonly {readonly title: string}[]}).oneOf?.map(
    ({title}) => title,
  ),
);

/** PyTorch's batches, read as the time steps of one sequence: each step has the same output as on its own. */
const cases = readLayerCases().filter(({layer, training}) => stepLayers.has(layer.type) && !training);

t.test('every layer for time steps has cases', async (t) => {
  t.ok(stepLayers.size >= 25);
  t.same([...new Set(cases.map(({layer}) => layer.type))].sort(), [...stepLayers].sort());
});

for (const {title, layer, inputs, weights, output} of cases) {
  t.test(`timeDistributed ${title}`, async (t) => {
    const built = await buildModel(modelOf({type: 'timeDistributed', layer}), {
      inputShapes: {input: inputs.shape},
      rng: Rng.fromSeed(1),
    });
    writeWeights(built, weights);
    const x = tensorOf({...inputs, shape: [1, ...inputs.shape]});
    const found = tf.tidy(() => forward(built.network, [x], {training: false})[0]!);
    t.ok(disagreement(found, {...output, shape: [1, ...output.shape]}) <= 1);
    tf.dispose([x, found]);
    built.network.dispose();
  });
}
