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
import {paddingHint} from './fields.js';

/** One-dimensional cross-correlation, channels last. */
export const conv1d = defineLayer({
  type: 'conv1d',
  summary: 'Slides learned filters along a sequence; each filter yields one channel.',
  shapes: '[length, channels] → [length / strides, filters]',
  example: '{type: conv1d, filters: 16, kernelSize: 3, padding: causal, dilationRate: 2}',
  args: Type.Object({
    ...convolutionArguments(1).properties,
    padding: Type.Unsafe<'valid' | 'same' | 'causal'>({
      type: 'string',
      enum: ['valid', 'same', 'causal'],
      default: 'valid',
      'x-hints': {number: paddingHint},
      description:
        'valid: windows stay inside the sequence, which gets shorter. same: zeros at both ends, so that stride 1 keeps the length (the odd one goes to the end). causal: all zeros at the start, so that no output sees later inputs.',
    }),
    groups: groupsField(),
  }),
  outputShape: (args, inputShape) => convolutionShape(args, inputShape, 1),
  weights: (args, inputShape) => convolutionWeights(args, convolutionKernelShape(args, inputShape, 1)),
  build: (args, context) => buildConvolution(args, context, 1),
});
