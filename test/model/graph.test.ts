import t from 'tap';
import {connectLayers, lastStretch} from '../../src/model/graph.js';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {ModelProblem} from '../../src/model/shape-problem.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

const dense = (name: string, inputs?: string | string[]): WrittenLayer => ({
  type: 'dense',
  units: 2,
  name,
  ...(inputs === undefined ? {} : {inputs}),
});
const add = (...inputs: string[]): WrittenLayer => ({type: 'add', inputs});

/** What is wrong with a model of vectors of two. */
function problemOf(layers: readonly WrittenLayer[], output?: string): {path: string; message: string; hint?: string} {
  try {
    inferShapes({...modelOf(...layers), ...(output === undefined ? {} : {output})}, {input: [2]});
  } catch (error) {
    if (!(error instanceof ModelProblem)) throw error;
    const {path, message, hint} = error;
    return {path: path.join('.'), message, ...(hint === undefined ? {} : {hint})};
  }
  throw new Error('the model was accepted');
}

t.test('a list without inputs is a chain', async (t) => {
  const graph = connectLayers(modelOf(dense('a'), dense('b'), dense('c')));
  t.same(graph.inputs, [['input'], ['a'], ['b']]);
  t.same(graph.order, [0, 1, 2]);
  t.equal(graph.outputs[0], 2);
  t.same(lastStretch(graph), [2, 1, 0]);
});

t.test('inputs may name later layers, and the output may stand anywhere', async (t) => {
  const model = {...modelOf(dense('last', 'middle'), dense('first', 'input'), dense('middle')), output: 'last'};
  const graph = connectLayers(model);
  t.same(graph.order, [1, 2, 0]);
  t.equal(graph.outputs[0], 0);
  t.same(lastStretch(graph), [0, 2, 1]);
});

t.test('the last stretch ends where branches meet', async (t) => {
  const graph = connectLayers(modelOf(dense('a'), dense('b', 'a'), add('a', 'b'), dense('c'), dense('d')));
  t.same(lastStretch(graph), [4, 3, 2]);
});

t.test('a very long chain written backwards is no problem', async (t) => {
  const layers = Array.from({length: 20_000}, (_, i) => dense(`d${i}`, i === 19_999 ? 'input' : `d${i + 1}`));
  const {order} = connectLayers({...modelOf(...layers), output: 'd0'});
  t.equal(order[0], 19_999);
  t.equal(order.at(-1), 0);
});

t.test('rows of the table say what they take where it is not the row above', async (t) => {
  const rows = inferShapes(modelOf(dense('a'), dense('b'), add('a', 'b')), {input: [2]});
  t.same(
    rows.map(({inputs}) => inputs),
    [undefined, undefined, ['a', 'b']],
  );
});

t.test('names that do not exist', async (t) => {
  t.same(problemOf([dense('first'), dense('second', 'frist')]), {
    path: 'layers.1.inputs',
    message: '`second` takes `frist`, but no layer has that name',
    hint: 'did you mean `first`?',
  });
  t.match(problemOf([dense('first'), add('first', 'elsewhere')]), {
    path: 'layers.1.inputs.1',
    hint: 'layers: first, add, input (the data)',
  });
  t.same(problemOf([dense('first')], 'fist'), {
    path: 'output',
    message: 'model.output is `fist`, but no layer has that name',
    hint: 'did you mean `first`?',
  });
  t.match(problemOf([dense('input')]), {path: 'layers.0.name', message: /cannot be named `input`/});
});

t.test('circles', async (t) => {
  t.match(problemOf([dense('a', 'a')]), {path: 'layers.0.inputs', message: 'layers go round in a circle: a → a'});
  t.match(problemOf([dense('a', 'c'), dense('b'), dense('c')]), {
    path: 'layers.0.inputs',
    message: 'layers go round in a circle: b → c → a → b',
  });
});

t.test('layers that lead nowhere', async (t) => {
  t.same(problemOf([dense('a'), dense('b'), dense('c', 'a')]), {
    path: 'layers.1',
    message: '`b` leads nowhere: no path from it to `c`, the last layer',
    hint: 'name `b` in the `inputs` of another layer, or remove it',
  });
  t.match(problemOf([dense('a'), dense('b'), dense('c')], 'a'), {
    path: 'layers.2',
    message: "`c` leads nowhere: no path from it to `a`, the model's output",
    hint: /remove it and what leads only to it \(2 layers\)$/,
  });
});

t.test('too many inputs and too few', async (t) => {
  t.same(problemOf([dense('a'), dense('b'), dense('c', ['a', 'b'])]), {
    path: 'layers.2.inputs',
    message: 'dense `c` takes one input; it gets 2: a, b',
    hint: 'merge them first: {type: concatenate, inputs: [a, b]}',
  });
  t.same(problemOf([dense('a'), {type: 'add'}]), {
    path: 'layers.1',
    message: 'add `add` takes at least 2 inputs; it gets 1: a',
    hint: 'name them: `inputs: [a, …]`',
  });
  t.match(problemOf([dense('a'), {type: 'subtract', inputs: ['a', 'a', 'input']}]), {
    message: 'subtract `subtract` takes 2 inputs; it gets 3: a, a, input',
  });
});

t.test('inputs that do not fit each other', async (t) => {
  const wide: WrittenLayer = {type: 'dense', units: 3, name: 'wide', inputs: 'input'};
  const matrix: WrittenLayer = {type: 'reshape', targetShape: [2, 1], name: 'matrix', inputs: 'input'};
  const inputs = ['input', 'wide'];
  t.match(problemOf([wide, {type: 'add', inputs}]), {
    path: 'layers.1.inputs',
    message:
      'add `add` wants inputs of one shape (an axis of size 1 fits any); it gets [2] and [3] from `input`, `wide`',
  });
  t.match(problemOf([wide, {type: 'maximum', inputs}]), {
    message: /wants inputs of one shape; it gets \[2\] and \[3\]/,
  });
  t.match(problemOf([wide, {type: 'dot', inputs}]), {
    path: 'layers.1.axes',
    message: /multiplies 2 values in axis 0 of \[2\], 3 in axis 0 of \[3\], which do not pair up/,
  });
  t.match(problemOf([matrix, {type: 'add', inputs: ['matrix', 'input']}]), {
    message: /wants inputs with as many axes each; it gets \[2, 1\] and \[2\]/,
  });
  t.match(problemOf([matrix, {type: 'concatenate', inputs: ['matrix', 'input']}]), {
    message: /wants inputs that differ in axis 1 only; it gets \[2, 1\] and \[2\]/,
  });
  t.match(problemOf([wide, {type: 'concatenate', axis: 1, inputs}]), {
    path: 'layers.1.axis',
    message: 'concatenate `concatenate` has no axis 1 in [2]: the only one is 0',
  });
});

t.test('merged shapes', async (t) => {
  const shapeOf = (...layers: WrittenLayer[]) => inferShapes(modelOf(...layers), {input: [4, 6]}).at(-1)!.outputShape;
  const gate: WrittenLayer = {type: 'reshape', targetShape: [1, 24], name: 'gate'};
  const wide: WrittenLayer = {type: 'dense', units: 24, name: 'wide', inputs: 'input'};
  t.same(shapeOf(wide, {...gate, targetShape: [4, 24]}, {type: 'average', inputs: ['wide', 'gate']}), [4, 24]);
  t.same(shapeOf({...gate, inputs: 'input'}, wide, {type: 'multiply', inputs: ['gate', 'wide']}), [4, 24]);
  t.same(shapeOf(wide, {type: 'concatenate', inputs: ['input', 'wide', 'input']}), [4, 36]);
  t.same(shapeOf({...gate, inputs: 'input'}, wide, {type: 'concatenate', axis: -2, inputs: ['gate', 'wide']}), [5, 24]);
  t.same(shapeOf(wide, {type: 'dot', axes: 0, inputs: ['input', 'wide']}), [6, 24]);
  t.same(shapeOf({type: 'dot', inputs: ['input', 'input']}), [4, 4]);
});
