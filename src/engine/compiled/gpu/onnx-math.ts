import type {WeightMath} from '../../../training/optimizers/rule.js';
import type {GraphBuilder} from '../onnx/builder.js';

/** Numbers summed one after another at most, so that rounding stays small and many threads of a device have work. */
const rowLength = 1024;

/** A rule as ONNX nodes; a value is the name of a tensor [matrices, rows, columns], or of one that spreads over such. */
export function onnxMath(builder: GraphBuilder, [, rows, columns]: readonly number[]): WeightMath<string> {
  const binary =
    (op: string) =>
    (a: string, b: string): string =>
      builder.node(op, [a, b]);
  const mean =
    (axes: readonly number[]) =>
    (a: string): string =>
      builder.node('ReduceMean', [a, builder.integers(axes)], {keepdims: 1});
  return {
    constant: (value) => builder.constant('float32', [value], [1]),
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    max: binary('Max'),
    min: binary('Min'),
    abs: (a) => builder.node('Abs', [a]),
    sqrt: (a) => builder.node('Sqrt', [a]),
    // One axis after the other: rows of equal length, so it is the same number.
    mean: (a) => [2, 1, 0].reduce((name, axis) => mean([axis])(name), a),
    meanOfRows: columns === 1 ? (a) => a : mean([2]),
    meanOfColumns: rows === 1 ? (a) => a : mean([1]),
  };
}

/** Σ value² of a vector, as a vector of one. */
export function sumOfSquares(builder: GraphBuilder, name: string, length: number): string {
  const whole = (of: string): string => builder.node('ReduceSumSquare', [of, builder.integers([0])], {keepdims: 1});
  const numRows = Math.floor(length / rowLength);
  if (numRows < 2) return whole(name);
  const [main, rest] = builder.split(
    name,
    0,
    [numRows * rowLength, length % rowLength].filter((size) => size > 0),
  ) as [string, string?];
  const matrix = builder.node('Reshape', [main, builder.integers([numRows, rowLength])]);
  const squares = builder.node('ReduceSumSquare', [matrix, builder.integers([1])], {keepdims: 0});
  const sum = builder.node('ReduceSum', [squares, builder.integers([0])], {keepdims: 1});
  return rest === undefined ? sum : builder.node('Add', [sum, whole(rest)]);
}
