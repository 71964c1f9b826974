import type * as tfjs from '@tensorflow/tfjs-core';

/** Of a tensor of outputs and one of targets of the same shape. */
type Pairwise = (outputs: tfjs.Tensor, targets: tfjs.Tensor) => tfjs.Tensor;

/**
 * Mean over all elements of a function of output and target, with the derivative given, so that few kernels are recorded and
 * edges are decided here.
 * @param targets as many values as the outputs, of any shape. @param slope derivative of `value` by the output
 */
export function meanOverElements(
  tf: typeof tfjs,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
  value: Pairwise,
  slope: Pairwise,
): tfjs.Scalar {
  const wanted = tf.reshape(targets, outputs.shape);
  const perElement = 1 / outputs.size;
  const loss = tf.customGrad((x, save) => {
    const given = x as tfjs.Tensor;
    (save as tfjs.GradSaveFunc)([given, wanted]);
    const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
      tf.mul(slope(saved[0]!, saved[1]!), tf.mul(dy, perElement));
    return {value: tf.mul(tf.sum(value(given, wanted)), perElement), gradFunc};
  });
  return loss(outputs) as tfjs.Scalar;
}

/** log(1 + e^x), finite for any finite x. */
export const softplus = (tf: typeof tfjs, x: tfjs.Tensor): tfjs.Tensor =>
  tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
