import {type Static, Type} from '@sinclair/typebox';
import type {Shape} from '../../../support/tensor.js';
import type {Fans} from '../../initializers/fans.js';
import {initializerField} from '../../initializers/index.js';
import {defineLayer, type LayerWeight} from '../../layer.js';
import {regularizerField} from '../../regularizers/index.js';
import {requireSequence} from '../sequences.js';
import {createMultiHeadAttention} from './multi-head-attention-layer.js';

const args = Type.Object({
  numHeads: Type.Integer({minimum: 1, description: 'Number of attention patterns side by side, at least 1.'}),
  keyDim: Type.Integer({
    minimum: 1,
    description: "Size of each head's queries and keys; features / numHeads is usual.",
  }),
  valueDim: Type.Optional(Type.Integer({minimum: 1, description: "Size of each head's values. Default: keyDim."})),
  causal: Type.Boolean({
    default: false,
    description: 'Whether a time step sees only itself and the ones before it, as a language model must.',
  }),
  dropout: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: 'In training, share of the attention weights that is dropped. In [0, 1).',
  }),
  useBias: Type.Boolean({default: true, description: 'Whether the four projections add learned offsets.'}),
  kernelInitializer: initializerField('How the four kernels start.', 'glorotUniform'),
  biasInitializer: initializerField('How the biases start.', 'zeros'),
  kernelRegularizer: regularizerField('Penalty on the four kernels, added to the loss.'),
  biasRegularizer: regularizerField('Penalty on the biases, added to the loss.'),
});
type AttentionArguments = Readonly<Static<typeof args>>;

/** Query, key, value and output projections in Keras's layout: kernels [features, heads, size] and [heads, size, features]. */
function weightsOf(given: AttentionArguments, inputShape: Shape): readonly LayerWeight[] {
  const {numHeads, keyDim, valueDim = keyDim} = given;
  const features = inputShape.at(-1)!;
  // Fans are those of the matrix that a kernel is, not of a convolution, which Keras takes it for.
  const projection = (name: string, kernel: Shape, bias: Shape, fans: Fans): readonly LayerWeight[] => {
    const weights: readonly LayerWeight[] = [
      {
        name: `${name}/kernel`,
        shape: kernel,
        trainable: true,
        initializer: given.kernelInitializer,
        fans,
        regularizer: given.kernelRegularizer,
      },
      {
        name: `${name}/bias`,
        shape: bias,
        trainable: true,
        initializer: given.biasInitializer,
        fans,
        regularizer: given.biasRegularizer,
      },
    ];
    return given.useBias ? weights : weights.slice(0, 1);
  };
  const into = (name: string, size: number): readonly LayerWeight[] =>
    projection(name, [features, numHeads, size], [numHeads, size], {fanIn: features, fanOut: numHeads * size});
  const fansOut = {fanIn: numHeads * valueDim, fanOut: features};
  return [
    ...into('query', keyDim),
    ...into('key', keyDim),
    ...into('value', valueDim),
    ...projection('attention_output', [numHeads, valueDim, features], [features], fansOut),
  ];
}

export const multiHeadAttention = defineLayer({
  type: 'multiHeadAttention',
  summary: 'Self-attention (Vaswani et al. 2017): each time step takes a weighted mean of all, once for each head.',
  shapes: '[time, features] → the same',
  example: '{type: multiHeadAttention, numHeads: 4, keyDim: 16}',
  args,
  outputShape(_args, inputShape) {
    requireSequence(inputShape);
    return inputShape;
  },
  weights: weightsOf,
  build: (given, context) => createMultiHeadAttention(context, given, weightsOf(given, context.inputShape)),
});
