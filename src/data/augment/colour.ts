import {Type} from '@sinclair/typebox';
import {formatShape, type Shape} from '../../support/tensor.js';
import {between, defineAugment, probability} from './definition.js';

/** Parts of red, green and blue in the brightness of a pixel (ITU-R BT.601), as torchvision weighs them. */
export const luma = [0.2989, 0.587, 0.114];

const checkColours = (type: string, shape: Shape) =>
  shape[2] === 3
    ? undefined
    : {
        key: 'type',
        message: `is ${type}, which needs colours: examples of shape [height, width, 3]; the source gives ${formatShape(shape)}`,
      };

/** Differences of each pixel from its own grey by one factor, as torchvision's ColorJitter. */
export const saturation = defineAugment({
  type: 'saturation',
  summary: 'Multiplies the differences of each pixel from its own grey by a random factor: paler or more colourful.',
  args: Type.Object({
    amount: Type.Number({
      exclusiveMinimum: 0,
      examples: [0.3],
      description: 'The factor is uniform in [1 - amount, 1 + amount], and not below 0, which is grey.',
    }),
    probability: probability(1),
  }),
  needsImages: true,
  check: (_, shape) => checkColours('saturation', shape),
  compile:
    ({amount}) =>
    (example, rng) => {
      const factor = between(rng, Math.max(0, 1 - amount), 1 + amount);
      for (let i = 0; i < example.length; i += 3) {
        const [red, green, blue] = [example[i]!, example[i + 1]!, example[i + 2]!];
        const grey = (1 - factor) * (luma[0]! * red + luma[1]! * green + luma[2]! * blue);
        example[i] = factor * red + grey;
        example[i + 1] = factor * green + grey;
        example[i + 2] = factor * blue + grey;
      }
    },
});

/** A turn of the colour circle of hue, saturation and value, as torchvision's ColorJitter. */
export const hue = defineAugment({
  type: 'hue',
  summary:
    'Turns all colours along the circle red, yellow, green, cyan, blue, magenta by one random angle; greys stay.',
  args: Type.Object({
    amount: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.5,
      examples: [0.05],
      description: 'Largest turn to either side, part of the circle: 0.5 makes red cyan.',
    }),
    probability: probability(1),
  }),
  needsImages: true,
  check: (_, shape) => checkColours('hue', shape),
  compile:
    ({amount}) =>
    (example, rng) => {
      const turn = between(rng, -amount, amount);
      for (let i = 0; i < example.length; i += 3) turnHue(example, i, turn);
    },
});

/** Turns one pixel. Its largest and its smallest value, and so its value and chroma, stay. */
function turnHue(values: Float32Array, at: number, turn: number): void {
  const [red, green, blue] = [values[at]!, values[at + 1]!, values[at + 2]!];
  const largest = Math.max(red, green, blue);
  const chroma = largest - Math.min(red, green, blue);
  if (chroma === 0) return;
  const sixths =
    largest === red
      ? (green - blue) / chroma
      : largest === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4;
  // How far each channel is below the largest follows from how far its own colour, at 0, 2 and 4 sixths, is away.
  const turned = sixths + 6 * turn;
  for (let channel = 0; channel < 3; channel++) {
    const offset = (((turned - 2 * channel) % 6) + 6) % 6;
    const distance = Math.min(offset, 6 - offset);
    values[at + channel] = largest - chroma * Math.min(1, Math.max(0, distance - 1));
  }
}
