import {Type} from '@sinclair/typebox';
import {defineAugment, fill, probability} from './definition.js';

/** Mirror images. */
export const flip = defineAugment({
  type: 'flip',
  summary: 'Mirrors the picture: left and right, or top and bottom, change places.',
  args: Type.Object({
    direction: Type.Union([Type.Literal('horizontal'), Type.Literal('vertical')], {
      default: 'horizontal',
      description: 'horizontal: left and right change places; vertical: top and bottom.',
    }),
    probability: probability(0.5),
  }),
  needsImages: true,
  compile({direction}, [height, width, channels]) {
    const [h, w, depth] = [height!, width!, channels!];
    return (example, _, scratch) => {
      scratch.set(example);
      for (let y = 0, at = 0; y < h; y++) {
        const row = direction === 'vertical' ? h - 1 - y : y;
        for (let x = 0; x < w; x++) {
          const from = (row * w + (direction === 'vertical' ? x : w - 1 - x)) * depth;
          for (let c = 0; c < depth; c++) example[at++] = scratch[from + c]!;
        }
      }
    };
  },
});

/** Padding and a random crop of the old size: a move by whole pixels, which blurs nothing. */
export const padCrop = defineAugment({
  type: 'padCrop',
  summary: 'Pads the picture and cuts its old size out at random, so that it moves by whole pixels; usual for CIFAR.',
  args: Type.Object({
    pixels: Type.Integer({default: 4, minimum: 1, description: 'Padding on each side, and so the largest move.'}),
    fill,
    probability: probability(1),
  }),
  needsImages: true,
  check: ({pixels}, [height, width]) =>
    pixels >= Math.min(height!, width!)
      ? {key: 'pixels', message: `is ${pixels}; pictures of ${height} × ${width} pixels may move out of sight`}
      : undefined,
  compile({pixels, fill}, [height, width, channels]) {
    const [h, w, depth] = [height!, width!, channels!];
    return (example, rng, scratch) => {
      const down = rng.below(2 * pixels + 1) - pixels;
      const right = rng.below(2 * pixels + 1) - pixels;
      scratch.set(example);
      const inside = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
      for (let y = 0, at = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const [row, column] = [inside(y - down, h), inside(x - right, w)];
          const isOutside = row !== y - down || column !== x - right;
          const from = (row * w + column) * depth;
          for (let c = 0; c < depth; c++) example[at++] = isOutside && fill === 'zeros' ? 0 : scratch[from + c]!;
        }
      }
    };
  },
});

/** A blank square: DeVries and Taylor 2017, "Improved Regularization of Convolutional Neural Networks with Cutout". */
export const cutout = defineAugment({
  type: 'cutout',
  summary: 'Blanks a square at a random place; its centre is in the picture, its sides may stick out.',
  args: Type.Object({
    size: Type.Integer({minimum: 1, examples: [8], description: 'Side of the square, in pixels.'}),
    value: Type.Number({default: 0, description: 'What it is filled with, in the units of the source.'}),
    probability: probability(1),
  }),
  needsImages: true,
  compile({size, value}, [height, width, channels]) {
    const [h, w, depth] = [height!, width!, channels!];
    return (example, rng) => {
      const top = rng.below(h) - Math.floor(size / 2);
      const left = rng.below(w) - Math.floor(size / 2);
      const [start, end] = [Math.max(left, 0), Math.min(left + size, w)];
      for (let y = Math.max(top, 0); y < Math.min(top + size, h); y++) {
        example.fill(value, (y * w + start) * depth, (y * w + end) * depth);
      }
    };
  },
});
