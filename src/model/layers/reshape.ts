import {Type} from '@sinclair/typebox';
import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';

/** The target with its -1 filled in. @throws ShapeProblem */
function resolve(target: Shape, inputShape: Shape): Shape {
  const field = 'targetShape';
  const total = sizeOf(inputShape);
  const known = sizeOf(target.filter((size) => size !== -1));
  const unknown = target.filter((size) => size === -1).length;
  if (unknown > 1) {
    throw new ShapeProblem(
      `has ${unknown} sizes of -1 in targetShape ${formatShape(target)}; only one can be computed`,
      {
        field,
        hint: 'write all sizes but one as numbers',
      },
    );
  }
  if (unknown === 1 ? total % known !== 0 : total !== known) {
    const wanted = unknown === 1 ? `a multiple of ${known}` : `${known} values`;
    throw new ShapeProblem(
      `cannot turn ${formatShape(inputShape)}, ${total} values, into ${formatShape(target)}, ${wanted}`,
      {field, hint: `choose sizes whose product is ${total}`},
    );
  }
  return target.map((size) => (size === -1 ? total / known : size));
}

const size = Type.Unsafe<number>({
  anyOf: [Type.Integer({minimum: 1}), Type.Literal(-1)],
  'x-expected': 'a whole number of at least 1, or -1',
});

export const reshape = defineLayer({
  type: 'reshape',
  summary: 'The same values in another shape, last axis fastest.',
  shapes: '[...] → targetShape',
  example: '{type: reshape, targetShape: [28, 28, 1]}',
  args: Type.Object({
    targetShape: Type.Array(size, {
      minItems: 1,
      description: 'Sizes without the batch axis; one of them may be -1 and is computed.',
    }),
  }),
  outputShape: ({targetShape}, inputShape) => resolve(targetShape, inputShape),
  weights: () => [],
  build: ({targetShape}, {tf, name, inputShape}) =>
    tf.layers.layers.reshape({name, targetShape: [...resolve(targetShape, inputShape)]}),
});
