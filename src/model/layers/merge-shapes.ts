import {formatShape, type Shape} from '../../support/tensor.js';
import type {InputShapes} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';

/** `[4, 4, 8] and [4, 8]`, as messages list them. */
const listed = (shapes: readonly Shape[]): string =>
  `${shapes.slice(0, -1).map(formatShape).join(', ')} and ${formatShape(shapes.at(-1)!)}`;

/**
 * The shape of inputs combined value by value, where an axis of size 1 stands for as many equal values as the others have.
 * @throws ShapeProblem unless they have as many axes and each axis one size besides 1
 */
export function broadcastShape(...shapes: InputShapes): Shape {
  const [first] = shapes;
  if (shapes.some((shape) => shape.length !== first.length)) {
    throw new ShapeProblem(`wants inputs with as many axes each; it gets ${listed(shapes)}`, {
      field: 'inputs',
      hint: 'give them as many axes with a reshape layer: an axis of size 1 fits any size, such as [1, 1, channels]',
    });
  }
  return first.map((_, axis) => {
    const sizes = new Set(shapes.map((shape) => shape[axis]!));
    if (sizes.size > 1) sizes.delete(1);
    const [size, ...others] = sizes;
    if (others.length > 0) throw differing(shapes, 'wants inputs of one shape (an axis of size 1 fits any)');
    return size!;
  });
}

/** The shape all inputs have. @throws ShapeProblem when they differ */
export function commonShape(...shapes: InputShapes): Shape {
  const [first] = shapes;
  const isSame = shapes.every((shape) => shape.length === first.length && shape.every((size, i) => size === first[i]));
  if (isSame) return first;
  throw differing(shapes, 'wants inputs of one shape');
}

const differing = (shapes: readonly Shape[], wanted: string): ShapeProblem =>
  new ShapeProblem(`${wanted}; it gets ${listed(shapes)}`, {
    field: 'inputs',
    hint: 'give both branches the same strides and filters, or bring one to the other with a conv2d of kernelSize 1 or a dense layer',
  });

/** The shape of inputs put one behind the other along `axis`. @throws ShapeProblem when they differ in another axis */
export function concatenatedShape(axis: number, ...shapes: InputShapes): Shape {
  const [first] = shapes;
  const along = axisOf(axis, first, 'axis');
  const fits = shapes.every(
    (shape) => shape.length === first.length && shape.every((size, i) => i === along || size === first[i]),
  );
  if (!fits) {
    throw new ShapeProblem(`wants inputs that differ in axis ${along} only; it gets ${listed(shapes)}`, {
      field: 'inputs',
      hint: 'give them the same size in every other axis, or choose another `axis`',
    });
  }
  return first.with(
    along,
    shapes.reduce((sum, shape) => sum + shape[along]!, 0),
  );
}

/**
 * An axis counted from 0, or from the end where it is negative, as one counted from 0; the batch does not count.
 * @throws ShapeProblem when there is none
 */
export function axisOf(axis: number, shape: Shape, field: string): number {
  const found = axis < 0 ? axis + shape.length : axis;
  if (found >= 0 && found < shape.length) return found;
  const range =
    shape.length === 0
      ? 'single numbers have none'
      : shape.length === 1
        ? 'the only one is 0'
        : `they count from 0 to ${shape.length - 1}`;
  throw new ShapeProblem(`has no axis ${axis} in ${formatShape(shape)}: ${range}`, {
    field,
    hint: 'write -1 for the last axis; the batch does not count',
  });
}
