import {defineLayer} from '../layer.js';
import {poolingArguments, poolingShape, windowOf} from './pooling2d.js';

export const maxPooling2d = defineLayer({
  ...poolingShape,
  type: 'maxPooling2d',
  summary: 'The largest value of each window, channel by channel.',
  example: '{type: maxPooling2d, poolSize: 2, strides: 2}',
  args: poolingArguments,
  build: (args, {tf, name}) => tf.layers.layers.maxPooling2d({name, ...windowOf(args)}),
});
