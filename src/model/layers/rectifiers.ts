import {type Static, Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {keptMask} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {createFunctionLayer} from './function-layer.js';

const reluArguments = Type.Object({
  maxValue: Type.Optional(Type.Number({minimum: 0, description: 'Largest output, at least 0. Default: no limit.'})),
  negativeSlope: Type.Number({minimum: 0, default: 0, description: 'Factor below the threshold, at least 0.'}),
  threshold: Type.Number({
    minimum: 0,
    default: 0,
    description: 'Inputs up to it count as small, at least 0; those above it are left as they are.',
  }),
});
type ReluArguments = Readonly<Static<typeof reluArguments>>;

/** Keras's ReLU layer: min(x, maxValue) from the threshold on, negativeSlope · (x - threshold) below it. */
export const relu = defineLayer({
  type: 'relu',
  summary: 'max(x, 0), with an upper limit, a slope for small inputs, or another threshold where they are given.',
  shapes: '[...] → the same',
  example: '{type: relu, maxValue: 6}',
  args: reluArguments,
  outputShape({maxValue, threshold}: ReluArguments, inputShape) {
    if (maxValue !== undefined && maxValue < threshold) {
      throw new ShapeProblem(`has a maxValue of ${maxValue} below its threshold ${threshold}`, {
        field: 'maxValue',
        hint: 'make maxValue larger, or leave the threshold out',
      });
    }
    return inputShape;
  },
  weights: () => [],
  mask: () => keptMask,
  build({maxValue, negativeSlope, threshold}, context) {
    const {core} = context.tf;
    const isStock = negativeSlope === 0 && threshold === 0;
    return createFunctionLayer(context, {
      // Stock TensorFlow.js knows no slope and no threshold, and would leave them out without a word.
      className: isStock ? 'ReLU' : 'ThresholdedLeakyReLU',
      config: isStock
        ? {...(maxValue === undefined ? {} : {maxValue})}
        : {maxValue: maxValue ?? null, negativeSlope, threshold},
      outputShape: context.inputShape,
      call(x) {
        const above = threshold === 0 ? core.relu(x) : core.mul(x, core.step(core.sub(x, threshold)));
        const limited = maxValue === undefined ? above : core.minimum(above, maxValue);
        if (negativeSlope === 0) return limited;
        return core.sub(limited, core.mul(core.relu(core.sub(threshold, x)), negativeSlope));
      },
    });
  },
});

/** Keras's LeakyReLU layer, whose slope differs from that of the function of this name. */
export const leakyRelu = defineLayer({
  type: 'leakyRelu',
  summary: 'x where it is positive, else negativeSlope · x (Maas et al. 2013).',
  shapes: '[...] → the same',
  example: '{type: leakyRelu, negativeSlope: 0.1}',
  args: Type.Object({
    negativeSlope: Type.Number({
      minimum: 0,
      default: 0.3,
      description:
        "Factor for negative inputs, at least 0. The default is that of Keras's layer; as `activation: leakyRelu` it is 0.2, in PyTorch 0.01.",
    }),
  }),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build: ({negativeSlope}, {tf, name}) => tf.layers.layers.leakyReLU({name, alpha: negativeSlope}),
});

export const elu = defineLayer({
  type: 'elu',
  summary: 'x where it is positive, else alpha · (exp(x) - 1) (Clevert et al. 2016).',
  shapes: '[...] → the same',
  example: '{type: elu, alpha: 0.5}',
  args: Type.Object({
    alpha: Type.Number({
      minimum: 0,
      default: 1,
      description: 'Depth of the floor that negative inputs tend to, at least 0.',
    }),
  }),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build({alpha}, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: 'ELU',
      config: {alpha},
      outputShape: context.inputShape,
      call(x) {
        if (alpha === 1) return core.elu(x);
        return core.add(core.relu(x), core.mul(core.elu(core.minimum(x, 0)), alpha));
      },
    });
  },
});
