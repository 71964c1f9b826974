import {Type} from '@sinclair/typebox';
import type {Tensor} from '@tensorflow/tfjs-core';
import {formatShape} from '../../../support/tensor.js';
import {defineLayer, type LayerWeight} from '../../layer.js';
import {keptMask} from '../../masks.js';
import {ShapeProblem} from '../../shape-problem.js';
import {createFunctionLayer} from '../function-layer.js';
import {keepMaskOf} from '../own-layer.js';
import {attend} from './attend.js';
import {attentionArity, attentionShapes, masksOf, rolesOf} from './attention-shapes.js';

const scaleOf = (useScale: boolean): readonly LayerWeight[] =>
  useScale ? [{name: 'scale', role: 'scale', shape: [], trainable: true, initializer: {type: 'ones'}}] : [];

/** Keras's Attention with dot scores, which are not divided by the square root of their size. */
export const attention = defineLayer({
  type: 'attention',
  summary:
    'Attention without projections (Luong et al. 2015): each query takes a mean of the values, weighted by its scalar products with the keys. Inputs: query, value, key; the later ones default to the earlier.',
  shapes: 'query [time, features], value [others, width], key [others, features] → [time, width]',
  example: '{type: attention, useScale: true}',
  args: Type.Object({
    useScale: Type.Boolean({default: false, description: 'Whether a learned factor, 1 at first, is on the products.'}),
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
        `multiplies queries by keys, which differ in size; it gets ${formatShape(query)} and ${formatShape(key)}`,
        {field: 'inputs', hint: 'bring both to one number of features with a dense layer'},
      );
    }
    return [query[0], value[1]];
  },
  weights: ({useScale}) => scaleOf(useScale),
  mask: () => keptMask,
  build({useScale, causal, dropout}, context) {
    const {core} = context.tf;
    const {query, value} = attentionShapes(...context.inputShapes);
    return createFunctionLayer(context, {
      className: 'Attention',
      config: {useScale, scoreMode: 'dot', dropout, useCausalMask: causal},
      outputShape: [query[0], value[1]],
      weights: scaleOf(useScale),
      call(_query, weight, step, inputs) {
        const given = rolesOf(inputs as [Tensor, ...Tensor[]]);
        const masks = masksOf(step, inputs.length);
        const mixed = attend(core, {
          ...given,
          mask: masks.value && core.expandDims(masks.value, 1),
          query: useScale ? core.mul(given.query, weight('scale')) : given.query,
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
