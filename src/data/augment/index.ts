import type {SpecUnion} from '../../spec/define.js';
import {hue, saturation} from './colour.js';
import type {AugmentDefinition} from './definition.js';
import {crop, rotate, translate, zoom} from './geometry.js';
import {cutmix, type MixDefinition, mixup} from './mixing.js';
import {cutout, flip, padCrop} from './pixels.js';
import {brightness, contrast, gaussianNoise} from './values.js';

/** Every augmentation by name. */
export const augmentations = {
  flip,
  padCrop,
  crop,
  translate,
  rotate,
  zoom,
  brightness,
  contrast,
  saturation,
  hue,
  cutout,
  gaussianNoise,
  mixup,
  cutmix,
} as const satisfies Readonly<Record<string, AugmentDefinition | MixDefinition>>;

export type AugmentSpec = SpecUnion<typeof augmentations>;
