import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {defineLayer, type InputShapes, type TfLayer, type TfNamespaces} from '../layer.js';
import {broadcastShape, commonShape} from './merge-shapes.js';
import {createSubtract} from './subtract-layer.js';

type StockMerge = 'add' | 'multiply' | 'average' | 'maximum' | 'minimum';

/** Layers that combine several inputs value by value. They take no arguments but `inputs`. */
function defineMerge<const Name extends StockMerge | 'subtract'>(
  type: Name,
  summary: string,
  outputShape: (...shapes: InputShapes) => Shape,
  build: (tf: TfNamespaces, name: string) => TfLayer,
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
    build: (_args, {tf, name}) => build(tf, name),
  });
}

const stock =
  (type: StockMerge) =>
  ({layers}: TfNamespaces, name: string): TfLayer =>
    layers.layers[type]({name});

export const add = defineMerge(
  'add',
  'The sum of its inputs: the end of a residual block.',
  broadcastShape,
  stock('add'),
);

export const subtract = defineMerge('subtract', 'The first input minus the second.', broadcastShape, createSubtract);

export const multiply = defineMerge(
  'multiply',
  'The product of its inputs, value by value: a gate.',
  broadcastShape,
  stock('multiply'),
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
