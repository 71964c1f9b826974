import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import type {WeightRole} from '../../src/model/layer.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, readLayerCases} from './fixtures.js';

/** What a weight is for, by the last part of its name, as Keras names weights. */
const roles: readonly (readonly [RegExp, WeightRole])[] = [
  [/bias$/, 'bias'],
  [/kernel$/, 'kernel'],
  [/embeddings$/, 'embedding'],
  [/(gamma|beta|moving_mean|moving_variance)$/, 'normalization'],
  [/rmsNormalization\/scale$/, 'normalization'],
  // The vector that scores are scalar products with: a kernel of one axis.
  [/additiveAttention\/scale$/, 'kernel'],
  [/(alpha|scale)$/, 'scale'],
];

t.test('every weight of every layer has the role that its name says', async (t) => {
  const cases = new Map(readLayerCases().map((one) => [JSON.stringify(one.layer), one]));
  for (const {title, layer, inputs, weights} of cases.values()) {
    if (Object.keys(weights).length === 0) continue;
    const model = await buildModel(modelOf(layer), {
      inputShapes: {input: inputs.shape.slice(1)},
      rng: Rng.fromSeed(1),
    });
    for (const {name, role} of model.weights) {
      const expected = roles.find(([pattern]) => pattern.test(name));
      t.equal(role, expected?.[1], `${title}: ${name}`);
    }
    model.network.dispose();
  }
});
