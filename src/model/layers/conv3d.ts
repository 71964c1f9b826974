import {Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {
  buildConvolution,
  convolutionArguments,
  convolutionKernelShape,
  convolutionShape,
  convolutionWeights,
  groupsField,
} from './convolution.js';

/** Three-dimensional cross-correlation, channels last. */
export const conv3d = defineLayer({
  type: 'conv3d',
  summary: 'Slides learned filters over a volume; each filter yields one channel.',
  shapes: '[depth, height, width, channels] → [depth / strides, height / strides, width / strides, filters]',
  example: '{type: conv3d, filters: 8, kernelSize: 3, padding: same}',
  args: Type.Object({...convolutionArguments(3).properties, groups: groupsField()}),
  outputShape: (args, inputShape) => convolutionShape(args, inputShape, 3),
  weights: (args, inputShape) => convolutionWeights(args, convolutionKernelShape(args, inputShape, 3)),
  build: (args, context) => buildConvolution(args, context, 3),
});
