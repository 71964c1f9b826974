import type {serialization, Tensor} from '@tensorflow/tfjs-core';
import type {CallContext} from '../call-context.js';
import type {TfLayer, TfNamespaces} from '../layer.js';
import {callContextOf, onlyTensor} from './own-layer.js';

/** Inverted dropout (Srivastava et al. 2014) whose mask comes from the step's context. Saved as the stock Dropout. */
export function createDropout(tf: TfNamespaces, args: {readonly name: string; readonly rate: number}): TfLayer {
  class Dropout extends tf.layers.layers.Layer {
    static readonly className = 'Dropout';

    override call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor {
      const x = onlyTensor(inputs);
      const context: CallContext = callContextOf(kwargs);
      if (!context.training || args.rate === 0) return x;
      if (!context.noise) throw new Error(`${this.name}: training without a source of noise`);
      const mask = context.noise({layer: this.name, kind: 'keepMask', rate: args.rate, shape: x.shape});
      return tf.core.mul(x, mask);
    }

    override getConfig(): serialization.ConfigDict {
      return {...super.getConfig(), rate: args.rate, noiseShape: null, seed: null};
    }
  }
  return new Dropout({name: args.name});
}
