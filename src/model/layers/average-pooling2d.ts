import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {defineLayer} from '../layer.js';
import {onlyTensor} from './own-layer.js';
import {poolImages} from './pool.js';
import {poolingArguments, poolingShape, windowOf} from './pooling2d.js';

export const averagePooling2d = defineLayer({
  ...poolingShape,
  type: 'averagePooling2d',
  summary: 'The mean of each window, channel by channel; padding does not count.',
  example: '{type: averagePooling2d, poolSize: 2}',
  args: poolingArguments,
  build(args, {tf, name}) {
    const window = windowOf(args);
    const {poolSize, strides, padding} = window;
    const call = (inputs: Tensor | Tensor[]): Tensor =>
      poolImages(tf.core, 'average', onlyTensor(inputs) as Tensor4D, poolSize, strides, padding);
    return Object.assign(tf.layers.layers.averagePooling2d({name, ...window}), {call});
  },
});
