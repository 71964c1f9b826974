import {type Shape, sizeOf} from '../../support/tensor.js';

/** How many inputs one unit sums over, and how many units one input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Keras's compute_fans: the last two axes are (in, out), the axes before them the receptive field. A vector of n has n and n. */
export function fansOf(shape: Shape): Fans {
  if (shape.length < 2) return {fanIn: sizeOf(shape), fanOut: sizeOf(shape)};
  const receptiveField = sizeOf(shape.slice(0, -2));
  return {fanIn: receptiveField * shape.at(-2)!, fanOut: receptiveField * shape.at(-1)!};
}
