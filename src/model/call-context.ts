import type {Tensor} from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers/dist/variables.js';
import type {Shape} from '../support/tensor.js';
import type {Mask} from './masks.js';

/** Random numbers a layer asks for in a training step. The engine supplies them: an input of the recorded graph, or a fresh tensor. */
export interface NoiseRequest {
  /** The asking layer's name; with the step number and the seed it determines the values. */
  readonly layer: string;
  /** keepMask: 0 with probability `rate`, else 1 / (1 - rate). normal: mean 0, standard deviation 1. */
  readonly kind: 'keepMask' | 'normal';
  readonly rate: number;
  /** Batch axis included. */
  readonly shape: Shape;
}

/**
 * What a layer may know of the step it runs in; reaches `Layer.call(inputs, kwargs)` as its kwargs.
 * Layers of exp draw no random numbers and assign no variables themselves, so a step can be recorded as a pure graph.
 */
export interface CallContext {
  readonly training: boolean;
  /** The layer's weights are frozen, so moving statistics are used in training too and stay as they are. */
  readonly isFrozen?: boolean;
  /** Of the layer's inputs, in their order; left out where none has one. */
  readonly masks?: readonly Mask[];
  /** Only in training. */
  readonly noise?: (request: NoiseRequest) => Tensor;
  /** Is told the layer's name before each layer runs, for whoever wants to know where kernels come from. */
  readonly entering?: (layer: string) => void;
  /** Announces the value a non-trainable weight (a moving statistic) takes after this step. Only in training. */
  readonly assignAfterStep?: (variable: LayerVariable, value: Tensor) => void;
}
