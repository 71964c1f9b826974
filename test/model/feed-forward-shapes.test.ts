import t from 'tap';
import {inferShapes} from '../../src/model/infer-shapes.js';
import {LayerProblem} from '../../src/model/shape-problem.js';
import type {Shape} from '../../src/support/tensor.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

const shapeOf = (inputShape: Shape, layer: WrittenLayer): Shape =>
  inferShapes(modelOf(layer), {input: inputShape})[0]!.outputShape;

/** What people read, and the argument it points at. */
function problemOf(
  inputShape: Shape,
  layer: WrittenLayer,
): {message: string; hint: string | undefined; field: string | undefined} {
  try {
    inferShapes(modelOf(layer), {input: inputShape});
  } catch (error) {
    if (!(error instanceof LayerProblem)) throw error;
    const {message, hint, field} = error;
    return {message, hint, field};
  }
  throw new Error('no problem was found');
}

const conv1d: WrittenLayer = {type: 'conv1d', filters: 4, kernelSize: 3};

t.test('windows over sequences and volumes', async (t) => {
  t.same(shapeOf([20, 2], conv1d), [18, 4]);
  t.same(shapeOf([20, 2], {...conv1d, dilationRate: 4}), [12, 4], 'reaches over (3 - 1) · 4 + 1 = 9');
  t.same(shapeOf([20, 2], {...conv1d, dilationRate: 4, padding: 'causal'}), [20, 4]);
  t.same(shapeOf([21, 2], {...conv1d, strides: 2, padding: 'causal'}), [11, 4]);
  t.same(shapeOf([9, 9, 2], {type: 'conv2d', filters: 3, kernelSize: 3, dilationRate: [1, 2]}), [7, 5, 3]);
  t.same(shapeOf([8, 9, 10, 2], {type: 'conv3d', filters: 3, kernelSize: [1, 2, 3], strides: 2}), [4, 4, 4, 3]);
  t.same(shapeOf([7, 2], {type: 'maxPooling1d'}), [3, 2]);
  t.same(shapeOf([4, 5, 6, 2], {type: 'averagePooling3d', poolSize: [1, 2, 3]}), [4, 2, 2, 2]);
  t.same(shapeOf([4, 5, 6, 2], {type: 'globalMaxPooling3d'}), [2]);
});

t.test('transposed, depthwise and separable convolutions', async (t) => {
  t.same(shapeOf([5, 2], {type: 'conv1dTranspose', filters: 3, kernelSize: 4, strides: 2}), [12, 3], '5 · 2 + 4 - 2');
  const image: WrittenLayer = {type: 'conv2dTranspose', filters: 3, kernelSize: 4, strides: [2, 5], padding: 'same'};
  t.same(shapeOf([5, 6, 2], image), [10, 30, 3]);
  t.same(shapeOf([5, 6, 2], {type: 'depthwiseConv2d', kernelSize: 3, depthMultiplier: 3}), [3, 4, 6]);
  const [separable] = inferShapes(modelOf({type: 'separableConv2d', filters: 7, kernelSize: 3, depthMultiplier: 2}), {
    input: [5, 6, 4],
  });
  t.same(separable, {
    name: 'separableConv2d',
    type: 'separableConv2d',
    outputShape: [3, 4, 7],
    numParameters: 3 * 3 * 4 * 2 + 8 * 7 + 7,
    numTrainableParameters: 3 * 3 * 4 * 2 + 8 * 7 + 7,
  });
  const [grouped] = inferShapes(modelOf({type: 'conv2d', filters: 6, kernelSize: 3, groups: 2}), {input: [5, 6, 4]});
  t.equal(grouped?.numParameters, 3 * 3 * 2 * 6 + 6);
});

t.test('larger and smaller', async (t) => {
  t.same(shapeOf([5, 2], {type: 'upSampling1d', size: 3}), [15, 2]);
  t.same(shapeOf([5, 6, 2], {type: 'upSampling2d', size: [1, 2]}), [5, 12, 2]);
  t.same(shapeOf([5, 2], {type: 'zeroPadding1d', padding: [1, 3]}), [9, 2]);
  t.same(shapeOf([5, 6, 2], {type: 'zeroPadding2d', padding: [0, [1, 2]]}), [5, 9, 2]);
  t.same(
    shapeOf([5, 6, 7, 2], {
      type: 'cropping3d',
      cropping: [
        [0, 1],
        [1, 1],
        [3, 0],
      ],
    }),
    [4, 4, 4, 2],
  );
});

t.test('learned factors, offsets and slopes have the sizes of their axes', async (t) => {
  const parametersOf = (layer: WrittenLayer): number =>
    inferShapes(modelOf(layer), {input: [4, 5, 6]})[0]!.numParameters;
  t.equal(parametersOf({type: 'layerNormalization'}), 2 * 6);
  t.equal(parametersOf({type: 'layerNormalization', axis: [0, 1, 2], center: false}), 4 * 5 * 6);
  t.equal(parametersOf({type: 'layerNormalization', axis: [-1, 0]}), 2 * 4 * 6);
  t.equal(parametersOf({type: 'groupNormalization', groups: 3}), 2 * 6);
  t.equal(parametersOf({type: 'rmsNormalization'}), 6);
  t.equal(parametersOf({type: 'prelu'}), 4 * 5 * 6);
  t.equal(parametersOf({type: 'prelu', sharedAxes: [0, 1]}), 6);
});

t.test('sizes that are asked for: adaptive pooling, outputPadding, halves', async (t) => {
  t.same(shapeOf([9, 7, 2], {type: 'adaptiveAveragePooling2d', outputSize: [3, 2]}), [3, 2, 2]);
  t.same(shapeOf([9, 2], {type: 'adaptiveMaxPooling1d', outputSize: 9}), [9, 2]);
  const enlarge: WrittenLayer = {type: 'conv1dTranspose', filters: 3, kernelSize: 5, strides: 3};
  t.same(shapeOf([4, 2], {...enlarge, outputPadding: 0}), [14, 3], '3 · 3 + 5');
  t.same(shapeOf([4, 2], {...enlarge, outputPadding: 2}), [16, 3]);
  t.same(shapeOf([4, 2], {...enlarge, outputPadding: 2, padding: 'same'}), [12, 3], '3 · 3 + 5 - 2 · 2 + 2');
  t.same(shapeOf([4, 6], {type: 'glu', axis: 0}), [2, 6]);
  t.same(shapeOf([4, 6], {type: 'softmax', axis: 0}), [4, 6]);
});

t.test('what does not fit', async (t) => {
  t.same(problemOf([4, 2], {type: 'adaptiveMaxPooling1d', outputSize: 5}), {
    message: 'adaptiveMaxPooling1d `adaptiveMaxPooling1d` has an outputSize of 5 for an axis of 4',
    hint: 'make it smaller; upSampling layers enlarge',
    field: 'outputSize',
  });
  const enlarge: WrittenLayer = {type: 'conv1dTranspose', filters: 3, kernelSize: 4, strides: 2, padding: 'same'};
  t.same(problemOf([4, 2], {...enlarge, outputPadding: 0}), {
    message:
      'conv1dTranspose `conv1dTranspose` has an outputPadding of 0, which a window of 4 with strides of 2 and padding: same does not admit',
    hint: 'write a number from 1 to 2',
    field: 'outputPadding',
  });
  t.match(problemOf([4, 2], {...enlarge, padding: 'valid', outputPadding: 2}), {hint: 'write a number from 0 to 1'});
  t.same(problemOf([4, 3], {type: 'glu'}), {
    message: 'glu `glu` halves axis 1, which has 3 values in [4, 3]',
    hint: 'give the layer before it an even number of units or filters',
    field: 'axis',
  });
  t.match(problemOf([4, 3], {type: 'softmax', axis: 2}), {field: 'axis'});
  t.same(problemOf([4], {type: 'relu', maxValue: 1, threshold: 2}), {
    message: 'relu `relu` has a maxValue of 1 below its threshold 2',
    hint: 'make maxValue larger, or leave the threshold out',
    field: 'maxValue',
  });
  t.same(problemOf([20], conv1d), {
    message: 'conv1d `conv1d` wants sequences [length, channels]; it gets [20]',
    hint: 'add {type: reshape, targetShape: [20, 1]} before it',
    field: undefined,
  });
  const reshape = (shape: string) => ({hint: `add {type: reshape, targetShape: ${shape}} before it`});
  t.match(problemOf([24, 3, 1], conv1d), reshape('[24, 3]'));
  t.match(problemOf([24, 3, 2], conv1d), reshape('[24, 6]'));
  t.same(problemOf([8, 8, 3], {type: 'maxPooling3d'}), {
    message: 'maxPooling3d `maxPooling3d` wants volumes [depth, height, width, channels]; it gets [8, 8, 3]',
    hint: 'add {type: reshape, targetShape: [8, 8, 3, 1]} before it',
    field: undefined,
  });
  t.same(problemOf([8, 2], {...conv1d, dilationRate: 4}), {
    message: 'conv1d `conv1d` has a kernelSize of 3, 9 with its dilation, larger than the sequences it gets, [8, 2]',
    hint: 'make kernelSize smaller or use padding: same',
    field: 'kernelSize',
  });
  t.same(problemOf([8, 2], {...conv1d, dilationRate: 2, strides: 2}), {
    message: 'conv1d `conv1d` has both strides and a dilationRate above 1',
    hint: 'use one of them; a pooling layer after a dilated convolution makes it smaller',
    field: 'dilationRate',
  });
  t.same(problemOf([8, 3], {...conv1d, groups: 2}), {
    message: 'conv1d `conv1d` has 2 groups, which the 3 channels it gets cannot be split into',
    hint: 'choose a number that divides both the input channels and the filters',
    field: 'groups',
  });
  t.match(problemOf([8, 4], {...conv1d, filters: 3, groups: 2}).message, /which the 3 filters cannot be split into/);
  t.same(problemOf([8, 6], {type: 'groupNormalization'}), {
    message:
      'groupNormalization `groupNormalization` has 32 groups, which the 6 channels of [8, 6] cannot be split into',
    hint: 'choose a divisor of 6',
    field: 'groups',
  });
  t.match(problemOf([8, 6], {type: 'layerNormalization', axis: [1, 2]}), {
    message: 'layerNormalization `layerNormalization` has no axis 2 in [8, 6]: they count from 0 to 1',
    field: 'axis',
  });
  t.match(problemOf([8, 6], {type: 'prelu', sharedAxes: [2]}), {field: 'sharedAxes'});
  t.same(problemOf([4, 2], {type: 'cropping1d', cropping: 2}), {
    message: 'cropping1d `cropping1d` takes away more than there is of the sequences it gets, [4, 2]',
    hint: 'make cropping smaller',
    field: 'cropping',
  });
});
