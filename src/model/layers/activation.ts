import {Type} from '@sinclair/typebox';
import {type ActivationName, activations} from '../activations.js';
import {defineLayer} from '../layer.js';
import {keptMask} from '../masks.js';
import {leakyReluSlope} from '../own-activations.js';
import {ShapeProblem} from '../shape-problem.js';

export const activation = defineLayer({
  type: 'activation',
  summary: 'Applies a function to every value; softmax works along the last axis.',
  shapes: '[...] → the same',
  example: '{type: activation, function: relu}',
  args: Type.Object({
    function: Type.Unsafe<ActivationName>({
      type: 'string',
      enum: Object.keys(activations),
      description:
        "Name of the function; silu and swish are one, as are hardSilu and hardSwish. hardSigmoid is Keras 3's and PyTorch's, relu6(x + 3) / 6; gelu is the exact one.",
    }),
    slope: Type.Optional(
      Type.Number({
        description: `Only for leakyRelu: factor for negative inputs. Default: ${leakyReluSlope}; PyTorch's is 0.01.`,
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
  mask: () => keptMask,
  build({function: name, slope}, {tf, name: layerName}) {
    if (name === 'leakyRelu') return tf.layers.layers.leakyReLU({name: layerName, alpha: slope ?? leakyReluSlope});
    return tf.layers.layers.activation({name: layerName, activation: activations[name]});
  },
});
