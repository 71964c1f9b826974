import {Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {requireImage} from './images.js';

export const globalAveragePooling2d = defineLayer({
  type: 'globalAveragePooling2d',
  summary: 'The mean of every channel over the whole image.',
  shapes: '[height, width, channels] → [channels]',
  example: '{type: globalAveragePooling2d}',
  args: Type.Object({}),
  outputShape: (_args, inputShape) => [requireImage(inputShape)[2]],
  weights: () => [],
  build: (_args, {tf, name}) => tf.layers.layers.globalAveragePooling2d({name}),
});
