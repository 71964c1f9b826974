import {Type} from '@sinclair/typebox';
import {formatShape, type Shape} from '../../support/tensor.js';
import {defineLayer, type InputShapes} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';
import {axisOf} from './merge-shapes.js';

type Axes = number | readonly [number, number];

/** The axis of each input that is summed over, counted from 0 without the batch. @throws ShapeProblem */
function axesOf(axes: Axes, [first, second]: InputShapes): [number, number] {
  const pair = typeof axes === 'number' ? [axes, axes] : axes;
  return [axisOf(pair[0]!, first, 'axes'), axisOf(pair[1]!, second!, 'axes')];
}

function dotShape(axes: Axes, ...shapes: InputShapes): Shape {
  const [first, second] = shapes as [Shape, Shape];
  for (const shape of [first, second]) {
    if (shape.length === 1 || shape.length === 2) continue;
    throw new ShapeProblem(`wants vectors or matrices; it gets ${formatShape(shape)}`, {
      field: 'inputs',
      hint: 'reshape its inputs to one or two axes',
    });
  }
  const [left, right] = axesOf(axes, shapes);
  if (first[left] !== second[right]) {
    const sizes = `${first[left]} values in axis ${left} of ${formatShape(first)}, ${second[right]} in axis ${right} of ${formatShape(second)}`;
    throw new ShapeProblem(`multiplies ${sizes}, which do not pair up`, {
      field: 'axes',
      hint: 'choose axes of one size: `axes: [first, second]`',
    });
  }
  const rest = [...first.toSpliced(left, 1), ...second.toSpliced(right, 1)];
  return rest.length === 0 ? [1] : rest;
}

const axis = Type.Integer();

export const dot = defineLayer({
  type: 'dot',
  summary: 'Scalar products of two inputs along an axis of each: how alike they are.',
  shapes: '[a, n], [b, n] → [a, b], and [n], [n] → [1]',
  example: '{type: dot, inputs: [left, right], normalize: true}',
  args: Type.Object({
    axes: Type.Unsafe<Axes>({
      anyOf: [axis, Type.Tuple([axis, axis])],
      default: -1,
      'x-expected': 'a whole number, or two of them: [first, second]',
      description:
        'The axis summed over, of both inputs or [first, second]: 0 is the first, -1 the last; the batch does not count.',
    }),
    normalize: Type.Boolean({
      default: false,
      description: 'Whether vectors are scaled to length 1 first, which makes the product their cosine, in [-1, 1].',
    }),
  }),
  arity: {min: 2, max: 2},
  outputShape: ({axes}, ...inputShapes) => dotShape(axes, ...inputShapes),
  weights: () => [],
  mask: () => undefined,
  build({axes, normalize}, {tf, name, inputShapes}) {
    // TensorFlow.js counts the batch.
    const [left, right] = axesOf(axes, inputShapes);
    return tf.layers.layers.dot({name, axes: [left + 1, right + 1], normalize});
  },
});
