import {Type} from '@sinclair/typebox';
import {formatShape, type Shape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';
import {createFunctionLayer} from './function-layer.js';
import {type Dimensions, inputNames, requireSpatial} from './spatial.js';

type Side = number | readonly number[];
/** One number for all sides, one per axis, or [before, after] per axis; on a sequence, [before, after]. */
type Sides = number | readonly Side[];
type BeforeAfter = [before: number, after: number];

const count = Type.Integer({minimum: 0});
const beforeAfter = Type.Tuple([count, count]);

const counts = {2: 'two', 3: 'three'} as const;

/** Schema of what is added to or taken from each side. */
function sidesField(dimensions: Dimensions, verb: string, defaultValue: number) {
  const {unit, sizes} = inputNames[dimensions];
  const what = `Number of ${unit} to ${verb}`;
  if (dimensions === 1) {
    return Type.Unsafe<Sides>({
      anyOf: [count, beforeAfter],
      'x-expected': 'a whole number of at least 0, or two of them: [before, after]',
      default: defaultValue,
      description: `${what} at each end: one number, or [before, after].`,
    });
  }
  const side = Type.Union([count, beforeAfter]);
  const perAxis = Type.Tuple(Array<typeof side>(dimensions).fill(side));
  return Type.Unsafe<Sides>({
    anyOf: [count, perAxis],
    'x-expected': `a whole number of at least 0, or ${counts[dimensions]} of them: ${sizes}, where each may be [before, after]`,
    default: defaultValue,
    description: `${what} at each side: one number, or ${sizes}, where each may be [before, after].`,
  });
}

function sidesOf(value: Sides, dimensions: Dimensions): BeforeAfter[] {
  if (typeof value === 'number') return Array.from({length: dimensions}, () => [value, value]);
  if (dimensions === 1) return [[...value] as BeforeAfter];
  return value.map((side) => (typeof side === 'number' ? [side, side] : ([...side] as BeforeAfter)));
}

const shapesText = (dimensions: Dimensions, sign: string): string => {
  const axes = inputNames[dimensions].axes.slice(1, -1).split(', ').slice(0, -1);
  return `${inputNames[dimensions].axes} → [${axes.map((axis) => `${axis} ${sign}`).join(', ')}, channels]`;
};

/** Zeros around sequences, images and volumes. */
function defineZeroPadding<const Name extends string>(type: Name, dimensions: Dimensions) {
  const shapeOf = (padding: Sides, inputShape: Shape): Shape => {
    const {sizes, channels} = requireSpatial(inputShape, dimensions);
    const sides = sidesOf(padding, dimensions);
    return [...sizes.map((size, axis) => size + sides[axis]![0] + sides[axis]![1]), channels];
  };
  return defineLayer({
    type,
    summary: `Adds zeros around ${inputNames[dimensions].plural}.`,
    shapes: shapesText(dimensions, '+ before + after'),
    example: `{type: ${type}, padding: 1}`,
    args: Type.Object({padding: sidesField(dimensions, 'add', 1)}),
    outputShape: ({padding}, inputShape) => shapeOf(padding, inputShape),
    weights: () => [],
    build({padding}, context) {
      const sides = sidesOf(padding, dimensions);
      return createFunctionLayer(context, {
        className: `ZeroPadding${dimensions}D`,
        config: {padding: dimensions === 1 ? sides[0]! : sides, dataFormat: 'channelsLast'},
        outputShape: shapeOf(padding, context.inputShape),
        call: (x) => context.tf.core.pad(x, [[0, 0], ...sides, [0, 0]]),
      });
    },
  });
}

/** Borders taken off sequences, images and volumes. */
function defineCropping<const Name extends string>(type: Name, dimensions: Dimensions) {
  const shapeOf = (cropping: Sides, inputShape: Shape): Shape => {
    const {sizes, channels} = requireSpatial(inputShape, dimensions);
    const sides = sidesOf(cropping, dimensions);
    const left = sizes.map((size, axis) => size - sides[axis]![0] - sides[axis]![1]);
    if (left.some((size) => size < 1)) {
      const {plural} = inputNames[dimensions];
      throw new ShapeProblem(`takes away more than there is of the ${plural} it gets, ${formatShape(inputShape)}`, {
        field: 'cropping',
        hint: 'make cropping smaller',
      });
    }
    return [...left, channels];
  };
  return defineLayer({
    type,
    summary: `Takes the borders off ${inputNames[dimensions].plural}.`,
    shapes: shapesText(dimensions, '- before - after'),
    example: `{type: ${type}, cropping: 1}`,
    args: Type.Object({cropping: sidesField(dimensions, 'take away', dimensions === 2 ? 0 : 1)}),
    outputShape: ({cropping}, inputShape) => shapeOf(cropping, inputShape),
    weights: () => [],
    build({cropping}, context) {
      const sides = sidesOf(cropping, dimensions);
      const outputShape = shapeOf(cropping, context.inputShape);
      return createFunctionLayer(context, {
        className: `Cropping${dimensions}D`,
        config: {cropping: dimensions === 1 ? sides[0]! : sides, dataFormat: 'channelsLast'},
        outputShape,
        call: (x) =>
          context.tf.core.slice(x, [0, ...sides.map(([before]) => before), 0], [x.shape[0]!, ...outputShape]),
      });
    },
  });
}

export const zeroPadding1d = defineZeroPadding('zeroPadding1d', 1);
export const zeroPadding2d = defineZeroPadding('zeroPadding2d', 2);
export const zeroPadding3d = defineZeroPadding('zeroPadding3d', 3);
export const cropping1d = defineCropping('cropping1d', 1);
export const cropping2d = defineCropping('cropping2d', 2);
export const cropping3d = defineCropping('cropping3d', 3);
