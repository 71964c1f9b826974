import {Type} from '@sinclair/typebox';
import {luma} from './colour.js';
import {between, defineAugment, probability} from './definition.js';

const amount = (what: string) =>
  Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    examples: [0.2],
    description: `${what} is uniform in [1 - amount, 1 + amount].`,
  });

/** All values by one factor, as torchvision's ColorJitter. */
export const brightness = defineAugment({
  type: 'brightness',
  summary: 'Multiplies the picture by a random factor: darker or brighter.',
  args: Type.Object({amount: amount('The factor'), probability: probability(1)}),
  needsImages: true,
  compile:
    ({amount}) =>
    (example, rng) => {
      const factor = between(rng, 1 - amount, 1 + amount);
      for (let i = 0; i < example.length; i++) example[i] = example[i]! * factor;
    },
});

/** Distances from the mean brightness by one factor, as torchvision's ColorJitter. */
export const contrast = defineAugment({
  type: 'contrast',
  summary: "Multiplies the differences from the picture's mean brightness by a random factor: flatter or harsher.",
  args: Type.Object({amount: amount('The factor'), probability: probability(1)}),
  needsImages: true,
  compile({amount}, [, , channels]) {
    const weights = channels === 3 ? luma : Array.from({length: channels!}, () => 1 / channels!);
    return (example, rng) => {
      const factor = between(rng, 1 - amount, 1 + amount);
      let sum = 0;
      for (let i = 0; i < example.length; i++) sum += example[i]! * weights[i % channels!]!;
      const shift = (1 - factor) * (sum / (example.length / channels!));
      for (let i = 0; i < example.length; i++) example[i] = example[i]! * factor + shift;
    };
  },
});

/** Independent noise on every value. */
export const gaussianNoise = defineAugment({
  type: 'gaussianNoise',
  summary: 'Adds normal noise of mean 0 to every value.',
  args: Type.Object({
    std: Type.Number({
      exclusiveMinimum: 0,
      examples: [8],
      description: 'Standard deviation in the units of the source: for bytes, of 0 to 255.',
    }),
    probability: probability(1),
  }),
  needsImages: false,
  compile:
    ({std}) =>
    (example, rng) => {
      for (let i = 0; i < example.length; i++) example[i] = example[i]! + std * rng.normal();
    },
});
