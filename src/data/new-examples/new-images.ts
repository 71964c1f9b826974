import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import type {FittedImage} from '../columns/image.js';
import {defaultNames} from '../dataset.js';
import {decodeImages, type ImageFormat, imageSize} from '../files/image-decoder.js';
import {displayPath, missing} from '../files/paths.js';
import type {DataSpec} from '../section.js';
import type {NewExamples, NewInput, NewPiece, SavedData} from './definition.js';
import {fittedTable, isTableSource} from './new-table.js';

/** How images become examples of a run. */
interface NewImageFormat {
  readonly input: string;
  readonly format: ImageFormat;
  /** Images are not brought to the size: they must have it. */
  readonly isExact: boolean;
}

const imageName = /\.(?:png|jpe?g|webp)$/i;
/** What systems leave behind; never data. */
const ignoredName = /^(?:\.|Thumbs\.db$|desktop\.ini$)/;

/** Sources whose examples are pictures of bytes of one size. */
const pictures: Readonly<Record<string, readonly [side: number, channels: 1 | 3]>> = {
  mnist: [28, 1],
  fashionMnist: [28, 1],
  cifar10: [32, 3],
  cifar100: [32, 3],
};

export const isImageName = (file: string): boolean => imageName.test(file);

/** An image, or all images of a folder and of the folders in it, in the order of their paths. @throws ExpError */
export async function openNewImages(
  source: DataSpec['source'],
  saved: SavedData,
  {path: given}: NewInput,
): Promise<NewExamples> {
  const root = path.resolve(given);
  const {input, format, isExact} = formatOf(source, saved);
  const isFolder = (await statsOf(root)).isDirectory();
  const files = isFolder ? await imagesBelow(root) : [root];
  if (files.length === 0) throw new ExpError('DATA_INVALID', `${displayPath(root)} holds no images`);
  const {height, width, channels} = format;
  const nameOf = (file: string): string =>
    isFolder ? path.relative(root, file).split(path.sep).join('/') : path.basename(file);
  return {
    shown: displayPath(root),
    numExamples: files.length,
    inputs: {[input]: {shape: [height, width, channels]}},
    hasFiles: true,
    async *pieces(numWanted): AsyncGenerator<NewPiece> {
      for (let start = 0; start < files.length; start += numWanted) {
        const some = files.slice(start, start + numWanted);
        if (isExact) for (const file of some) await checkSize(file, format);
        const pixels = await decodeImages(some, format);
        yield {examples: {numExamples: some.length, inputs: {[input]: pixels}}, files: some.map(nameOf)};
      }
    },
    close() {},
  };
}

/** @throws ExpError where the run takes no images */
function formatOf(source: DataSpec['source'], {fitted}: SavedData): NewImageFormat {
  const input = defaultNames.input;
  if (source.type === 'imageFolder') return {input, format: source, isExact: false};
  const known = pictures[source.type];
  if (known) {
    const [side, channels] = known;
    return {input, format: {height: side, width: side, channels, fit: 'stretch'}, isExact: true};
  }
  if (isTableSource(source)) {
    const {columns, inputs} = fittedTable(fitted['data.source']);
    const [only, ...others] = Object.entries(inputs);
    const column = only && columns[only[1][0]!];
    if (only && others.length === 0 && column?.type === 'image') {
      return {input: only[0], format: column as FittedImage, isExact: false};
    }
    throw new ExpError(
      'USAGE',
      'the run takes rows of a table, not single images',
      'name a table with its columns; cells of image columns are paths from the folder of the table',
    );
  }
  throw new ExpError(
    'USAGE',
    `the run was trained on ${source.type} data, whose numbers images cannot be turned into`,
    'name a .npy or .npz file of examples like those it was trained on',
  );
}

async function checkSize(file: string, {height, width}: ImageFormat): Promise<void> {
  const has = await imageSize(file);
  if (has.height === height && has.width === width) return;
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} is ${has.height} × ${has.width} pixels; the run was trained on ${height} × ${width}`,
    'bring the image to that size',
  );
}

async function imagesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {withFileTypes: true, recursive: true}).catch(async (error) => {
    throw await missing(folder, error as NodeJS.ErrnoException);
  });
  const files = entries.filter((entry) => !ignoredName.test(entry.name) && !entry.isDirectory());
  const other = files.find(({name}) => !imageName.test(name));
  if (other) {
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(path.join(other.parentPath, other.name))} is not an image by its name; expected .png, .jpg, .jpeg or .webp files`,
      'move it elsewhere',
    );
  }
  return files.map(({parentPath, name}) => path.join(parentPath, name)).sort((a, b) => (a < b ? -1 : 1));
}

const statsOf = (file: string) =>
  stat(file).catch(async (error: NodeJS.ErrnoException) => {
    throw await missing(file, error);
  });
