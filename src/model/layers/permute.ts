import {Type} from '@sinclair/typebox';
import {formatShape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';

export const permute = defineLayer({
  type: 'permute',
  summary: 'The axes of each example in another order.',
  shapes: '[a, b, c] → [c, a, b] for dims: [3, 1, 2]',
  example: '{type: permute, dims: [2, 1]}',
  args: Type.Object({
    dims: Type.Array(Type.Integer({minimum: 1}), {
      minItems: 1,
      description:
        'For each axis of the output, the number of the input axis, counted from 1; the batch is not counted.',
    }),
  }),
  outputShape({dims}, inputShape) {
    const isPermutation = dims.toSorted((a, b) => a - b).every((axis, index) => axis === index + 1);
    if (dims.length !== inputShape.length || !isPermutation) {
      const axes = inputShape.map((_, axis) => axis + 1);
      throw new ShapeProblem(`has dims ${formatShape(dims)} for an input with the axes ${formatShape(axes)}`, {
        field: 'dims',
        hint: `name each of ${axes.join(', ')} once`,
      });
    }
    return dims.map((axis) => inputShape[axis - 1]!);
  },
  weights: () => [],
  build: ({dims}, {tf, name}) => tf.layers.layers.permute({name, dims: [...dims]}),
});
