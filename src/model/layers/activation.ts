import {Type} from '@sinclair/typebox';
import {type ActivationName, activations} from '../activations.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';

type FunctionName = ActivationName | 'leakyRelu';

/** Slope of leakyRelu for negative inputs unless given: that of Keras and of tf.leakyRelu (PyTorch's is 0.01). */
const defaultSlope = 0.2;

export const activation = defineLayer({
  type: 'activation',
  summary: 'Applies a function to every value; softmax works along the last axis.',
  shapes: '[...] → the same',
  example: '{type: activation, function: relu}',
  args: Type.Object({
    function: Type.Unsafe<FunctionName>({
      type: 'string',
      enum: [...Object.keys(activations), 'leakyRelu'],
      description:
        'Name of the function; silu and swish are one. hardSigmoid is clip(0.2 · x + 0.5, 0, 1); gelu is the exact one.',
    }),
    slope: Type.Optional(
      Type.Number({
        description: `Only for leakyRelu: factor for negative inputs. Default: ${defaultSlope}; PyTorch's is 0.01.`,
      }),
    ),
  }),
  outputShape({function: name, slope}, inputShape) {
    if (slope !== undefined && name !== 'leakyRelu') {
      throw new ShapeProblem(`has a slope, which ${name} does not use`, {
        field: 'slope',
        hint: 'remove slope, or use function: leakyRelu',
      });
    }
    return inputShape;
  },
  weights: () => [],
  build({function: name, slope}, {tf, name: layerName}) {
    if (name === 'leakyRelu') return tf.layers.layers.leakyReLU({name: layerName, alpha: slope ?? defaultSlope});
    return tf.layers.layers.activation({name: layerName, activation: activations[name]});
  },
});
