import {Type} from '@sinclair/typebox';
import {defineTransform} from './definition.js';

/** value / 255, as torchvision's ToTensor does to bytes. */
export const toFloat = defineTransform({
  type: 'toFloat',
  summary: 'Takes bytes in [0, 255] to [0, 1].',
  args: Type.Object({}),
  outputShape: (_, shape) => shape,
  compile: () => (values) => {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! / 255;
  },
});
