import type {Tensor} from '@tensorflow/tfjs-core';
import type {TfLayer, TfNamespaces} from '../layer.js';

/**
 * a - b. TensorFlow.js has no such layer; it is saved under Keras's name and config, so a saved model with it loads in Keras, and in
 * TensorFlow.js once a class Subtract is registered.
 */
export function createSubtract({core, layers}: TfNamespaces, name: string): TfLayer {
  class Subtract extends layers.layers.Layer {
    static readonly className = 'Subtract';

    override computeOutputShape(inputShape: (number | null)[][]): (number | null)[] {
      const [first, second] = inputShape;
      return first!.map((size, axis) => (size === 1 ? second![axis]! : size));
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const [first, second] = inputs as [Tensor, Tensor];
      return core.sub(first, second);
    }
  }
  return new Subtract({name});
}
