import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

type Activation = (tf: typeof tfjs, x: Tensor) => Tensor;

/**
 * Activations that Keras has and stock TensorFlow.js has not, by the name in the saved model; numbers are Keras's defaults,
 * which are PyTorch's too.
 */
const ownActivations: Readonly<Record<string, Activation>> = {
  /** The approximation by tanh of Hendrycks & Gimpel 2016; stock gelu_new cannot be loaded from a saved model. */
  geluApproximate: (tf, x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  },
  exponential: (tf, x) => tf.exp(x),
  hardShrink: (tf, x) => tf.mul(x, tf.step(tf.sub(tf.abs(x), 0.5))),
  /** x · relu6(x + 3) / 6 (Howard et al. 2019). */
  hardSwish: (tf, x) => tf.mul(tf.mul(x, tf.relu6(tf.add(x, 3))), 1 / 6),
  hardTanh: (tf, x) => tf.clipByValue(x, -1, 1),
  logSigmoid: (tf, x) => tf.neg(tf.softplus(tf.neg(x))),
  softShrink: (tf, x) => tf.sub(x, tf.clipByValue(x, -0.5, 0.5)),
  squareplus: (tf, x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 0.5),
  tanhShrink: (tf, x) => tf.sub(x, tf.tanh(x)),
};

/** Lets stock layers take these activations by name. A saved model with one loads wherever a class of that name is registered. */
export function registerOwnActivations(tf: typeof tfjs): void {
  for (const [name, apply] of Object.entries(ownActivations)) {
    class OwnActivation extends tf.serialization.Serializable {
      static readonly className = name;

      apply(x: Tensor): Tensor {
        return apply(tf, x);
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        return {};
      }
    }
    tf.serialization.registerClass(OwnActivation);
  }
}
