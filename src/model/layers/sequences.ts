import type * as tfjs from '@tensorflow/tfjs-core';
import {formatShape, type Shape} from '../../support/tensor.js';
import {ShapeProblem} from '../shape-problem.js';

export type SequenceShape = readonly [time: number, features: number];

/** The input as a sequence of vectors. @throws ShapeProblem with what would make one */
export function requireSequence(inputShape: Shape): SequenceShape {
  const [time, features] = inputShape;
  if (inputShape.length === 2) return [time!, features!];
  const flat = `add {type: timeDistributed, layer: {type: flatten}} before it`;
  throw new ShapeProblem(`wants sequences [time, features]; it gets ${formatShape(inputShape)}`, {
    hint:
      inputShape.length === 1
        ? `add {type: reshape, targetShape: [${time}, 1]} before it, or an embedding if these are class numbers`
        : inputShape.length > 2
          ? flat
          : 'add a reshape layer with targetShape: [time, features] before it',
  });
}

/** The matrices [batch, width] of a sequence [batch, time, width]. tf.unstack has no gradient for a single one. */
export function timeSteps(tf: typeof tfjs, sequence: tfjs.Tensor3D): readonly tfjs.Tensor2D[] {
  const [batch, time, width] = sequence.shape;
  return time === 1 ? [tf.reshape(sequence, [batch, width])] : (tf.unstack(sequence, 1) as tfjs.Tensor2D[]);
}

/** The reverse of `timeSteps`. */
export function sequenceOf(tf: typeof tfjs, steps: readonly tfjs.Tensor2D[]): tfjs.Tensor3D {
  if (steps.length > 1) return tf.stack([...steps], 1) as tfjs.Tensor3D;
  const [batch, width] = steps[0]!.shape;
  return tf.reshape(steps[0]!, [batch, 1, width]);
}
