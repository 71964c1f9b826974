import t from 'tap';
import {blockExpander} from '../../src/model/blocks/expand.js';
import {connectLayers} from '../../src/model/graph.js';
import {type ModelSpec, modelSection} from '../../src/model/section.js';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';
import {ExpError} from '../../src/support/errors.js';

const schema = checkedSchema({
  type: 'object',
  properties: {model: modelSection, width: {type: 'integer', default: 1}},
  required: ['model', 'width'],
  additionalProperties: false,
});

interface Loaded {
  readonly model: ModelSpec;
  /** `a ← b, c` for every layer, as connected. */
  readonly wires: readonly string[];
}

async function load(text: string, overrides: readonly string[] = []): Promise<Loaded> {
  const loaded = await loadSpec(schema, {text, path: 'model.yaml'}, {overrides, env: {UNITS: '12'}}, blockExpander);
  const {model} = loaded.value as {readonly model: ModelSpec};
  const {names, inputs} = connectLayers(model);
  return {model, wires: names.map((name, index) => `${name} ← ${inputs[index]!.join(', ')}`)};
}

/** Where and what the mistakes of a model are. */
async function mistakesOf(text: string): Promise<readonly string[]> {
  const error: unknown = await load(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof ExpError)) throw new Error('the model was accepted', {cause: error});
  return error.message.split('\n').filter((line) => line.startsWith('model.yaml:'));
}

t.test('a model without blocks is left as it was written', async (t) => {
  const {model} = await load('model: {layers: [{type: flatten}, {type: flatten, name: second}]}');
  t.same(model, {layers: [{type: 'flatten'}, {type: 'flatten', name: 'second'}]});
});

t.test('states of recurrent layers in and behind blocks', async (t) => {
  const {wires} = await load(`
model:
  blocks:
    reader:
      layers:
        - {type: gru, units: 4, name: first, returnSequences: true}
        - {type: gru, units: 4, name: second, inputs: [input, first.hidden]}
  layers:
    - {block: reader}
    - {type: gru, units: 4, inputs: [input, reader.hidden]}
    - {type: concatenate, inputs: [gru, reader/first.hidden]}
`);
  t.same(wires, [
    'reader/first ← input',
    'reader/second ← input, reader/first.hidden',
    'gru ← input, reader/second.hidden',
    'concatenate ← gru, reader/first.hidden',
  ]);
});

t.test('names, repetitions and what each layer takes', async (t) => {
  const {wires} = await load(`
model:
  blocks:
    residual:
      layers:
        - {type: dense, units: 4}
        - {type: dense, units: 4}
        - {type: add, inputs: [dense_1, input]}
  layers:
    - {type: dense, units: 4}
    - {block: residual, repeat: 2}
    - {type: dense, units: 4}
    - {block: residual}
    - {block: residual, name: stage, repeat: 2}
    - {type: add, inputs: [residual, stage_1, residual_1/dense_1, input]}
`);
  t.same(wires, [
    'dense ← input',
    'residual/dense ← dense',
    'residual/dense_1 ← residual/dense',
    'residual/add ← residual/dense_1, dense',
    'residual_1/dense ← residual/add',
    'residual_1/dense_1 ← residual_1/dense',
    'residual_1/add ← residual_1/dense_1, residual/add',
    'dense_1 ← residual_1/add',
    'residual_2/dense ← dense_1',
    'residual_2/dense_1 ← residual_2/dense',
    'residual_2/add ← residual_2/dense_1, dense_1',
    'stage/dense ← residual_2/add',
    'stage/dense_1 ← stage/dense',
    'stage/add ← stage/dense_1, residual_2/add',
    'stage_1/dense ← stage/add',
    'stage_1/dense_1 ← stage_1/dense',
    'stage_1/add ← stage_1/dense_1, stage/add',
    'add ← residual/add, stage_1/add, residual_1/dense_1, input',
  ]);
});

t.test('parameters keep their type; names of the spec and of the environment are seen as well', async (t) => {
  const {model} = await load(
    `
width: 7
model:
  blocks:
    outer:
      parameters: {units: 2, kernel: {type: zeros}, word: re}
      layers:
        - {block: inner, size: "\${units}"}
        - {type: dense, units: "\${width}", kernelInitializer: "\${kernel}", activation: "\${word}lu"}
    inner:
      parameters: {size: }
      layers:
        - {type: dense, units: "\${size}"}
        - {type: dense, units: "\${env:UNITS}"}
  layers:
    - {block: outer, kernel: ones}
    - {block: outer, units: "\${width}", word: se}
`,
    ['width=9'],
  );
  const of = (name: string): unknown => model.layers.find((layer) => layer.name === name);
  t.match(of('outer/inner/dense'), {units: 2});
  t.match(of('outer/inner/dense_1'), {units: 12});
  t.match(of('outer/dense'), {units: 9, kernelInitializer: {type: 'ones'}, activation: 'relu'});
  t.match(of('outer_1/inner/dense'), {units: 9});
  t.match(of('outer_1/dense'), {units: 9, kernelInitializer: {type: 'zeros'}, activation: 'selu'});
  t.notOk('blocks' in model);
});

t.test('outputs that are not the last layer, inputs that are several, names that come later', async (t) => {
  const {model, wires} = await load(`
model:
  blocks:
    early:
      output: first
      layers:
        - {type: dense, units: 4, name: first, inputs: second}
        - {type: dense, units: 4, name: second, inputs: input}
    both:
      layers:
        - {type: add}
        - {type: concatenate, inputs: [add, input]}
        - {block: early}
  output: end
  layers:
    - {block: early}
    - {type: dense, units: 4}
    - {block: both, inputs: [early, dense, input], name: end}
`);
  t.same(wires, [
    'early/first ← early/second',
    'early/second ← input',
    'dense ← early/first',
    'end/add ← early/first, dense, input',
    'end/concatenate ← end/add, early/first, dense, input',
    'end/early/first ← end/early/second',
    'end/early/second ← end/concatenate',
  ]);
  t.equal(model.output, 'end/early/first');
});

t.test('overrides reach into blocks and their uses', async (t) => {
  const text = `
model:
  blocks:
    wide: {parameters: {units: 3}, layers: [{type: dense, units: "\${units}"}]}
  layers: [{block: wide}, {block: wide, units: 5}]
`;
  const unitsOf = async (...overrides: string[]): Promise<unknown[]> =>
    (await load(text, overrides)).model.layers.map((layer) => ('units' in layer ? layer.units : undefined));
  t.same(await unitsOf(), [3, 5]);
  t.same(await unitsOf('model.blocks.wide.parameters.units=8', 'model.layers.1.repeat=2'), [8, 5, 5]);
  t.same(await unitsOf('model.layers.0.units=9', 'model.blocks.wide.layers.0.activation=relu'), [9, 5]);
});

t.test('mistakes stand on the line of the block, once, and say which use', async (t) => {
  const text = `
model:
  blocks:
    wide: {parameters: {units: 3}, layers: [{type: dense, units: "\${units}"}, {type: dense, unit: 3}]}
  layers:
    - {block: wide, repeat: 3}
    - {block: wide, units: none}
    - {type: dense, units: 0}
`;
  t.same(await mistakesOf(text), [
    'model.yaml:4:66  model.blocks.wide.layers[0].units must be an integer ≥ 1; got "none"',
    'model.yaml:4:93  unknown key `unit` for layer `dense`',
    'model.yaml:8:28  model.layers[2].units must be an integer ≥ 1; got 0',
  ]);
  const error = await load(text).catch((thrown: ExpError) => thrown);
  t.match((error as ExpError).message, 'in the block `wide`, used as `wide_3` at model.yaml:7:7');
  t.match((error as ExpError).message, 'in the block `wide`, used as `wide` at model.yaml:6:7');
});

t.test('a reference that leads nowhere is one mistake, and hides no other', async (t) => {
  const text = `
model:
  blocks:
    wide: {parameters: {units: 3, more: 4}, layers: [{type: dense, units: "\${units}", name: "\${more}"}]}
  layers:
    - {block: wide, units: "\${nowhere}", more: 5}
`;
  t.same(await mistakesOf(text), [
    'model.yaml:4:93  model.blocks.wide.layers[0].name must be letters, digits, - and _, starting with a letter; got 5',
    'model.yaml:6:28  `${nowhere}` names a key that this spec does not set',
  ]);
});

t.test('blocks that hold each other, and blocks that explode', async (t) => {
  const inBlocks = (blocks: string, layers: string): string => `model: {blocks: {${blocks}}, layers: [${layers}]}`;
  t.same(await mistakesOf(inBlocks('a: {layers: [{block: b}]}, b: {layers: [{block: a}]}', '{block: a}')), [
    'model.yaml:1:66  blocks go round in a circle: a → b → a',
  ]);
  const names = ['a', 'b', 'c', 'd'];
  const nested = names.map((name, i) => {
    const inside = i === 0 ? '{type: flatten}' : `{block: ${names[i - 1]}, repeat: 1000}`;
    return `${name}: {layers: [${inside}]}`;
  });
  t.match(await mistakesOf(inBlocks(nested.join(', '), '{block: d}')), [/grow to more than 5000 layers$/]);
});

t.test('definitions and uses that are none', async (t) => {
  const mistake = async (model: string): Promise<string> => {
    const [first, ...others] = await mistakesOf(`model: {${model}}`);
    t.same(others, [], model);
    return first!.replace(/^\S+ +/, '');
  };
  const layers = 'layers: [{type: flatten}]';
  t.equal(await mistake(`blocks: 3, ${layers}`), 'model.blocks must be a map of blocks by name');
  t.equal(await mistake(`blocks: {a: {}}, ${layers}`), 'model.blocks.a.layers is missing');
  t.equal(await mistake(`blocks: {add: {${layers}}}, ${layers}`), 'a block cannot be named `add`, which is a layer');
  t.equal(await mistake(`blocks: {a b: {${layers}}}, ${layers}`), '`a b` is no name for a block');
  t.match(
    await mistake(`blocks: {a: {parameters: {repeat: 3}, ${layers}}}, ${layers}`),
    /^`repeat` is no name for a parameter/,
  );
  t.equal(await mistake('layers: [{block: a}]'), 'there is no block `a`');
  t.equal(
    await mistake(`blocks: {a: {${layers}}}, layers: [{block: a, units: 3}]`),
    'unknown key `units` in model.layers[0]',
  );
  t.match(
    await mistake(`blocks: {a: {parameters: {n: }, ${layers}}}, layers: [{block: a}]`),
    'model.layers[0].n is missing',
  );
  t.match(
    await mistake(`blocks: {a: {${layers}}}, layers: [{type: dense, block: a}]`),
    /^an entry is a layer, with its `type`, or the use of a `block`, not both$/,
  );
  t.match(
    await mistake(`blocks: {a: {layers: [{type: dense, units: "\${n}"}]}}, layers: [{block: a}]`),
    '`${n}` is no parameter of this block, and no key that the spec sets',
  );
});
