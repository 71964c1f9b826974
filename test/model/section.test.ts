import t from 'tap';
import {initializers} from '../../src/model/initializers/index.js';
import {layers} from '../../src/model/layers/index.js';
import {regularizers} from '../../src/model/regularizers/index.js';
import {type ModelSpec, modelSection} from '../../src/model/section.js';
import type {Definition} from '../../src/spec/define.js';
import {SpecError} from '../../src/spec/diagnostic.js';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';

const schema = checkedSchema(modelSection);

const load = async (text: string): Promise<ModelSpec> =>
  (await loadSpec(schema, {text, path: 'model.yaml'})).value as ModelSpec;

/** The messages about a model of one layer. */
async function messagesFor(layer: string): Promise<string[]> {
  try {
    await load(`layers:\n  - ${layer}\n`);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.diagnostics.map(({message}) => message);
  }
}

t.test('registries name their members as the members name themselves, and every argument is described', async (t) => {
  for (const registry of [layers, initializers, regularizers] as Readonly<Record<string, Definition>>[]) {
    for (const [name, definition] of Object.entries(registry)) {
      t.equal(definition.type, name);
      t.ok(definition.summary.endsWith('.'), `${name}: ${definition.summary}`);
      for (const [argument, {description}] of Object.entries(definition.args.properties)) {
        t.ok(description, `${name}.${argument} has a description`);
      }
    }
  }
});

t.test('the example of every layer is valid as it stands', async (t) => {
  for (const {type, example} of Object.values(layers)) {
    const {layers: loaded} = await load(`layers:\n  - ${example}\n`);
    t.equal(loaded[0]?.type, type);
  }
});

t.test('defaults and shorthands', async (t) => {
  const {layers: loaded} = await load(
    'layers:\n  - {type: dense, units: 3, kernelInitializer: heNormal, biasRegularizer: l2}\n',
  );
  t.same(loaded, [
    {
      type: 'dense',
      units: 3,
      activation: 'linear',
      useBias: true,
      kernelInitializer: {type: 'heNormal'},
      biasInitializer: {type: 'zeros'},
      biasRegularizer: {type: 'l2', l2: 0.01},
    },
  ]);
  const {layers: pooling} = await load(
    'layers:\n  - {type: maxPooling2d}\n  - {type: maxPooling2d, poolSize: [3, 2]}\n',
  );
  t.same(pooling, [
    {type: 'maxPooling2d', poolSize: 2, padding: 'valid'},
    {type: 'maxPooling2d', poolSize: [3, 2], padding: 'valid'},
  ]);
});

t.test('sides of paddings may be written in three ways', async (t) => {
  for (const padding of ['2', '[0, 1]', '[[0, 1], 2]', '[[0, 1], [2, 3]]']) {
    t.same(await messagesFor(`{type: zeroPadding2d, padding: ${padding}}`), [], padding);
    t.same(await messagesFor(`{type: cropping2d, cropping: ${padding}}`), [], padding);
  }
  t.same(await messagesFor('{type: zeroPadding1d, padding: [0, 3]}'), []);
});

t.test('a layer inside another gets its defaults and its messages', async (t) => {
  const {layers: loaded} = await load(
    'layers:\n  - {type: bidirectional, layer: {type: gru, units: 3, kernelInitializer: heNormal}}\n',
  );
  t.match(loaded, [
    {
      mergeMode: 'concat',
      layer: {
        type: 'gru',
        resetAfter: true,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        kernelInitializer: {type: 'heNormal'},
        recurrentInitializer: {type: 'orthogonal', gain: 1},
      },
    },
  ]);
  t.same(await messagesFor('{type: bidirectional, layer: {type: lstm}}'), [
    'layers[0].layer.units is missing: recurrentLayer `lstm` needs it',
  ]);
  t.same(await messagesFor('{type: timeDistributed, layer: {type: add}}'), [
    'layers[0].layer: there is no stepLayer `add`',
  ]);
});

t.test('values out of range get one message that says what is expected', async (t) => {
  for (const [layer, expected] of [
    ['{type: conv2d, filters: 3, kernelSize: [3]}', /kernelSize.*a whole number of at least 1, or two of them/],
    ['{type: conv2d, filters: 3, kernelSize: 0}', /kernelSize.*a whole number of at least 1, or two of them/],
    [
      '{type: conv2d, filters: 3, kernelSize: 3, strides: 1.5}',
      /strides.*a whole number of at least 1, or two of them/,
    ],
    ['{type: conv2d, filters: 3, kernelSize: 3, padding: full}', /padding/],
    ['{type: dense, units: 0}', /units/],
    ['{type: dense, units: 3, name: 1st}', /name.*letters, digits, - and _, starting with a letter/],
    ['{type: dropout, rate: 1}', /rate/],
    ['{type: reshape, targetShape: [0, 3]}', /targetShape.*a whole number of at least 1, or -1/],
    ['{type: activation, function: reluu}', /function/],
    ['{type: conv1d, filters: 3, kernelSize: 0}', /kernelSize must be an integer ≥ 1/],
    ['{type: conv3d, filters: 3, kernelSize: [2, 2]}', /kernelSize.*a whole number of at least 1, or three of them/],
    ['{type: conv2d, filters: 3, kernelSize: 3, padding: causal}', /padding/],
    ['{type: zeroPadding1d, padding: [1]}', /padding.*a whole number of at least 0, or two of them: \[before, after\]/],
    ['{type: cropping2d, cropping: [1, [-1, 2]]}', /cropping/],
    ['{type: groupNormalization, groups: 0}', /groups.*a whole number of at least 1, or -1/],
  ] as const) {
    const messages = await messagesFor(layer);
    t.equal(messages.length, 1, layer);
    t.match(messages[0], expected);
  }
  t.same((await messagesFor('{type: dense}')).length, 1, 'a missing argument');
});
