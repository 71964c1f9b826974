import type {serialization, Tensor} from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers';
import type {Shape} from '../../support/tensor.js';
import type {BuildContext, TfLayer} from '../layer.js';
import {callContextOf, onlyTensor} from './own-layer.js';

/**
 * Lets a layer see the time steps of all sequences as one large batch, which costs no loop; the stock layer has one. Statistics of a
 * batch are then those of all steps, and each step has a dropout mask of its own. Saved as the stock TimeDistributed.
 * @param step shape of what `layer` takes, `output` of what it gives
 */
export function createTimeDistributed({tf, name}: BuildContext, layer: TfLayer, step: Shape, output: Shape): TfLayer {
  class TimeDistributed extends tf.layers.layers.Layer {
    static readonly className = 'TimeDistributed';

    override get trainableWeights(): LayerVariable[] {
      return this.trainable ? layer.trainableWeights : [];
    }

    override get nonTrainableWeights(): LayerVariable[] {
      return this.trainable ? layer.nonTrainableWeights : layer.weights;
    }

    override build(): void {
      layer.build([null, ...step]);
      layer.built = true;
      this.built = true;
    }

    override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
      return [inputShape[0]!, inputShape[1]!, ...output];
    }

    override call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor {
      const x = onlyTensor(inputs);
      const [batch, time] = x.shape as [number, number];
      const merged = tf.core.reshape(x, [batch * time, ...step]);
      // A mask inside each step is the layer's; one of whole steps only goes past it.
      const {masks, ...context} = callContextOf(kwargs);
      const [mask] = masks ?? [];
      const inner = mask && mask.rank > 2 ? [tf.core.reshape(mask, [batch * time, ...mask.shape.slice(2)])] : undefined;
      const outputs = onlyTensor(layer.call(merged, {...context, ...(inner ? {masks: inner} : {})}));
      return tf.core.reshape(outputs, [batch, time, ...output]);
    }

    override getConfig(): serialization.ConfigDict {
      return {...super.getConfig(), layer: {className: layer.getClassName(), config: layer.getConfig()}};
    }
  }
  return new TimeDistributed({name});
}
