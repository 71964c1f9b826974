import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import type {Shape} from '../../../support/tensor.js';

/** How a bidirectional layer makes one output out of two. */
export const mergeModes = ['concat', 'sum', 'mul', 'ave'] as const;
export type MergeMode = (typeof mergeModes)[number];

/** One output out of the forward and the backward one, as Keras's bidirectional does. */
export function mergeOutputs(tf: typeof tfjs, mode: MergeMode, [forward, backward]: readonly [Tensor, Tensor]): Tensor {
  switch (mode) {
    case 'concat':
      return tf.concat([forward, backward], -1);
    case 'sum':
      return tf.add(forward, backward);
    case 'mul':
      return tf.mul(forward, backward);
    case 'ave':
      return tf.mul(tf.add(forward, backward), 0.5);
    default:
      return mode satisfies never;
  }
}

/** The shape of merged outputs. @param shape of one of them */
export const mergedShape = (shape: Shape, mode: MergeMode | undefined): Shape =>
  mode === 'concat' ? shape.with(-1, 2 * shape.at(-1)!) : shape;
