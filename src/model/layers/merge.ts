import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {type BuildContext, defineLayer, type InputShapes, type TfLayer} from '../layer.js';
import {alignedMask, mergedMask} from '../masks.js';
import {createFunctionLayer} from './function-layer.js';
import {broadcastShape, commonShape} from './merge-shapes.js';
import {createSubtract} from './subtract-layer.js';

type StockMerge = 'add' | 'average' | 'maximum' | 'minimum';

/** Layers that combine several inputs value by value. They take no arguments but `inputs`. */
function defineMerge<const Name extends StockMerge | 'multiply' | 'subtract'>(
  type: Name,
  summary: string,
  outputShape: (...shapes: InputShapes) => Shape,
  build: (context: BuildContext) => TfLayer,
) {
  return defineLayer({
    type,
    summary,
    shapes:
      outputShape === commonShape ? '[...], [...] → the same' : '[...], [...] → the same; an axis of 1 fits any size',
    example: `{type: ${type}, inputs: [left, right]}`,
    args: Type.Object({}),
    arity: {min: 2, max: type === 'subtract' ? 2 : Number.POSITIVE_INFINITY},
    outputShape: (_args, ...inputShapes) => outputShape(...inputShapes),
    weights: () => [],
    mask: () => mergedMask,
    build: (_args, context) => build(context),
  });
}

const stock =
  (type: StockMerge) =>
  ({tf, name}: BuildContext): TfLayer =>
    tf.layers.layers[type]({name});

export const add = defineMerge(
  'add',
  'The sum of its inputs: the end of a residual block.',
  broadcastShape,
  stock('add'),
);

export const subtract = defineMerge('subtract', 'The first input minus the second.', broadcastShape, ({tf, name}) =>
  createSubtract(tf, name),
);

/** The product as Keras takes it: a step that does not count changes nothing in the others, and is 0 where it counts in none. */
function createMultiply(context: BuildContext): TfLayer {
  const {core} = context.tf;
  return createFunctionLayer(context, {
    className: 'Multiply',
    outputShape: broadcastShape(...context.inputShapes),
    call(_first, _weight, {masks = []}, inputs) {
      const aligned = masks.map((mask, i) => mask && alignedMask(core, mask, inputs[i]!.rank));
      const product = inputs
        .map((x, i) => {
          const mask = aligned[i];
          return mask ? core.add(core.mul(x, mask), core.sub(1, mask)) : x;
        })
        .reduce((left, right) => core.mul(left, right));
      const isMasked = aligned.length > 0 && aligned.every(Boolean);
      return isMasked ? core.mul(product, mergedMask.of(core, inputs, aligned)!) : product;
    },
  });
}

export const multiply = defineMerge(
  'multiply',
  'The product of its inputs, value by value: a gate.',
  broadcastShape,
  createMultiply,
);

export const average = defineMerge(
  'average',
  'The mean of its inputs, value by value.',
  broadcastShape,
  stock('average'),
);

// No size-1 axes for these two: TensorFlow.js's gradient of a broadcast maximum has the wrong shape.
export const maximum = defineMerge(
  'maximum',
  'The largest of its inputs, value by value.',
  commonShape,
  stock('maximum'),
);

export const minimum = defineMerge(
  'minimum',
  'The smallest of its inputs, value by value.',
  commonShape,
  stock('minimum'),
);
