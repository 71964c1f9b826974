import {Type} from '@sinclair/typebox';
import {defineTransform} from './definition.js';

/** value × scale + offset. */
export const rescale = defineTransform({
  type: 'rescale',
  summary: 'Multiplies every value and adds an offset: value × scale + offset.',
  args: Type.Object({
    scale: Type.Number({
      examples: [1 / 255],
      description: 'Factor; 0.00392156862745098 (1/255) takes [0, 255] to [0, 1].',
    }),
    offset: Type.Number({default: 0, description: 'Added after the multiplication.'}),
  }),
  outputShape: (_, shape) => shape,
  compile:
    ({scale, offset}) =>
    (values) => {
      for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale + offset;
    },
});
