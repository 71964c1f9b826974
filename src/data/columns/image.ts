import {Type} from '@sinclair/typebox';
import type {ImageFormat} from '../files/image-decoder.js';
import {defineColumn} from './definition.js';

const side = (what: string) => Type.Integer({minimum: 1, maximum: 4096, description: what});

const args = Type.Object({
  size: Type.Tuple([side('Rows of pixels.'), side('Columns of pixels.')], {
    'x-expected': 'height and width in pixels, such as [32, 32]',
    description: 'Height and width that every image is brought to, in pixels, such as [32, 32].',
  }),
  channels: Type.Optional(
    Type.Union([Type.Literal(3), Type.Literal(1)], {
      description: '3 (default): red, green, blue; 1: grey. Transparent pixels are laid on black.',
    }),
  ),
  fit: Type.Optional(
    Type.Union([Type.Literal('cover'), Type.Literal('contain'), Type.Literal('stretch')], {
      description:
        'For other proportions: cover (default) cuts off what sticks out, contain leaves black bars, stretch changes the proportions.',
    }),
  ),
});

/** All that new rows need. */
export type FittedImage = {readonly type: 'image'} & {readonly [Key in keyof ImageFormat]: ImageFormat[Key]};

/** A picture by the path of its file. The file is decoded where files are read; its bytes are the numbers. */
export const image = defineColumn({
  type: 'image',
  summary:
    'The path of a PNG, JPEG or WebP file a row, relative to the table; becomes [height, width, channels] bytes.',
  args,
  cells: 'words',
  fit: ({size: [height, width], channels = 3, fit = 'cover'}): FittedImage => ({
    type: 'image',
    height,
    width,
    channels,
    fit,
  }),
  layout: ({height, width, channels}) => ({shape: [height, width, channels]}),
  encoder: () => () => {
    throw new Error('images are decoded from their files');
  },
});
