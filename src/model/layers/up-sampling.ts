import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {type BuildContext, defineLayer, type TfLayer} from '../layer.js';
import {interpolateAlong, repeatAlong} from './enlarge.js';
import {createFunctionLayer} from './function-layer.js';
import {type Dimensions, inputNames, requireSpatial, type Sizes, sizesFieldWithDefault, sizesOf} from './spatial.js';

type Interpolation = 'nearest' | 'bilinear';

const sizeField = (dimensions: Dimensions) =>
  sizesFieldWithDefault(dimensions, 'Factor by which the input grows along each axis', 2);

function shapeOf(size: Sizes, inputShape: Shape, dimensions: Dimensions): Shape {
  const {sizes, channels} = requireSpatial(inputShape, dimensions);
  const factors = sizesOf(size, dimensions);
  return [...sizes.map((length, axis) => length * factors[axis]!), channels];
}

const shapesText = (dimensions: Dimensions): string => {
  const {axes} = inputNames[dimensions];
  const spatial = axes.slice(1, -1).split(', ').slice(0, -1);
  return `${axes} → [${spatial.map((axis) => `${axis} · size`).join(', ')}, channels]`;
};

/**
 * Stock TensorFlow.js interpolates between corners, not between half-pixel centers as Keras does, so a bilinear layer is not saved
 * as the stock class: that would load and say something else.
 */
function build(size: Sizes, interpolation: Interpolation, context: BuildContext, dimensions: Dimensions): TfLayer {
  const factors = sizesOf(size, dimensions);
  const enlargeAlong = interpolation === 'nearest' ? repeatAlong : interpolateAlong;
  return createFunctionLayer(context, {
    className: `${interpolation === 'nearest' ? '' : 'Bilinear'}UpSampling${dimensions}D`,
    config: {
      size: dimensions === 1 ? factors[0]! : factors,
      ...(dimensions === 2 ? {interpolation} : {}),
      dataFormat: 'channelsLast',
    },
    outputShape: shapeOf(size, context.inputShape, dimensions),
    call: (x) => factors.reduce((value, factor, axis) => enlargeAlong(context.tf.core, value, axis + 1, factor), x),
  });
}

function defineUpSampling<const Name extends string>(type: Name, dimensions: 1 | 3) {
  return defineLayer({
    type,
    summary: `Enlarges ${inputNames[dimensions].plural} by whole factors, repeating values.`,
    shapes: shapesText(dimensions),
    example: `{type: ${type}, size: 2}`,
    args: Type.Object({size: sizeField(dimensions)}),
    outputShape: ({size}, inputShape) => shapeOf(size, inputShape, dimensions),
    weights: () => [],
    build: ({size}, context) => build(size, 'nearest', context, dimensions),
  });
}

export const upSampling1d = defineUpSampling('upSampling1d', 1);
export const upSampling3d = defineUpSampling('upSampling3d', 3);

export const upSampling2d = defineLayer({
  type: 'upSampling2d',
  summary: 'Enlarges images by whole factors, repeating values or interpolating between them.',
  shapes: shapesText(2),
  example: '{type: upSampling2d, size: 2, interpolation: bilinear}',
  args: Type.Object({
    size: sizeField(2),
    interpolation: Type.Unsafe<Interpolation>({
      type: 'string',
      enum: ['nearest', 'bilinear'],
      default: 'nearest',
      description:
        'nearest: every value is repeated. bilinear: a mean of the nearest four, weighted by distance from pixel centers, as in Keras and in PyTorch with align_corners=False.',
    }),
  }),
  outputShape: ({size}, inputShape) => shapeOf(size, inputShape, 2),
  weights: () => [],
  build: ({size, interpolation}, context) => build(size, interpolation, context, 2),
});
