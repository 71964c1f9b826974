import type {serialization, Tensor} from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers';
import type {Shape} from '../../support/tensor.js';
import type {CallContext} from '../call-context.js';
import type {BuildContext, LayerWeight, TfLayer} from '../layer.js';
import {callContextOf, onlyTensor} from './own-layer.js';

/** A layer that is a function of its inputs, mostly one, and its weights. */
export interface FunctionLayerOptions {
  /** What the saved model calls it: the class of stock TensorFlow.js where there is one, else Keras's. */
  readonly className: string;
  /** What the saved model holds besides the name. */
  readonly config?: serialization.ConfigDict;
  /** Batch axis left out. */
  readonly outputShape: Shape;
  /** Of outputs beside the first; `call` then gives a list. */
  readonly stateShapes?: readonly Shape[];
  /** Made in this order, which is that of the saved model. */
  readonly weights?: readonly LayerWeight[];
  /** @param x the first of `inputs`. @param weight the current value of one of `weights`, by name. @returns [batch, ...outputShape] */
  readonly call: (
    x: Tensor,
    weight: (name: string) => Tensor,
    step: CallContext,
    inputs: readonly Tensor[],
  ) => Tensor | Tensor[];
}

/**
 * Makes a layer of exp's own: for what stock TensorFlow.js lacks, computes otherwise than Keras, or has no gradient for.
 * Nothing is tidied in its call; whoever runs the model does that.
 */
export function createFunctionLayer({tf, name, initializer}: BuildContext, options: FunctionLayerOptions): TfLayer {
  const variables = new Map<string, LayerVariable>();
  const read = (weightName: string): Tensor => {
    const variable = variables.get(weightName);
    if (!variable) throw new Error(`${name} has no weight ${weightName}`);
    return variable.read();
  };

  class FunctionLayer extends tf.layers.layers.Layer {
    static readonly className = options.className;

    override build(): void {
      for (const weight of options.weights ?? []) {
        const shape = [...weight.shape];
        const start = initializer(weight.name);
        variables.set(weight.name, this.addWeight(weight.name, shape, 'float32', start, undefined, weight.trainable));
      }
      this.built = true;
    }

    /** @param inputShape one shape, or a list of shapes; either begins with the batch */
    override computeOutputShape(
      inputShape: (number | null)[] | (number | null)[][],
    ): (number | null)[] | (number | null)[][] {
      const batch = inputShape.flat()[0]!;
      const first = [batch, ...options.outputShape];
      return options.stateShapes ? [first, ...options.stateShapes.map((shape) => [batch, ...shape])] : first;
    }

    override call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor | Tensor[] {
      return options.call(onlyTensor(inputs), read, callContextOf(kwargs), [inputs].flat());
    }

    override getConfig(): serialization.ConfigDict {
      return {...super.getConfig(), ...options.config};
    }
  }
  return new FunctionLayer({name});
}

/**
 * How the saved model writes a weight's initializer and regularizer: `kernelInitializer`, `kernelRegularizer`.
 * @param prefix what the two keys start with, by default the weight's name
 */
export function weightConfig(context: BuildContext, weightName: string, prefix = weightName): serialization.ConfigDict {
  const written = (object: serialization.Serializable | undefined): serialization.ConfigDict | null =>
    object ? {className: object.getClassName(), config: object.getConfig()} : null;
  return {
    [`${prefix}Initializer`]: written(context.initializer(weightName)),
    [`${prefix}Regularizer`]: written(context.regularizer(weightName)),
    [`${prefix}Constraint`]: null,
  };
}
