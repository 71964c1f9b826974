import {createRequire} from 'node:module';
import t from 'tap';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {modelSection} from '../../src/model/section.js';

/** TensorFlow.js's builds for Node are CommonJS, so whatever loaded them left them in this cache. */
const loadedTensorFlow = (): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('@tensorflow'));

t.test('schema and shapes need no TensorFlow.js, so that exp validate starts fast; building does', async (t) => {
  const layers = inferShapes({layers: [{type: 'flatten'}]}, {input: [2, 3]});
  t.same(layers[0]?.outputShape, [6]);
  t.ok(modelSection.properties.layers);
  t.same(loadedTensorFlow(), []);
  const {buildModel} = await import('../../src/model/build.js');
  const {Rng} = await import('../../src/support/random.js');
  t.same(loadedTensorFlow(), []);
  await import('@tensorflow/tfjs-backend-cpu');
  const built = await buildModel({layers: [{type: 'flatten'}]}, {inputShapes: {input: [2, 3]}, rng: Rng.fromSeed(1)});
  t.ok(loadedTensorFlow().length > 0, 'the check sees TensorFlow.js once it is loaded');
  built.network.dispose();
});
