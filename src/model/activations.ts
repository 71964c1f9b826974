import {Type} from '@sinclair/typebox';
import type {ActivationIdentifier} from '@tensorflow/tfjs-layers/dist/keras_format/activation_config.js';

/**
 * Activation names a spec may use, each with the activation that computes it and that the saved model names: TensorFlow.js's, or one
 * of own-activations.ts. celu is elu because its alpha is 1, Keras's and PyTorch's default. hardSigmoid is Keras 3's and PyTorch's,
 * which stock TensorFlow.js knows by no name: what it calls so is Keras 2's, clip(0.2 · x + 0.5, 0, 1).
 */
const names = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  leakyRelu: 'leakyRelu',
  elu: 'elu',
  celu: 'elu',
  selu: 'selu',
  gelu: 'gelu',
  geluApproximate: 'geluApproximate',
  silu: 'swish',
  swish: 'swish',
  hardSwish: 'hardSwish',
  hardSilu: 'hardSwish',
  mish: 'mish',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hardSigmoidOfSixths',
  logSigmoid: 'logSigmoid',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
  hardTanh: 'hardTanh',
  tanhShrink: 'tanhShrink',
  softShrink: 'softShrink',
  hardShrink: 'hardShrink',
  squareplus: 'squareplus',
  sparsePlus: 'sparsePlus',
  sparseSigmoid: 'sparseSigmoid',
  exponential: 'exponential',
  softmax: 'softmax',
  logSoftmax: 'logSoftmax',
  sparsemax: 'sparsemax',
} as const;

export type ActivationName = keyof typeof names;

type Table<Value> = Readonly<Record<ActivationName, Value>>;

/** What to call each in TensorFlow.js, whose type lists its own only; those of own-activations.ts are registered beside them. */
export const activations = names as Table<string> as Table<ActivationIdentifier>;

/** Schema field of an activation applied to a layer's output. */
export const activationField = () =>
  Type.Unsafe<ActivationName>({
    type: 'string',
    enum: Object.keys(activations),
    default: 'linear',
    'x-hints': {none: 'write linear, or leave it out', identity: 'write linear, or leave it out'},
    description:
      'Function applied to the output: relu, gelu, tanh…; `linear` leaves it as it is, which is right for logits.',
  });
