import type {Tensor} from '@tensorflow/tfjs-core';
import {sizeOf} from '../../../support/tensor.js';
import type {BuildContext, LayerWeight, TfLayer} from '../../layer.js';
import {createFunctionLayer, weightConfig} from '../function-layer.js';
import {keepMaskOf} from '../own-layer.js';
import {attend} from './attend.js';
import {masksOf, rolesOf} from './attention-shapes.js';

/** What the arithmetic needs of the layer's arguments. */
export interface AttentionOptions {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim?: number;
  readonly causal: boolean;
  readonly dropout: number;
  readonly useBias: boolean;
}

/**
 * softmax(Q · Kᵀ / √keyDim) · V for every head, then the output projection over all heads (Vaswani et al. 2017, section 3.2).
 * Stock TensorFlow.js has no such layer; saved models name Keras's.
 */
export function createMultiHeadAttention(
  context: BuildContext,
  args: AttentionOptions,
  weights: readonly LayerWeight[],
): TfLayer {
  const {core} = context.tf;
  const {numHeads, keyDim, valueDim = keyDim, useBias} = args;
  return createFunctionLayer(context, {
    className: 'MultiHeadAttention',
    config: {
      numHeads,
      keyDim,
      valueDim,
      dropout: args.dropout,
      useBias,
      useCausalMask: args.causal,
      ...weightConfig(context, 'query/kernel', 'kernel'),
      ...(useBias ? weightConfig(context, 'query/bias', 'bias') : {}),
    },
    outputShape: context.inputShape,
    weights,
    call(_query, weight, step, inputs) {
      const {query, key, value} = rolesOf(inputs as [Tensor, ...Tensor[]]);
      /** rows · kernel + bias, whatever axes the kernel's inputs and outputs are made of. */
      const project = (rows: Tensor, name: string, outputs: number): Tensor => {
        const kernel = weight(`${name}/kernel`);
        const product = core.matMul(rows, core.reshape(kernel, [sizeOf(kernel.shape) / outputs, outputs]));
        return useBias ? core.add(product, core.reshape(weight(`${name}/bias`), [outputs])) : product;
      };
      /** [batch, heads, time, size] */
      const heads = (x: Tensor, name: string, size: number): Tensor => {
        const [batch, time, features] = x.shape as [number, number, number];
        const rows = project(core.reshape(x, [batch * time, features]), name, numHeads * size);
        return core.transpose(core.reshape(rows, [batch, time, numHeads, size]), [0, 2, 1, 3]);
      };
      const masks = masksOf(step, inputs.length);
      /** Keras's: a step sees those that count, and one that does not count sees nothing: all of them alike. */
      const seen = [
        ...[masks.query].map((mask) => mask && core.reshape(mask, [mask.shape[0]!, 1, mask.shape[1]!, 1])),
        ...[masks.value, masks.key === masks.value ? undefined : masks.key].map(
          (mask) => mask && core.reshape(mask, [mask.shape[0]!, 1, 1, mask.shape[1]!]),
        ),
      ].reduce((all, mask) => (all && mask ? core.mul(all, mask) : (all ?? mask)));
      const mixed = attend(core, {
        mask: seen,
        scores: core.matMul(
          core.mul(heads(query, 'query', keyDim), 1 / Math.sqrt(keyDim)),
          heads(key, 'key', keyDim),
          false,
          true,
        ),
        value: heads(value, 'value', valueDim),
        isCausal: args.causal,
        drop(weights) {
          const mask = keepMaskOf(step, context.name, args.dropout, weights.shape);
          return mask ? core.mul(weights, mask) : weights;
        },
      });
      const [batch, time, features] = query.shape as [number, number, number];
      const joined = core.reshape(core.transpose(mixed, [0, 2, 1, 3]), [batch * time, numHeads * valueDim]);
      return core.reshape(project(joined, 'attention_output', features), [batch, time, features]);
    },
  });
}
