import {Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {type MaskRule, mergedMask} from '../masks.js';
import {axisOf, concatenatedShape} from './merge-shapes.js';

/** Sequences one after the other: so are their masks, where one without any counts as a whole. */
const joinedMask: MaskRule = {
  has: (isMasked) => isMasked.some(Boolean),
  of: (tf, inputs, masks) =>
    tf.concat(
      inputs.map((x, i) => masks[i] ?? tf.ones(x.shape.slice(0, 2))),
      1,
    ),
};

export const concatenate = defineLayer({
  type: 'concatenate',
  summary: 'Its inputs one behind the other along an axis: the channels of images, by default.',
  shapes: '[..., a], [..., b] → [..., a + b]',
  example: '{type: concatenate, inputs: [left, right]}',
  args: Type.Object({
    axis: Type.Integer({
      default: -1,
      description: 'The axis along which they stand: 0 is the first, -1 the last; the batch does not count.',
    }),
  }),
  arity: {min: 2, max: Number.POSITIVE_INFINITY},
  outputShape: ({axis}, ...inputShapes) => concatenatedShape(axis, ...inputShapes),
  weights: () => [],
  mask: ({axis}, inputShape) => (axisOf(axis, inputShape, 'axis') === 0 ? joinedMask : mergedMask),
  // TensorFlow.js counts the batch.
  build: ({axis}, {tf, name, inputShape}) =>
    tf.layers.layers.concatenate({name, axis: axisOf(axis, inputShape, 'axis') + 1}),
});
