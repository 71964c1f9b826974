import type {serialization, Tensor, Tensor1D} from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers';
import type {TfLayer, TfNamespaces} from '../layer.js';
import {alignedMask} from '../masks.js';
import {normalize} from './normalize.js';
import {callContextOf, onlyTensor} from './own-layer.js';

/** Arguments of batchNormalization, and its name. */
export interface BatchNormalizationArguments {
  readonly name: string;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/**
 * Batch normalization over the last axis with Keras's numerics: biased variance in the batch and in the moving average,
 * moving = moving · momentum + batch · (1 - momentum). Written anew because the stock layer crashes in training without gamma or beta,
 * and because it assigns its statistics itself, which a recorded step cannot see. Saved as the stock BatchNormalization. Frozen, it
 * normalizes by its moving statistics in training too and leaves them as they are, as in Keras and as PyTorch's eval() does.
 */
export function createBatchNormalization(tf: TfNamespaces, args: BatchNormalizationArguments): TfLayer {
  const {core} = tf;
  const {initializers} = tf.layers;

  class BatchNormalization extends tf.layers.layers.Layer {
    static readonly className = 'BatchNormalization';
    private gamma: LayerVariable | undefined;
    private beta: LayerVariable | undefined;
    private movingMean: LayerVariable | undefined;
    private movingVariance: LayerVariable | undefined;

    override build(inputShape: number[]): void {
      const shape = [inputShape.at(-1)!];
      const zeros = initializers.zeros();
      const ones = initializers.ones();
      if (args.scale) this.gamma = this.addWeight('gamma', shape, 'float32', ones, undefined, true);
      if (args.center) this.beta = this.addWeight('beta', shape, 'float32', zeros, undefined, true);
      this.movingMean = this.addWeight('moving_mean', shape, 'float32', zeros, undefined, false);
      this.movingVariance = this.addWeight('moving_variance', shape, 'float32', ones, undefined, false);
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor {
      const x = onlyTensor(inputs);
      const context = callContextOf(kwargs);
      const gamma = this.gamma?.read() as Tensor1D | undefined;
      const beta = this.beta?.read() as Tensor1D | undefined;
      const movingMean = this.movingMean!;
      const movingVariance = this.movingVariance!;
      if (context.training && !context.isFrozen) {
        const mask = context.masks?.[0];
        const aligned = mask && alignedMask(core, mask, x.rank);
        const {output, moments} = normalize(core, x, args.epsilon, gamma, beta, aligned);
        const moved = (variable: LayerVariable, value: Tensor): Tensor =>
          core.add(core.mul(variable.read(), args.momentum), core.mul(value, 1 - args.momentum));
        context.assignAfterStep?.(movingMean, moved(movingMean, moments.mean));
        context.assignAfterStep?.(movingVariance, moved(movingVariance, moments.variance));
        return output;
      }
      const deviation = core.rsqrt(core.add(movingVariance.read(), args.epsilon));
      const factor = gamma ? core.mul(deviation, gamma) : deviation;
      const scaled = core.mul(core.sub(x, movingMean.read()), factor);
      return beta ? core.add(scaled, beta) : scaled;
    }

    override getConfig(): serialization.ConfigDict {
      const zeros = {className: 'Zeros', config: {}};
      const ones = {className: 'Ones', config: {}};
      return {
        ...super.getConfig(),
        axis: -1,
        momentum: args.momentum,
        epsilon: args.epsilon,
        center: args.center,
        scale: args.scale,
        betaInitializer: zeros,
        gammaInitializer: ones,
        movingMeanInitializer: zeros,
        movingVarianceInitializer: ones,
        betaRegularizer: null,
        gammaRegularizer: null,
        betaConstraint: null,
        gammaConstraint: null,
      };
    }
  }
  return new BatchNormalization({name: args.name});
}
