import {type Static, Type} from '@sinclair/typebox';
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
  maxMegabytes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 4000,
      description:
        'Memory that the decoded images may take, in millions of bytes: images × height × width × channels; 2000 by default.',
    }),
  ),
});

/** All that new rows need. */
export type FittedImage = {readonly type: 'image'; readonly maxMegabytes: number} & {
  readonly [Key in keyof ImageFormat]: ImageFormat[Key];
};

/** The arguments with their defaults. */
export const imageFormat = (given: Readonly<Static<typeof args>>): FittedImage => {
  const {channels = 3, fit = 'cover', maxMegabytes = 2000} = given;
  const [height, width] = given.size;
  return {type: 'image', height, width, channels, fit, maxMegabytes};
};

/** A picture by the path of its file. The file is decoded where files are read; its bytes are the numbers. */
export const image = defineColumn({
  type: 'image',
  summary:
    'The path of a PNG, JPEG or WebP file a row, relative to the table; becomes [height, width, channels] bytes.',
  args,
  gives: '[height, width, channels] bytes from 0 to 255',
  example: 'columns: {photo: {type: image, size: [32, 32]}}',
  cells: 'words',
  fit: imageFormat,
  layout: ({height, width, channels}) => ({shape: [height, width, channels]}),
  encoder: () => () => {
    throw new Error('images are decoded from their files');
  },
});
