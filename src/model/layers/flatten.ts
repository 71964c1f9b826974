import {Type} from '@sinclair/typebox';
import {sizeOf} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';

export const flatten = defineLayer({
  type: 'flatten',
  summary: 'All values of an example as one vector, last axis fastest.',
  shapes: '[a, b, ...] → [a · b · ...]',
  example: '{type: flatten}',
  args: Type.Object({}),
  outputShape: (_args, inputShape) => [sizeOf(inputShape)],
  weights: () => [],
  build(_args, {tf, name, inputShape}) {
    // The stock flatten refuses what is flat already.
    if (inputShape.length < 2) return tf.layers.layers.reshape({name, targetShape: [sizeOf(inputShape)]});
    return tf.layers.layers.flatten({name});
  },
});
