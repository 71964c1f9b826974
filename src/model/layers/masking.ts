import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {defineLayer} from '../layer.js';
import {foundMask, withoutGradient} from '../masks.js';
import {createFunctionLayer} from './function-layer.js';
import {requireSequence} from './sequences.js';

/** [batch, time]: 0 for the steps of which all features have the value. @param x [batch, time, features] */
const stepsOtherThan = (tf: typeof tfjs, x: Tensor, value: number): Tensor =>
  tf.max(tf.cast(tf.notEqual(x, value), 'float32'), -1);

export const masking = defineLayer({
  type: 'masking',
  summary:
    'Masks the time steps whose features all have one value: recurrent layers skip them, attention and globalAveragePooling1d do not count them, and layers in between pass that on.',
  shapes: '[time, features] → the same',
  example: '{type: masking, maskValue: 0}',
  args: Type.Object({
    maskValue: Type.Number({default: 0, description: 'The value that fills sequences up; 0 after it.'}),
  }),
  outputShape(_args, inputShape) {
    requireSequence(inputShape);
    return inputShape;
  },
  weights: () => [],
  mask: ({maskValue}) => foundMask((tf, x) => stepsOtherThan(tf, x, maskValue)),
  build({maskValue}, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: context.masksAsStock ? 'Masking' : 'KerasMasking',
      config: {maskValue},
      outputShape: context.inputShape,
      call: (x) =>
        core.mul(
          x,
          withoutGradient(core, () => core.expandDims(stepsOtherThan(core, x, maskValue), -1)),
        ),
    });
  },
});
