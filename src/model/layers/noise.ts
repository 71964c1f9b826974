import {Type} from '@sinclair/typebox';
import type {Tensor} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import type {CallContext, NoiseRequest} from '../call-context.js';
import {type BuildContext, defineLayer, type TfLayer} from '../layer.js';
import {keptMask} from '../masks.js';
import {createFunctionLayer} from './function-layer.js';
import {type Dimensions, inputNames, requireSpatial} from './spatial.js';

const rateField = (description: string) => Type.Number({minimum: 0, exclusiveMaximum: 1, description});

interface NoiseLayer {
  readonly className: string;
  readonly config: Record<string, number | null>;
  readonly kind: NoiseRequest['kind'];
  readonly rate: number;
  /** Whether there is nothing to do, in training neither. */
  readonly isIdle: boolean;
  /** Shape of the noise for an input of this shape, batch axis included in both. By default the same. */
  readonly shapeOf?: (shape: Shape) => Shape;
  readonly apply: (x: Tensor, noise: Tensor) => Tensor;
}

/** A layer that does something in training only, with noise from the step's context. */
function buildNoise(context: BuildContext, layer: NoiseLayer): TfLayer {
  const {name} = context;
  return createFunctionLayer(context, {
    className: layer.className,
    config: layer.config,
    outputShape: context.inputShape,
    call(x, _weight, step: CallContext) {
      if (!step.training || layer.isIdle) return x;
      if (!step.noise) throw new Error(`${name}: training without a source of noise`);
      const {kind, rate} = layer;
      return layer.apply(x, step.noise({layer: name, kind, rate, shape: layer.shapeOf?.(x.shape) ?? x.shape}));
    },
  });
}

/** Dropout of whole channels (Tompson et al. 2015). */
function defineSpatialDropout<const Name extends string>(type: Name, dimensions: Dimensions) {
  const {axes, plural} = inputNames[dimensions];
  return defineLayer({
    type,
    summary: `In training, zeroes whole channels of ${plural} with probability \`rate\` and scales the others by 1 / (1 - rate).`,
    shapes: `${axes} → the same`,
    example: `{type: ${type}, rate: 0.2}`,
    args: Type.Object({rate: rateField('Probability of a channel to be zeroed, in [0, 1).')}),
    outputShape(_args, inputShape) {
      requireSpatial(inputShape, dimensions);
      return inputShape;
    },
    weights: () => [],
    mask: () => keptMask,
    build: ({rate}, context) =>
      buildNoise(context, {
        className: `SpatialDropout${dimensions}D`,
        config: {rate, seed: null},
        kind: 'keepMask',
        rate,
        isIdle: rate === 0,
        shapeOf: (shape) => shape.map((size, axis) => (axis === 0 || axis === shape.length - 1 ? size : 1)),
        apply: (x, mask) => context.tf.core.mul(x, mask),
      }),
  });
}

export const spatialDropout1d = defineSpatialDropout('spatialDropout1d', 1);
export const spatialDropout2d = defineSpatialDropout('spatialDropout2d', 2);
export const spatialDropout3d = defineSpatialDropout('spatialDropout3d', 3);

/** What selu tends to for very negative inputs: -scale · alpha of Klambauer et al. 2017. */
const seluFloor = -1.0507009873554805 * 1.6732632423543772;

export const alphaDropout = defineLayer({
  type: 'alphaDropout',
  summary:
    'In training, replaces each value with probability `rate` by the floor of selu, and rescales so that mean and variance stay (Klambauer et al. 2017).',
  shapes: '[...] → the same',
  example: '{type: alphaDropout, rate: 0.1}',
  args: Type.Object({rate: rateField('Probability of a value to be replaced, in [0, 1).')}),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build({rate}, context) {
    const {core} = context.tf;
    const factor = 1 / Math.sqrt((1 - rate) * (1 + rate * seluFloor ** 2));
    const offset = -factor * rate * seluFloor;
    return buildNoise(context, {
      className: 'AlphaDropout',
      config: {rate},
      kind: 'keepMask',
      rate,
      isIdle: rate === 0,
      apply(x, mask) {
        const kept = core.mul(mask, 1 - rate);
        const replaced = core.mul(core.sub(1, kept), seluFloor);
        return core.add(core.mul(core.add(core.mul(x, kept), replaced), factor), offset);
      },
    });
  },
});

export const gaussianNoise = defineLayer({
  type: 'gaussianNoise',
  summary: 'In training, adds normal noise with mean 0; else does nothing.',
  shapes: '[...] → the same',
  example: '{type: gaussianNoise, stddev: 0.1}',
  args: Type.Object({stddev: Type.Number({minimum: 0, description: "The noise's standard deviation, at least 0."})}),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build: ({stddev}, context) =>
    buildNoise(context, {
      className: 'GaussianNoise',
      config: {stddev},
      kind: 'normal',
      rate: 0,
      isIdle: stddev === 0,
      apply: (x, noise) => context.tf.core.add(x, context.tf.core.mul(noise, stddev)),
    }),
});

export const gaussianDropout = defineLayer({
  type: 'gaussianDropout',
  summary:
    'In training, multiplies each value by normal noise with mean 1 and standard deviation √(rate / (1 - rate)) (Srivastava et al. 2014, section 10).',
  shapes: '[...] → the same',
  example: '{type: gaussianDropout, rate: 0.3}',
  args: Type.Object({rate: rateField('The noise is as strong as that of dropout with this rate; in [0, 1).')}),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build({rate}, context) {
    const {core} = context.tf;
    const deviation = Math.sqrt(rate / (1 - rate));
    return buildNoise(context, {
      className: 'GaussianDropout',
      config: {rate},
      kind: 'normal',
      rate: 0,
      isIdle: rate === 0,
      apply: (x, noise) => core.mul(x, core.add(core.mul(noise, deviation), 1)),
    });
  },
});
