import {type Static, Type} from '@sinclair/typebox';
import type {Shape} from '../../../support/tensor.js';
import type {Fans} from '../../initializers/fans.js';
import {initializerField} from '../../initializers/index.js';
import {defineLayer, type InputShapes, type LayerWeight} from '../../layer.js';
import {keptMask} from '../../masks.js';
import {regularizerField} from '../../regularizers/index.js';
import {attentionArity, attentionShapes} from './attention-shapes.js';
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
function weightsOf(given: AttentionArguments, ...inputShapes: InputShapes): readonly LayerWeight[] {
  const {numHeads, keyDim, valueDim = keyDim} = given;
  const shapes = attentionShapes(...inputShapes);
  const features = shapes.query[1];
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
        role: 'bias',
        shape: bias,
        trainable: true,
        initializer: given.biasInitializer,
        fans,
        regularizer: given.biasRegularizer,
      },
    ];
    return given.useBias ? weights : weights.slice(0, 1);
  };
  const into = (name: 'query' | 'key' | 'value', size: number): readonly LayerWeight[] => {
    const fanIn = shapes[name][1];
    return projection(name, [fanIn, numHeads, size], [numHeads, size], {fanIn, fanOut: numHeads * size});
  };
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
  summary:
    'Attention (Vaswani et al. 2017): each time step takes a weighted mean of all, once for each head. Of one input, self-attention; inputs may name query, value and key.',
  shapes:
    '[time, features] → the same; query [time, features], value [others, a] and key [others, b] → the shape of query',
  example: '{type: multiHeadAttention, numHeads: 4, keyDim: 16}',
  args,
  arity: attentionArity,
  outputShape: (_args, ...inputShapes) => attentionShapes(...inputShapes).query,
  weights: weightsOf,
  mask: () => keptMask,
  build: (given, context) => createMultiHeadAttention(context, given, weightsOf(given, ...context.inputShapes)),
});
