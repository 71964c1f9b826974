import {type Static, Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Shape} from '../../../support/tensor.js';
import {initializerField} from '../../initializers/index.js';
import {defineLayer, type LayerWeight} from '../../layer.js';
import {keptMask} from '../../masks.js';
import {ShapeProblem} from '../../shape-problem.js';
import {createFunctionLayer, weightConfig} from '../function-layer.js';
import {requireSequence} from '../sequences.js';

const args = Type.Object({
  kind: Type.Union(
    [
      Type.Literal('learned', {description: 'One trained vector for each position.'}),
      Type.Literal('sinusoidal', {description: 'Sines and cosines of the position; nothing to train.'}),
    ],
    {default: 'learned', description: 'Where the vectors come from: trained ones, or sines and cosines.'},
  ),
  maxWavelength: Type.Optional(
    Type.Number({
      exclusiveMinimum: 1,
      description: 'Only for sinusoidal: the longest wave, in 2π time steps, above 1. Default: 10000.',
    }),
  ),
  initializer: initializerField('How learned vectors start.', 'randomUniform'),
});
type PositionalArguments = Readonly<Static<typeof args>>;

const defaultWavelength = 10_000;

function weightsOf({kind, initializer}: PositionalArguments, inputShape: Shape): readonly LayerWeight[] {
  if (kind === 'sinusoidal') return [];
  return [{name: 'embeddings', role: 'embedding', shape: inputShape, trainable: true, initializer}];
}

/**
 * Vaswani et al. 2017, section 3.5: feature 2i is sin(position / wavelength^(2i / features)), feature 2i + 1 the cosine of the same.
 * Made of kernels, so that a recorded step holds no table made on the host. @returns [time, features]
 */
export function sinusoids(tf: typeof tfjs, time: number, features: number, wavelength: number): tfjs.Tensor2D {
  const pairs = Math.ceil(features / 2);
  const exponents = tf.mul(tf.range(0, pairs), (-2 / features) * Math.log(wavelength));
  const angles = tf.mul(tf.reshape(tf.range(0, time), [time, 1]), tf.exp(exponents));
  const both = tf.reshape(tf.stack([tf.sin(angles), tf.cos(angles)], 2), [time, 2 * pairs]) as tfjs.Tensor2D;
  return 2 * pairs === features ? both : tf.slice(both, [0, 0], [time, features]);
}

export const positionalEmbedding = defineLayer({
  type: 'positionalEmbedding',
  summary: 'Adds to each time step a vector that depends on its position.',
  shapes: '[time, features] → the same',
  example: '{type: positionalEmbedding}',
  args,
  outputShape({kind, maxWavelength}, inputShape) {
    if (kind === 'learned' && maxWavelength !== undefined) {
      throw new ShapeProblem('has a maxWavelength, which learned vectors do not use', {
        field: 'maxWavelength',
        hint: 'remove maxWavelength, or use kind: sinusoidal',
      });
    }
    requireSequence(inputShape);
    return inputShape;
  },
  weights: weightsOf,
  mask: () => keptMask,
  build(given, context) {
    const {core} = context.tf;
    const [time, features] = requireSequence(context.inputShape);
    const isLearned = given.kind === 'learned';
    const maxWavelength = given.maxWavelength ?? defaultWavelength;
    return createFunctionLayer(context, {
      className: isLearned ? 'PositionEmbedding' : 'SinePositionEncoding',
      config: isLearned ? {sequenceLength: time, ...weightConfig(context, 'embeddings')} : {maxWavelength},
      outputShape: context.inputShape,
      weights: weightsOf(given, context.inputShape),
      call: (x, weight) =>
        core.add(x, isLearned ? weight('embeddings') : sinusoids(core, time, features, maxWavelength)),
    });
  },
});
