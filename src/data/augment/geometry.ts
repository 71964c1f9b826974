import {Type} from '@sinclair/typebox';
import {between, defineAugment, fill, probability} from './definition.js';
import {aboutCentre, warp} from './warp.js';

/** A random turn. */
export const rotate = defineAugment({
  type: 'rotate',
  summary: 'Turns the picture about its centre by a random angle, to either side.',
  args: Type.Object({
    degrees: Type.Number({
      exclusiveMinimum: 0,
      maximum: 180,
      examples: [15],
      description: 'Largest angle, in degrees.',
    }),
    fill,
    probability: probability(1),
  }),
  needsImages: true,
  compile:
    ({degrees, fill}, shape) =>
    (example, rng, scratch) => {
      const radians = (between(rng, -degrees, degrees) * Math.PI) / 180;
      warp(example, scratch, shape, aboutCentre(shape, {radians}), fill);
    },
});

/** A random move. */
export const translate = defineAugment({
  type: 'translate',
  summary: 'Moves the picture by a random part of its height and width, to any side; not only by whole pixels.',
  args: Type.Object({
    height: Type.Number({
      default: 0,
      examples: [0.1],
      minimum: 0,
      maximum: 1,
      description: 'Largest move up or down, part of the height.',
    }),
    width: Type.Number({
      default: 0,
      examples: [0.1],
      minimum: 0,
      maximum: 1,
      description: 'Largest move to a side, part of the width.',
    }),
    fill,
    probability: probability(1),
  }),
  needsImages: true,
  check: ({height, width}) =>
    height === 0 && width === 0 ? {key: 'height', message: 'and width are both 0: nothing would move'} : undefined,
  compile:
    ({height, width, fill}, shape) =>
    (example, rng, scratch) => {
      const dy = between(rng, -height, height) * shape[0]!;
      const dx = between(rng, -width, width) * shape[1]!;
      warp(example, scratch, shape, aboutCentre(shape, {dx, dy}), fill);
    },
});

/** A random enlargement. */
export const zoom = defineAugment({
  type: 'zoom',
  summary: 'Enlarges or shrinks the picture about its centre by a random factor; its frame stays.',
  args: Type.Object({
    min: Type.Number({default: 0.9, exclusiveMinimum: 0, description: 'Smallest factor; below 1 shrinks.'}),
    max: Type.Number({default: 1.1, exclusiveMinimum: 0, description: 'Largest factor; above 1 enlarges.'}),
    fill,
    probability: probability(1),
  }),
  needsImages: true,
  check: ({min, max}) => (min > max ? {key: 'min', message: `is ${min}, larger than max, ${max}`} : undefined),
  compile:
    ({min, max, fill}, shape) =>
    (example, rng, scratch) => {
      warp(example, scratch, shape, aboutCentre(shape, {scale: between(rng, min, max)}), fill);
    },
});

/** A random window, brought back to the size of the picture. */
export const crop = defineAugment({
  type: 'crop',
  summary: 'Cuts a random window of the same proportions out of the picture and enlarges it to the full size.',
  args: Type.Object({
    minArea: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Smallest window, part of the area; the area is uniform between this and 1.',
    }),
    probability: probability(1),
  }),
  needsImages: true,
  compile:
    ({minArea}, shape) =>
    (example, rng, scratch) => {
      const side = Math.sqrt(between(rng, minArea, 1));
      const [dx, dy] = [0, 1].map(() => between(rng, -1, 1) * (1 - side));
      const {xx, xy, yx, yy, ...centred} = aboutCentre(shape, {scale: 1 / side});
      const x0 = centred.x0 + (dx! * shape[1]!) / 2;
      const y0 = centred.y0 + (dy! * shape[0]!) / 2;
      warp(example, scratch, shape, {xx, xy, x0, yx, yy, y0}, 'edge');
    },
});
