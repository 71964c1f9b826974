import {Type} from '@sinclair/typebox';

/** The step size of every optimizer. */
export const learningRate = (defaultValue: number) =>
  Type.Number({default: defaultValue, exclusiveMinimum: 0, description: 'Step size; above 0.'});

/** The decay of a running mean. @param what is averaged */
export const decayOf = (what: string, defaultValue: number) =>
  Type.Number({
    default: defaultValue,
    minimum: 0,
    exclusiveMaximum: 1,
    description: `Decay of the running mean of ${what}; in [0, 1).`,
  });

/** What keeps a division by a root from becoming one by zero. */
export const epsilonOf = (what: string, defaultValue: number) =>
  Type.Number({default: defaultValue, exclusiveMinimum: 0, description: `Added to ${what}; above 0.`});

/** The arguments that the members of the Adam family share. */
export const momentFields = {
  beta1: decayOf('the gradient', 0.9),
  beta2: decayOf('the squared gradient', 0.999),
  epsilon: Type.Number({
    default: 1e-8,
    exclusiveMinimum: 0,
    description: 'Added to the root of the second moment; above 0. PyTorch uses 1e-8, Keras 1e-7.',
  }),
};

export const amsgrad = Type.Boolean({
  default: false,
  description: 'Divide by the largest running mean of the squared gradient so far (AMSGrad) instead of the latest.',
});

export const excludeBiasAndNorm = Type.Boolean({
  default: false,
  description:
    'Whether weightDecay leaves out biases, the weights of normalization, and the slopes of prelu; kernels and embeddings are decayed.',
});

/** Weight decay as a penalty on the loss: it goes through the optimizer like any gradient. */
export const penaltyFields = {
  weightDecay: Type.Number({
    default: 0,
    minimum: 0,
    description: 'L2 penalty: this times the weight is added to its gradient; at least 0.',
  }),
  excludeBiasAndNorm,
};

/** Weight decay of the weights themselves, beside the optimizer. */
export const decoupledFields = (defaultValue: number) => ({
  weightDecay: Type.Number({
    default: defaultValue,
    minimum: 0,
    description: 'Each step shrinks every weight by learningRate times this; at least 0.',
  }),
  excludeBiasAndNorm,
});
