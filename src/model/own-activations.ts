import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

type Activation = (tf: typeof tfjs, x: Tensor) => Tensor;

/** Slope of leakyRelu for negative inputs unless given: that of Keras's function and of tf.leakyRelu (PyTorch's is 0.01). */
export const leakyReluSlope = 0.2;

/**
 * The point of the probability simplex nearest to x along its last axis: a softmax with zeros (Martins & Astudillo 2016).
 * Value i is above the threshold where 1 + (count of values ≥ xᵢ) · xᵢ > (their sum), so that nothing has to be sorted.
 */
function sparsemax(tf: typeof tfjs, x: Tensor): Tensor {
  const project = tf.customGrad((given, save) => {
    const z = given as Tensor;
    const rivals = tf.cast(tf.lessEqual(tf.expandDims(z, -1), tf.expandDims(z, -2)), 'float32');
    const count = tf.sum(rivals, -1);
    const sum = tf.sum(tf.mul(rivals, tf.expandDims(z, -2)), -1);
    const support = tf.cast(tf.greater(tf.add(tf.mul(count, z), 1), sum), 'float32');
    const size = tf.sum(support, -1, true);
    const threshold = tf.div(tf.sub(tf.sum(tf.mul(support, z), -1, true), 1), size);
    (save as tfjs.GradSaveFunc)([support]);
    return {
      value: tf.relu(tf.sub(z, threshold)),
      gradFunc(dy: Tensor, [kept]: Tensor[]) {
        const mean = tf.div(tf.sum(tf.mul(kept!, dy), -1, true), tf.sum(kept!, -1, true));
        return tf.mul(kept!, tf.sub(dy, mean));
      },
    };
  });
  return project(x);
}

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
  /** relu6(x + 3) / 6 (Howard et al. 2019). */
  hardSigmoidOfSixths: (tf, x) => tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6),
  /** x · hardSigmoid(x). */
  hardSwish: (tf, x) => tf.mul(tf.mul(x, tf.relu6(tf.add(x, 3))), 1 / 6),
  hardTanh: (tf, x) => tf.clipByValue(x, -1, 1),
  leakyRelu: (tf, x) => tf.leakyRelu(x, leakyReluSlope),
  logSigmoid: (tf, x) => tf.neg(tf.softplus(tf.neg(x))),
  softShrink: (tf, x) => tf.sub(x, tf.clipByValue(x, -0.5, 0.5)),
  sparsemax,
  /** 0 up to -1, x from 1 on, (x + 1)² / 4 between them (Martins et al. 2016). */
  sparsePlus: (tf, x) => {
    const curve = tf.mul(tf.square(tf.add(tf.clipByValue(x, -1, 1), 1)), 0.25);
    return tf.add(curve, tf.relu(tf.sub(x, 1)));
  },
  sparseSigmoid: (tf, x) => tf.mul(tf.add(tf.clipByValue(x, -1, 1), 1), 0.5),
  squareplus: (tf, x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 0.5),
  tanhShrink: (tf, x) => tf.sub(x, tf.tanh(x)),
};

/** Whether stock TensorFlow.js lacks the activation of that name in a saved model. */
export const isOwnActivation = (name: string): boolean => Object.hasOwn(ownActivations, name);

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
