import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {defineLayer, type TfLayer, type TfNamespaces} from '../layer.js';
import {type ImageShape, samePadding} from './images.js';
import {onlyTensor} from './own-layer.js';
import {poolingArguments, poolingShape, type Window, windowOf} from './pooling2d.js';

export const averagePooling2d = defineLayer({
  ...poolingShape,
  type: 'averagePooling2d',
  summary: 'The mean of each window, channel by channel; padding does not count.',
  example: '{type: averagePooling2d, poolSize: 2}',
  args: poolingArguments,
  build(args, {tf, name, inputShape}) {
    const window = windowOf(args);
    const stock = tf.layers.layers.averagePooling2d({name, ...window});
    return args.padding === 'same' ? meanOfCovered(tf, stock, window, inputShape as ImageShape) : stock;
  },
});

/**
 * With padding: same, the gradient of tfjs's avgPool divides by the whole window even where the forward pass divided by the covered part.
 * So: the mean over windows of a zero-padded image, divided by each window's covered share.
 */
function meanOfCovered({core}: TfNamespaces, stock: TfLayer, {poolSize, strides}: Window, image: ImageShape): TfLayer {
  const [height, width] = image;
  const rows = samePadding(height, poolSize[0], strides[0]);
  const columns = samePadding(width, poolSize[1], strides[1]);
  if (rows.total === 0 && columns.total === 0) return stock;
  const mean = (images: Tensor4D): Tensor4D => {
    const padded = core.pad(images, [[0, 0], rows.sides, columns.sides, [0, 0]]);
    return core.avgPool(padded, poolSize, strides, 'valid');
  };
  return Object.assign(stock, {
    call: (inputs: Tensor | Tensor[]): Tensor =>
      core.div(mean(onlyTensor(inputs) as Tensor4D), mean(core.fill([1, height, width, 1], 1))),
  });
}
