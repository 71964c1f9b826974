import {Type} from '@sinclair/typebox';

/** Activation names a spec may use, each with the stock TensorFlow.js activation that computes it and that the saved model names. */
export const activations = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  gelu: 'gelu',
  silu: 'swish',
  swish: 'swish',
  mish: 'mish',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hardSigmoid',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
  softmax: 'softmax',
} as const;

export type ActivationName = keyof typeof activations;

/** Schema field of an activation applied to a layer's output. */
export const activationField = () =>
  Type.Unsafe<ActivationName>({
    type: 'string',
    enum: Object.keys(activations),
    default: 'linear',
    description:
      'Function applied to the output: relu, gelu, tanh…; `linear` leaves it as it is, which is right for logits.',
  });
