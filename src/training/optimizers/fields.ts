import {Type} from '@sinclair/typebox';

/** The step size of every optimizer. */
export const learningRate = (defaultValue: number) =>
  Type.Number({default: defaultValue, exclusiveMinimum: 0, description: 'Step size; above 0.'});

/** The arguments that the members of the Adam family share. */
export const momentFields = {
  beta1: Type.Number({
    default: 0.9,
    minimum: 0,
    exclusiveMaximum: 1,
    description: 'Decay of the running mean of the gradient; in [0, 1).',
  }),
  beta2: Type.Number({
    default: 0.999,
    minimum: 0,
    exclusiveMaximum: 1,
    description: 'Decay of the running mean of the squared gradient; in [0, 1).',
  }),
  epsilon: Type.Number({
    default: 1e-8,
    exclusiveMinimum: 0,
    description: 'Added to the root of the second moment; above 0. PyTorch uses 1e-8, Keras 1e-7.',
  }),
};
