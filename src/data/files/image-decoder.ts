import {ExpError} from '../../support/errors.js';
import {displayPath} from './paths.js';

/** How images are brought to one size. */
export interface ImageFormat {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3;
  /** cover fills the frame and cuts off what sticks out, contain leaves black bars, stretch changes the proportions. */
  readonly fit: 'cover' | 'contain' | 'stretch';
}

/** Pictures under way at a time; libvips itself works with several threads. */
const numAtOnce = 8;
/** Broken files that an error names. */
const maxNamed = 5;

/** Decodes images into one array, [files, height, width, channels]; see decodeImagesTo. @throws ExpError */
export async function decodeImages(files: readonly string[], format: ImageFormat): Promise<Uint8Array> {
  const size = format.height * format.width * format.channels;
  const pixels = new Uint8Array(files.length * size);
  await decodeImagesTo(files, format, (index, row) => pixels.set(row, index * size));
  return pixels;
}

/**
 * Decodes images to rows of bytes, [height, width, channels]. Orientation marks of cameras are followed, transparent pixels are laid on
 * black.
 * @param files absolute @param write takes the row of each file; not in their order
 * @throws ExpError that names the files that cannot be decoded
 */
export async function decodeImagesTo(
  files: readonly string[],
  format: ImageFormat,
  write: (index: number, pixels: Uint8Array) => void,
): Promise<void> {
  const sharp = await importSharp();
  const {height, width, channels, fit} = format;
  const size = height * width * channels;
  const broken: {readonly index: number; readonly reason: string}[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length && broken.length < maxNamed) {
      const index = next++;
      let pixels: Buffer;
      try {
        const image = sharp(files[index], {failOn: 'error'})
          .rotate()
          .flatten({background: '#000'})
          .resize({height, width, fit: fit === 'stretch' ? 'fill' : fit, background: '#000'})
          .toColourspace(channels === 1 ? 'b-w' : 'srgb');
        pixels = await image.raw({depth: 'uchar'}).toBuffer();
        if (pixels.length !== size) throw new Error(`${pixels.length} bytes instead of ${size}`);
      } catch (error) {
        broken.push({index, reason: error instanceof Error ? error.message : String(error)});
        continue;
      }
      write(index, new Uint8Array(pixels.buffer, pixels.byteOffset, size));
    }
  };
  await Promise.all(Array.from({length: numAtOnce}, work));
  if (broken.length === 0) return;
  const named = broken
    .sort((a, b) => a.index - b.index)
    .map(({index, reason}) => `${displayPath(files[index]!)} cannot be decoded: ${reason.trim().split('\n')[0]}`);
  throw new ExpError('DATA_INVALID', named.join('\n'), 'mend the files, or take them out of the folder');
}

/** Height and width of an image in pixels, the right way up. @param file absolute @throws ExpError */
export async function imageSize(file: string): Promise<Pick<ImageFormat, 'height' | 'width'>> {
  const sharp = await importSharp();
  const {
    height,
    width,
    orientation = 1,
  } = await sharp(file)
    .metadata()
    .catch((error: Error) => {
      const reason = error.message.trim().split('\n')[0];
      throw new ExpError('DATA_INVALID', `${displayPath(file)} cannot be decoded: ${reason}`, 'mend the file');
    });
  return orientation > 4 ? {height: width, width: height} : {height, width};
}

/** Decoding is the only thing sharp is there for, so an install without it trains on anything but images. */
async function importSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new ExpError(
      'DATA_MISSING',
      `the package sharp, which decodes images, does not load here: ${(error as Error).message.split('\n')[0]}`,
      'npm install sharp',
      {cause: error},
    );
  }
}
