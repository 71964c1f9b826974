import * as tf from '@tensorflow/tfjs-core';

const binary = ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'];
const unary = ['LogicalNot'];

const zeros = (of: tf.Tensor) => tf.zerosLike(tf.cast(of, 'float32'));

/**
 * Gives comparisons the gradient zero. TensorFlow.js asks for the gradient of a `where` condition and has none for the
 * comparison that made it, so without this no loss or layer with `where(greater(…))` of a weight could be trained.
 */
export function registerComparisonGradients(): void {
  for (const kernelName of binary) {
    if (tf.getGradient(kernelName)) continue;
    const gradFunc: tf.GradFunc = (_dy, [a, b]) => ({a: () => zeros(a!), b: () => zeros(b!)});
    tf.registerGradient({kernelName, inputsToSave: ['a', 'b'], gradFunc});
  }
  for (const kernelName of unary) {
    if (tf.getGradient(kernelName)) continue;
    tf.registerGradient({kernelName, inputsToSave: ['x'], gradFunc: (_dy, [x]) => ({x: () => zeros(x!)})});
  }
}
