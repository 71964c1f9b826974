import {Type} from '@sinclair/typebox';
import {defineElementwiseLoss} from './elementwise.js';

const epsilon = 1e-7;

/**
 * output − target · log(output + 1e-7), mean over all elements: the negative log-likelihood of counts under Poisson distributions of
 * mean `output`, but for a constant. Poisson of Keras; PyTorch's PoissonNLLLoss with log_input=False and eps=1e-7.
 */
export const poisson = defineElementwiseLoss({
  type: 'poisson',
  summary:
    'Likelihood of counts whose expected number is the output; the model ends in softplus or another activation that is never negative.',
  args: Type.Object({}),
  outputs: 'values',
  targetRange: [0, Infinity],
  endings: ['softplus', 'relu', 'relu6', 'sigmoid', 'hardSigmoid', 'softmax'],
  of: (tf) => ({
    value: (x, t) => tf.sub(x, tf.mul(t, tf.log(tf.add(x, epsilon)))),
    slope: (x, t) => tf.sub(1, tf.div(t, tf.add(x, epsilon))),
  }),
});
