import t from 'tap';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {LayerProblem} from '../../src/model/shape-problem.js';
import type {Shape} from '../../src/support/tensor.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

const shapesOf = (inputShape: Shape, ...layers: WrittenLayer[]): Shape[] =>
  inferShapes(modelOf(...layers), {input: inputShape}).map(({outputShape}) => outputShape);

/** Everything a message consists of, for comparison in whole. */
function problemOf(inputShape: Shape, ...layers: WrittenLayer[]): Record<string, unknown> {
  try {
    inferShapes(modelOf(...layers), {input: inputShape});
  } catch (error) {
    if (!(error instanceof LayerProblem)) throw error;
    const {layerIndex, layerName, field, message, hint, code} = error;
    return {layerIndex, layerName, field, message, hint, code};
  }
  throw new Error('no problem was found');
}

t.test('the network of the MNIST lesson has 3,199,106 parameters', async (t) => {
  const rows = inferShapes(
    modelOf(
      {type: 'conv2d', filters: 32, kernelSize: 5, padding: 'same', activation: 'relu'},
      {type: 'maxPooling2d', poolSize: 2, strides: 2},
      {type: 'conv2d', filters: 64, kernelSize: 5, padding: 'same', activation: 'relu'},
      {type: 'maxPooling2d', poolSize: 2, strides: 2},
      {type: 'flatten'},
      {type: 'dense', units: 1000, activation: 'relu'},
      {type: 'dense', units: 10},
    ),
    {input: [28, 28, 1]},
  );
  t.same(
    rows.map(({name, outputShape, numParameters}) => [name, outputShape, numParameters]),
    [
      ['conv2d', [28, 28, 32], 5 * 5 * 1 * 32 + 32],
      ['maxPooling2d', [14, 14, 32], 0],
      ['conv2d_1', [14, 14, 64], 5 * 5 * 32 * 64 + 64],
      ['maxPooling2d_1', [7, 7, 64], 0],
      ['flatten', [3136], 0],
      ['dense', [1000], 3136 * 1000 + 1000],
      ['dense_1', [10], 1000 * 10 + 10],
    ],
  );
  t.equal(
    rows.reduce((sum, row) => sum + row.numParameters, 0),
    3_199_106,
  );
});

t.test('windows: valid is ⌊(n - k) / s⌋ + 1, same is ⌈n / s⌉', async (t) => {
  const conv = (more: object): WrittenLayer => ({type: 'conv2d', filters: 4, kernelSize: 3, ...more});
  t.same(shapesOf([28, 20, 3], conv({})), [[26, 18, 4]]);
  t.same(shapesOf([28, 20, 3], conv({strides: 2})), [[13, 9, 4]]);
  t.same(shapesOf([28, 20, 3], conv({strides: [3, 1]})), [[9, 18, 4]]);
  t.same(shapesOf([28, 21, 3], conv({kernelSize: [5, 1]})), [[24, 21, 4]]);
  t.same(shapesOf([28, 21, 3], conv({padding: 'same'})), [[28, 21, 4]]);
  t.same(shapesOf([28, 21, 3], conv({padding: 'same', strides: 2})), [[14, 11, 4]]);
  t.same(shapesOf([2, 2, 3], conv({padding: 'same', kernelSize: 9})), [[2, 2, 4]]);
  t.same(shapesOf([3, 3, 3], conv({})), [[1, 1, 4]], 'a kernel as large as the image');
  for (const type of ['maxPooling2d', 'averagePooling2d'] as const) {
    t.same(shapesOf([7, 6, 5], {type}), [[3, 3, 5]]);
    t.same(shapesOf([7, 6, 5], {type, padding: 'same'}), [[4, 3, 5]]);
    t.same(shapesOf([7, 6, 5], {type, poolSize: 3, strides: 1}), [[5, 4, 5]]);
    t.same(shapesOf([7, 6, 5], {type, poolSize: [1, 2]}), [[7, 3, 5]], 'strides are the pool size');
  }
});

t.test('the other layers', async (t) => {
  t.same(shapesOf([4, 5, 6], {type: 'globalAveragePooling2d'}), [[6]]);
  t.same(shapesOf([4, 5, 6], {type: 'flatten'}), [[120]]);
  t.same(shapesOf([7], {type: 'flatten'}), [[7]]);
  t.same(shapesOf([784], {type: 'reshape', targetShape: [28, 28, 1]}), [[28, 28, 1]]);
  t.same(shapesOf([4, 6], {type: 'reshape', targetShape: [-1, 3]}), [[8, 3]]);
  t.same(shapesOf([4, 6], {type: 'dense', units: 9}), [[4, 9]]);
  t.same(shapesOf([4, 6], {type: 'dropout', rate: 0.5}), [[4, 6]]);
  t.same(shapesOf([4, 6], {type: 'activation', function: 'softmax'}), [[4, 6]]);
  const [normalized] = inferShapes(modelOf({type: 'batchNormalization'}), {input: [4, 4, 6]});
  t.match(normalized, {outputShape: [4, 4, 6], numParameters: 24, numTrainableParameters: 12});
  const [bare] = inferShapes(modelOf({type: 'batchNormalization', center: false, scale: false}), {input: [6]});
  t.match(bare, {numParameters: 12, numTrainableParameters: 0});
  const [noBias] = inferShapes(modelOf({type: 'dense', units: 3, useBias: false}), {input: [6]});
  t.equal(noBias?.numParameters, 18);
});

t.test('names', async (t) => {
  const namesOf = (...layers: WrittenLayer[]) => inferShapes(modelOf(...layers), {input: [4]}).map(({name}) => name);
  const dense = (name?: string): WrittenLayer => ({type: 'dense', units: 2, ...(name ? {name} : {})});
  t.same(namesOf(dense(), {type: 'flatten'}, dense(), dense()), ['dense', 'flatten', 'dense_1', 'dense_2']);
  t.same(namesOf(dense('logits'), dense()), ['logits', 'dense'], 'a given name does not use up a number');
  t.same(namesOf(dense(), dense(), dense('dense_1')), ['dense', 'dense_2', 'dense_1'], 'given names win');
  t.same(problemOf([4], dense('a'), dense(), dense('a')), {
    layerIndex: 2,
    layerName: 'a',
    field: 'name',
    message: 'two layers are named `a`: numbers 1 and 3',
    hint: 'give each layer its own name, or leave the name out',
    code: 'SPEC_INVALID',
  });
});

t.test('layers that do not fit say which, why and what to do', async (t) => {
  const conv: WrittenLayer = {type: 'conv2d', filters: 4, kernelSize: 3};
  t.same(problemOf([784], {type: 'dropout', rate: 0}, conv), {
    layerIndex: 1,
    layerName: 'conv2d',
    field: undefined,
    message: 'conv2d `conv2d` wants images [height, width, channels]; it gets [784]',
    hint: 'add {type: reshape, targetShape: [28, 28, 1]} before it',
    code: 'SPEC_INVALID',
  });
  const hintFor = (shape: Shape): unknown => problemOf(shape, {type: 'maxPooling2d', name: 'pool'}).hint;
  t.equal(hintFor([3072]), 'add {type: reshape, targetShape: [32, 32, 3]} before it');
  t.equal(hintFor([28, 20]), 'add {type: reshape, targetShape: [28, 20, 1]} before it');
  t.equal(hintFor([13]), 'add a reshape layer with targetShape: [height, width, channels] before it');
  t.match(problemOf([8, 8, 3], conv, {...conv, kernelSize: 7}), {
    layerIndex: 1,
    layerName: 'conv2d_1',
    field: 'kernelSize',
    message: 'conv2d `conv2d_1` has a kernelSize of 7 x 7, larger than the images it gets, [6, 6, 4]',
    hint: 'make kernelSize smaller or use padding: same',
  });
  t.match(problemOf([8, 1, 3], {type: 'averagePooling2d'}), {
    field: 'poolSize',
    message: 'averagePooling2d `averagePooling2d` has a poolSize of 2 x 2, larger than the images it gets, [8, 1, 3]',
  });
  t.match(problemOf([28, 28], {type: 'reshape', targetShape: [10, 10]}), {
    field: 'targetShape',
    message: 'reshape `reshape` cannot turn [28, 28], 784 values, into [10, 10], 100 values',
    hint: 'choose sizes whose product is 784',
  });
  t.match(problemOf([28, 28], {type: 'reshape', targetShape: [-1, 10]}), {
    message: 'reshape `reshape` cannot turn [28, 28], 784 values, into [-1, 10], a multiple of 10',
  });
  t.match(problemOf([4], {type: 'reshape', targetShape: [-1, -1]}), {
    message: 'reshape `reshape` has 2 sizes of -1 in targetShape [-1, -1]; only one can be computed',
  });
  t.match(problemOf([], {type: 'dense', units: 1}), {
    message: 'dense `dense` wants a vector of inputs; it gets single numbers',
    hint: 'add {type: reshape, targetShape: [1]} before it',
  });
  t.match(problemOf([4], {type: 'activation', function: 'relu', slope: 0.1}), {
    field: 'slope',
    message: 'activation `activation` has a slope, which relu does not use',
  });
});
