import {type TBoolean, Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {serialization, Tensor} from '@tensorflow/tfjs-core';
import {formatShape} from '../../../support/tensor.js';
import {defineLayer, type InputShapes, type LayerWeight} from '../../layer.js';
import {keptMask} from '../../masks.js';
import {ShapeProblem} from '../../shape-problem.js';
import {createFunctionLayer} from '../function-layer.js';
import {keepMaskOf} from '../own-layer.js';
import {attend} from './attend.js';
import {attentionArity, attentionShapes, masksOf, rolesOf} from './attention-shapes.js';

/** What tells the two kinds of attention without projections apart. */
interface AttentionKind {
  readonly className: string;
  readonly config: serialization.ConfigDict;
  /** The learned factor, which is on a score or on each feature. @param features of queries and keys */
  readonly scale: (features: number) => LayerWeight;
  /** @returns [batch, to, from] of queries [batch, to, features] and keys [batch, from, features] */
  readonly scores: (tf: typeof tfjs, query: Tensor, key: Tensor, scale: Tensor | undefined) => Tensor;
}

function defineAttention<const Name extends string>(
  type: Name,
  texts: {readonly summary: string; readonly example: string; readonly useScale: TBoolean},
  kind: AttentionKind,
) {
  const scaleOf = (useScale: boolean, inputShapes: InputShapes): readonly LayerWeight[] =>
    useScale ? [kind.scale(attentionShapes(...inputShapes).query[1])] : [];
  return defineLayer({
    type,
    summary: texts.summary,
    shapes: 'query [time, features], value [others, width], key [others, features] → [time, width]',
    example: texts.example,
    args: Type.Object({
      useScale: texts.useScale,
      causal: Type.Boolean({
        default: false,
        description: 'Whether a time step sees only itself and the ones before it.',
      }),
      dropout: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'In training, share of the attention weights that is dropped. In [0, 1).',
      }),
    }),
    arity: attentionArity,
    outputShape(_args, ...inputShapes) {
      const {query, key, value} = attentionShapes(...inputShapes);
      if (query[1] !== key[1]) {
        throw new ShapeProblem(
          `compares queries with keys, which differ in size; it gets ${formatShape(query)} and ${formatShape(key)}`,
          {field: 'inputs', hint: 'bring both to one number of features with a dense layer'},
        );
      }
      return [query[0], value[1]];
    },
    weights: ({useScale}, ...inputShapes) => scaleOf(useScale, inputShapes),
    mask: () => keptMask,
    build({useScale, causal, dropout}, context) {
      const {core} = context.tf;
      const {query, value} = attentionShapes(...context.inputShapes);
      return createFunctionLayer(context, {
        className: kind.className,
        config: {useScale, ...kind.config, dropout, useCausalMask: causal},
        outputShape: [query[0], value[1]],
        weights: scaleOf(useScale, context.inputShapes),
        call(_query, weight, step, inputs) {
          const given = rolesOf(inputs as [Tensor, ...Tensor[]]);
          const masks = masksOf(step, inputs.length);
          const mixed = attend(core, {
            scores: kind.scores(core, given.query, given.key, useScale ? weight('scale') : undefined),
            value: given.value,
            mask: masks.value && core.expandDims(masks.value, 1),
            isCausal: causal,
            drop(weights) {
              const mask = keepMaskOf(step, context.name, dropout, weights.shape);
              return mask ? core.mul(weights, mask) : weights;
            },
          });
          return masks.query ? core.mul(mixed, core.expandDims(masks.query, -1)) : mixed;
        },
      });
    },
  });
}

/** Keras's Attention with dot scores, which are not divided by the square root of their size. */
export const attention = defineAttention(
  'attention',
  {
    summary:
      'Attention without projections (Luong et al. 2015): each query takes a mean of the values, weighted by its scalar products with the keys. Inputs: query, value, key; the later ones default to the earlier.',
    example: '{type: attention, useScale: true}',
    useScale: Type.Boolean({default: false, description: 'Whether a learned factor, 1 at first, is on the products.'}),
  },
  {
    className: 'Attention',
    config: {scoreMode: 'dot'},
    scale: () => ({name: 'scale', role: 'scale', shape: [], trainable: true, initializer: {type: 'ones'}}),
    scores: (tf, query, key, scale) => tf.matMul(scale ? tf.mul(query, scale) : query, key, false, true),
  },
);

/** Keras's AdditiveAttention; projections of queries and keys, which the paper has, are dense layers before it. */
export const additiveAttention = defineAttention(
  'additiveAttention',
  {
    summary:
      'Attention by sums (Bahdanau et al. 2015): each query takes a mean of the values, weighted by the sum over features of tanh(query + key). Inputs: query, value, key; the later ones default to the earlier.',
    example: '{type: additiveAttention}',
    useScale: Type.Boolean({default: true, description: 'Whether a learned factor is on each feature of the sum.'}),
  },
  {
    className: 'AdditiveAttention',
    config: {},
    scale: (features) => ({
      name: 'scale',
      shape: [features],
      trainable: true,
      initializer: {type: 'glorotUniform'},
    }),
    scores(tf, query, key, scale) {
      const sums = tf.tanh(tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1)));
      return tf.sum(scale ? tf.mul(sums, scale) : sums, -1);
    },
  },
);
