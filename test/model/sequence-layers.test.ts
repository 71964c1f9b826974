import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {Rng} from '../../src/support/random.js';
import type {Shape} from '../../src/support/tensor.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

await tf.setBackend('cpu');

const rowOf = (inputShape: Shape, layer: WrittenLayer) => inferShapes(modelOf(layer), {input: inputShape})[0]!;
const lstm: WrittenLayer = {type: 'lstm', units: 7};

t.test('shapes and numbers of parameters, counted by hand', async (t) => {
  const cases: [WrittenLayer, Shape, Shape, number][] = [
    [{type: 'embedding', inputDim: 10, outputDim: 3}, [5], [5, 3], 30],
    [{type: 'permute', dims: [3, 1, 2]}, [4, 5, 6], [6, 4, 5], 0],
    [{type: 'repeatVector', n: 4}, [3], [4, 3], 0],
    [{type: 'simpleRnn', units: 7}, [5, 3], [7], 7 * (3 + 7 + 1)],
    [lstm, [5, 3], [7], 4 * 7 * (3 + 7 + 1)],
    [{...lstm, returnSequences: true}, [5, 3], [5, 7], 4 * 7 * (3 + 7 + 1)],
    [{type: 'gru', units: 7}, [5, 3], [7], 3 * 7 * (3 + 7 + 2)],
    [{type: 'gru', units: 7, resetAfter: false, useBias: false}, [5, 3], [7], 3 * 7 * (3 + 7)],
    [{type: 'bidirectional', layer: lstm}, [5, 3], [14], 2 * 4 * 7 * (3 + 7 + 1)],
    [{type: 'bidirectional', layer: {...lstm, returnSequences: true}, mergeMode: 'ave'}, [5, 3], [5, 7], 2 * 308],
    [{type: 'timeDistributed', layer: {type: 'flatten'}}, [5, 2, 3], [5, 6], 0],
    [{type: 'timeDistributed', layer: {type: 'conv2d', filters: 4, kernelSize: 3}}, [5, 8, 8, 2], [5, 6, 6, 4], 76],
    [{type: 'positionalEmbedding'}, [5, 3], [5, 3], 15],
    [{type: 'positionalEmbedding', kind: 'sinusoidal'}, [5, 3], [5, 3], 0],
    [{type: 'multiHeadAttention', numHeads: 2, keyDim: 4}, [5, 3], [5, 3], 3 * (3 * 8 + 8) + 8 * 3 + 3],
    [{type: 'multiHeadAttention', numHeads: 2, keyDim: 4, valueDim: 1}, [5, 3], [5, 3], 64 + 8 + 9],
  ];
  for (const [layer, inputShape, outputShape, numParameters] of cases) {
    t.match(rowOf(inputShape, layer), {outputShape, numParameters}, JSON.stringify(layer));
  }
});

t.test('inputs and arguments that do not fit', async (t) => {
  const fails = (inputShape: Shape, layer: WrittenLayer, message: string, hint: string): void => {
    t.throws(() => rowOf(inputShape, layer), {code: 'SPEC_INVALID', message, hint});
  };
  fails(
    [12],
    lstm,
    'lstm `lstm` wants sequences [time, features]; it gets [12]',
    'add {type: reshape, targetShape: [12, 1]} before it, or an embedding if these are class numbers',
  );
  fails(
    [5, 8, 8],
    {type: 'multiHeadAttention', numHeads: 1, keyDim: 2},
    'multiHeadAttention `multiHeadAttention` wants sequences [time, features]; it gets [5, 8, 8]',
    'add {type: timeDistributed, layer: {type: flatten}} before it',
  );
  fails(
    [5, 3],
    {type: 'bidirectional', layer: {...lstm, goBackwards: true}},
    'bidirectional `bidirectional` has a layer with goBackwards, and reads the sequence both ways already',
    'remove goBackwards from it',
  );
  fails(
    [5, 3],
    {type: 'permute', dims: [1, 3]},
    'permute `permute` has dims [1, 3] for an input with the axes [1, 2]',
    'name each of 1, 2 once',
  );
  fails(
    [5, 3],
    {type: 'repeatVector', n: 2},
    'repeatVector `repeatVector` wants a vector [features]; it gets [5, 3]',
    'add {type: flatten} before it',
  );
  fails(
    [5],
    {type: 'timeDistributed', layer: {type: 'flatten'}},
    'timeDistributed `timeDistributed` wants a sequence [time, ...]; it gets [5]',
    'add a reshape layer with targetShape: [time, …] before it',
  );
  fails(
    [5, 3],
    {type: 'timeDistributed', layer: {type: 'conv2d', filters: 1, kernelSize: 1}},
    'timeDistributed `timeDistributed` wants images [height, width, channels]; it gets [3]',
    'add a reshape layer with targetShape: [height, width, channels] before it',
  );
  fails(
    [5, 3],
    {type: 'positionalEmbedding', maxWavelength: 100},
    'positionalEmbedding `positionalEmbedding` has a maxWavelength, which learned vectors do not use',
    'remove maxWavelength, or use kind: sinusoidal',
  );
});

t.test('first states, and states that are an output', async (t) => {
  const rows = (...layers: WrittenLayer[]) => inferShapes(modelOf(...layers), {input: [5, 3]});
  const encoder: WrittenLayer = {...lstm, name: 'encoder'};
  const decoder = (type: 'lstm' | 'gru', ...inputs: string[]): WrittenLayer => ({
    type,
    units: 7,
    name: 'decoder',
    inputs,
  });
  const [, last] = rows(encoder, decoder('lstm', 'input', 'encoder.hidden', 'encoder.cell'));
  t.match(last, {outputShape: [7], numParameters: 308, inputs: ['input', 'encoder.hidden', 'encoder.cell']});
  t.match(rows(encoder, {type: 'concatenate', inputs: ['encoder', 'encoder.cell']})[1], {outputShape: [14]});
  const fails = (layers: WrittenLayer[], message: string, hint: string): void => {
    t.throws(() => rows(...layers), {code: 'SPEC_INVALID', message, hint});
  };
  fails(
    [encoder, decoder('lstm', 'input', 'encoder.hidden')],
    'lstm `decoder` takes a sequence alone, or with a first state for each of hidden, cell; it gets 1 behind the sequence from `input`, `encoder.hidden`',
    'write `inputs: [SEQUENCE, LAYER.hidden, LAYER.cell]`',
  );
  fails(
    [{...encoder, units: 4}, decoder('gru', 'input', 'encoder.hidden')],
    'gru `decoder` wants first states of its size, [7]; it gets [4] from `input`, `encoder.hidden`',
    'give both layers the same number of units',
  );
  fails(
    [{...encoder, type: 'gru'}, decoder('gru', 'input', 'encoder.cell')],
    '`decoder` takes `encoder.cell`, which gru `encoder` does not give',
    'it gives encoder, encoder.hidden',
  );
  fails(
    [encoder, decoder('gru', 'input', 'encoder.hidden', 'encoder.cell')],
    'gru `decoder` takes at most 2 inputs; it gets 3: input, encoder.hidden, encoder.cell',
    'leave out encoder.cell',
  );
  const both: WrittenLayer = {type: 'bidirectional', name: 'both', layer: {type: 'lstm', units: 7}};
  t.match(rows(both, decoder('gru', 'input', 'both.backwardHidden'))[1], {outputShape: [7]});
  fails(
    [both, decoder('gru', 'input', 'both.hidden')],
    '`decoder` takes `both.hidden`, which bidirectional `both` does not give',
    'it gives both, both.forwardHidden, both.forwardCell, both.backwardHidden, both.backwardCell',
  );
  fails(
    [{type: 'dense', units: 3}, decoder('gru', 'input', 'dense.hidden')],
    '`decoder` takes `dense.hidden`, which dense `dense` does not give',
    'it gives dense',
  );
  fails(
    [encoder, decoder('gru', 'input', 'encodr.hidden')],
    '`decoder` takes `encodr.hidden`, but no layer has that name',
    'did you mean `encoder`?',
  );
  fails(
    [{...encoder, inputs: ['input', 'decoder.hidden', 'decoder.hidden']}, decoder('gru', 'input', 'encoder.hidden')],
    'layers go round in a circle: decoder → encoder → decoder',
    'data flows one way: take an earlier layer',
  );
});

t.test('what becomes of masks', async (t) => {
  const masked: WrittenLayer = {type: 'masking', name: 'masked'};
  const ends = (...layers: WrittenLayer[]) =>
    inferShapes(modelOf(masked, ...layers), {input: [5, 3]}).flatMap(({name, endsMaskOf = []}) =>
      endsMaskOf.map((source) => `${name} ends that of ${source}`),
    );
  const sequences: WrittenLayer = {...lstm, returnSequences: true};
  t.same(ends({type: 'dense', units: 2}, sequences, {type: 'flatten'}), ['flatten ends that of lstm']);
  t.same(ends({type: 'conv1d', filters: 2, kernelSize: 2}, lstm), ['conv1d ends that of masked']);
  t.same(ends(lstm, {type: 'dense', units: 2}), [], 'a recurrent layer uses it up');
  t.same(ends({type: 'globalAveragePooling1d'}), []);
  t.same(ends({type: 'add', inputs: ['masked', 'input']}, {type: 'flatten'}), [], 'as one input has none');
  t.same(ends({type: 'concatenate', axis: 0, inputs: ['masked', 'input']}, {type: 'flatten'}), [
    'flatten ends that of concatenate',
  ]);
});

t.test('attention of several inputs: shapes, and inputs that do not fit', async (t) => {
  const turned: WrittenLayer = {type: 'permute', name: 'turned', dims: [2, 1]};
  const wide: WrittenLayer = {type: 'dense', name: 'wide', units: 7};
  const last = (...layers: WrittenLayer[]) => inferShapes(modelOf(...layers), {input: [4, 3]}).at(-1);
  const heads: WrittenLayer = {type: 'multiHeadAttention', numHeads: 2, keyDim: 5, inputs: ['input', 'wide']};
  t.match(last(turned, wide, heads), {
    outputShape: [4, 3],
    numParameters: 3 * 10 + 10 + 2 * (7 * 10 + 10) + 10 * 3 + 3,
  });
  t.match(last({type: 'attention', useScale: true}), {outputShape: [4, 3], numParameters: 1});
  t.throws(() => last(turned, {type: 'attention', inputs: ['input', 'turned', 'input']}), {
    message: 'attention `attention` wants a key for each value; it gets values [3, 4], keys [4, 3]',
    hint: 'name inputs in the order query, value, key',
  });
  t.throws(() => last(wide, {type: 'attention', inputs: ['input', 'wide']}), {
    message: 'attention `attention` compares queries with keys, which differ in size; it gets [4, 3] and [4, 7]',
    hint: 'bring both to one number of features with a dense layer',
  });
});

t.test('einsumDense: weights, and equations that do not fit', async (t) => {
  const einsum = (equation: string, outputShape: number[], more: object = {}): WrittenLayer => ({
    type: 'einsumDense',
    equation,
    outputShape,
    ...more,
  });
  const row = rowOf([3, 4], einsum('abc,cde->abde', [3, 2, 5], {biasAxes: 'd'}));
  t.match(row, {outputShape: [3, 2, 5], numParameters: 4 * 2 * 5 + 2});
  const says = (layer: WrittenLayer, message: string, hint: string): void => {
    t.throws(() => rowOf([3, 4], layer), {message: `einsumDense \`einsumDense\` ${message}`, hint});
  };
  says(
    einsum('abc,cd->bad', [3, 5]),
    'has the equation abc,cd->bad, in which the batch does not go from the inputs to the outputs',
    'let inputs and outputs, but not the kernel, begin with the same letter: abc,cd->abd',
  );
  says(
    einsum('abcd,de->abce', [3, 4, 5]),
    'has abcd in abcd,de->abce for the input [3, 4]',
    'make it 3 axes beside the batch',
  );
  says(
    einsum('abc,cd->abd', [2, 5]),
    'has 2 values along b in the outputShape [2, 5], and 3 before',
    'axes of one letter must have one size',
  );
  says(
    einsum('abc,cd->ad', [5]),
    'has the axis b in one word of abc,cd->ad only',
    'every axis stands in two of the three words',
  );
  says(einsum('abc,cc->abc', [3, 4]), 'names an axis twice in cc of abc,cc->abc', 'give each axis a letter of its own');
  says(
    einsum('abc,cd->abd', [3, 5], {biasAxes: 'c'}),
    'has the bias axis c, which is none of bd',
    'name axes of the outputs',
  );
});

t.test('weights start as Keras starts them', async (t) => {
  const built = await buildModel(modelOf({type: 'bidirectional', layer: {...lstm, biasInitializer: {type: 'zeros'}}}), {
    inputShapes: {input: [5, 3]},
    rng: Rng.fromSeed(1),
  });
  const weight = (name: string): tf.Tensor => built.weights.find((one) => one.name === name)!.variable.read();
  t.same(
    built.weights.map(({name}) => name),
    ['forward', 'backward'].flatMap((direction) =>
      ['kernel', 'recurrent_kernel', 'bias'].map((name) => `bidirectional/${direction}_lstm/${name}`),
    ),
  );
  const bias = [...weight('bidirectional/forward_lstm/bias').dataSync()];
  t.same(
    bias,
    [0, 1, 0, 0].flatMap((gate) => Array(7).fill(gate)),
    'the forget gate starts open',
  );
  const recurrent = weight('bidirectional/backward_lstm/recurrent_kernel') as tf.Tensor2D;
  const products = tf.tidy(() => tf.matMul(recurrent, recurrent, false, true).dataSync());
  for (let i = 0; i < 49; i++) t.ok(Math.abs(products[i]! - (i % 8 === 0 ? 1 : 0)) < 1e-5, 'rows are orthonormal');
  built.network.dispose();

  const plain = await buildModel(modelOf({...lstm, unitForgetBias: false}), {
    inputShapes: {input: [5, 3]},
    rng: Rng.fromSeed(1),
  });
  t.same([...plain.weights.at(-1)!.variable.read().dataSync()], Array(28).fill(0));
  plain.network.dispose();
});
