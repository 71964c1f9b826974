import type {Shape} from '../../support/tensor.js';
import type {Fill} from './definition.js';

/**
 * Where a pixel of the new picture comes from in the old one, both counted from the top left pixel's centre:
 * column = xx x + xy y + x0, row = yx x + yy y + y0.
 */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** A turn by `radians` (counterclockwise as seen) and an enlargement by `scale` about the centre, then a move by dx, dy pixels. */
export function aboutCentre(
  [height, width]: Shape,
  {radians = 0, scale = 1, dx = 0, dy = 0}: {radians?: number; scale?: number; dx?: number; dy?: number},
): Affine {
  const [cos, sin] = [Math.cos(radians) / scale, Math.sin(radians) / scale];
  const [centreX, centreY] = [(width! - 1) / 2, (height! - 1) / 2];
  // Rows count downwards, so a counterclockwise turn looks clockwise in these coordinates; this is its inverse.
  const [xx, xy, yx, yy] = [cos, -sin, sin, cos];
  const [fromX, fromY] = [centreX + dx, centreY + dy];
  return {xx, xy, x0: centreX - xx * fromX - xy * fromY, yx, yy, y0: centreY - yx * fromX - yy * fromY};
}

/**
 * Redraws a picture with bilinear interpolation, as PyTorch's grid_sample does with padding_mode zeros or border.
 * @param example [height, width, channels], changed in place @param scratch as many values
 */
export function warp(
  example: Float32Array,
  scratch: Float32Array,
  [height, width, channels]: Shape,
  {xx, xy, x0, yx, yy, y0}: Affine,
  fill: Fill,
): void {
  const [h, w, depth] = [height!, width!, channels!];
  scratch.set(example);
  const rowSize = w * depth;
  let at = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at += depth) {
      let fromX = xx * x + xy * y + x0;
      let fromY = yx * x + yy * y + y0;
      if (fill === 'edge') {
        fromX = Math.min(Math.max(fromX, 0), w - 1);
        fromY = Math.min(Math.max(fromY, 0), h - 1);
      }
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, bottom] = [fromX - left, fromY - top];
      // Weights of the four neighbours; those outside the picture count as zeros.
      const [hasLeft, hasRight] = [left >= 0 && left < w, left >= -1 && left < w - 1];
      const [hasTop, hasBottom] = [top >= 0 && top < h, top >= -1 && top < h - 1];
      const topLeft = hasTop && hasLeft ? (1 - bottom) * (1 - right) : 0;
      const topRight = hasTop && hasRight ? (1 - bottom) * right : 0;
      const bottomLeft = hasBottom && hasLeft ? bottom * (1 - right) : 0;
      const bottomRight = hasBottom && hasRight ? bottom * right : 0;
      const from = top * rowSize + left * depth;
      for (let c = 0; c < depth; c++) {
        let value = 0;
        if (topLeft !== 0) value += topLeft * scratch[from + c]!;
        if (topRight !== 0) value += topRight * scratch[from + depth + c]!;
        if (bottomLeft !== 0) value += bottomLeft * scratch[from + rowSize + c]!;
        if (bottomRight !== 0) value += bottomRight * scratch[from + rowSize + depth + c]!;
        example[at + c] = value;
      }
    }
  }
}
