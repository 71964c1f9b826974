import {type Static, Type} from '@sinclair/typebox';
import type {GradSaveFunc, Tensor, Tensor1D, Tensor2D} from '@tensorflow/tfjs-core';
import {sizeOf} from '../../support/tensor.js';
import {initializerField} from '../initializers/index.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {foundMask} from '../masks.js';
import {regularizerField} from '../regularizers/index.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';

const args = Type.Object({
  inputDim: Type.Integer({minimum: 1, description: 'How many classes there are; their numbers start at 0.'}),
  outputDim: Type.Integer({minimum: 1, description: 'Size of the vectors, at least 1.'}),
  maskZero: Type.Boolean({
    default: false,
    description:
      'Whether number 0 fills sequences up: recurrent layers skip such steps, attention and globalAveragePooling1d do not count them, and layers in between pass that on.',
  }),
  embeddingsInitializer: initializerField('How the vectors start.', 'randomUniform'),
  embeddingsRegularizer: regularizerField('Penalty on all vectors, added to the loss.'),
});
type EmbeddingArguments = Readonly<Static<typeof args>>;

const weightsOf = (given: EmbeddingArguments): readonly LayerWeight[] => [
  {
    name: 'embeddings',
    role: 'embedding',
    shape: [given.inputDim, given.outputDim],
    trainable: true,
    initializer: given.embeddingsInitializer,
    regularizer: given.embeddingsRegularizer,
  },
];

export const embedding = defineLayer({
  type: 'embedding',
  summary:
    'A learned vector for each class number. Numbers outside 0 … inputDim - 1 stop the run; fractions are cut off.',
  shapes: '[...] of class numbers → [..., outputDim]',
  example: '{type: embedding, inputDim: 1000, outputDim: 64}',
  args,
  outputShape: ({outputDim}, inputShape) => [...inputShape, outputDim],
  weights: weightsOf,
  mask: ({maskZero}) =>
    maskZero ? foundMask((tf, x) => tf.cast(tf.notEqual(tf.cast(x, 'int32'), 0), 'float32')) : undefined,
  build({inputDim, outputDim, maskZero, ...others}, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: maskZero && !context.masksAsStock ? 'KerasEmbedding' : 'Embedding',
      config: {inputDim, outputDim, maskZero, ...weightConfig(context, 'embeddings')},
      outputShape: [...context.inputShape, outputDim],
      weights: weightsOf({inputDim, outputDim, maskZero, ...others}),
      call(x, weight) {
        const indices = core.cast(x, 'int32');
        const flat = core.reshape(indices, [sizeOf(x.shape)]) as Tensor1D;
        // The stock gradient of a gather also has one for the indices, which is not a gradient of anything.
        const lookUp = core.customGrad((table, save) => {
          // What is not saved is gone when the gradient is asked for.
          (save as GradSaveFunc)([flat]);
          return {
            value: core.gather(table as Tensor, indices),
            gradFunc: (dy: Tensor, [rows]: Tensor[]) =>
              core.unsortedSegmentSum(core.reshape(dy, [flat.size, outputDim]) as Tensor2D, rows as Tensor1D, inputDim),
          };
        });
        return lookUp(weight('embeddings'));
      },
    });
  },
});
