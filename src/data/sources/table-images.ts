import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {type FittedImage, imageFormat} from '../columns/image.js';
import {decodeImagesTo} from '../files/image-decoder.js';
import {displayPath, resolveDataPath} from '../files/paths.js';
import type {Column, Table} from '../files/table.js';
import {keepDecoded, type Notices} from '../storage/keep.js';
import type {Place, Placement} from '../storage/placement.js';
import type {SourceContext, StoredValues} from './definition.js';
import {type DecodedImages, refused} from './table-encoding.js';
import {cellsOf} from './table-fit.js';
import {columnSpec, type TablePlan} from './table-plan.js';

/** Paths that are looked up at a time. */
const numAtOnce = 64;

/** How to read the images of a table. */
export interface ImageReading extends SourceContext {
  /** Where relative paths start: the folder of the table. */
  readonly folder: string;
  /** Otherwise files are looked for and no more. */
  readonly decode: boolean;
}

/**
 * The images of every image column of a table, no bytes unless they are to be decoded.
 * @param rows all by default @throws ExpError at the cell whose file is not there
 */
export async function readImages(
  table: Table,
  rows: Uint32Array | undefined,
  {spec}: TablePlan,
  {decode, ...reading}: ImageReading,
): Promise<DecodedImages> {
  const images = new Map<string, StoredValues>();
  for (const column of table.columns) {
    const given = columnSpec(spec, column);
    if (given.type !== 'image') continue;
    const format = imageFormat(given);
    const place = placeOf(table, column, rows?.length ?? table.numRows, format, reading.placement);
    const files = await locateImages(table, column, rows, reading.folder, reading.baseDir);
    images.set(column.name, decode ? await decodeAll(table, column, files, format, place, reading) : new Uint8Array(0));
  }
  return images;
}

/** The images in memory, or in a file of the cache. */
async function decodeAll(
  table: Table,
  {name}: Column,
  files: readonly string[],
  format: FittedImage,
  place: Place,
  notices: Notices,
): Promise<StoredValues> {
  const {height, width, channels, fit} = format;
  const args = {source: 'imageColumn', numFiles: files.length, height, width, channels, fit};
  const what = `the images of ${displayPath(table.file)}, column "${name}"`;
  const {arrays} = await keepDecoded(
    {files, args, what, place},
    async (store) => {
      const writer = store.create('images', {
        kind: 'uint8',
        rowSize: height * width * channels,
        numRows: files.length,
      });
      await decodeImagesTo(files, format, (index, pixels) => writer.write(index, pixels));
      return null;
    },
    notices,
  );
  return arrays.get('images') as StoredValues;
}

function placeOf(
  table: Table,
  {name}: Column,
  numImages: number,
  format: FittedImage,
  placement: Placement | undefined,
): Place {
  const {height, width, channels, maxMegabytes} = format;
  const numBytes = numImages * height * width * channels;
  const place = placement?.choose(numBytes, maxMegabytes * 1e6) ?? 'memory';
  const megabytes = Math.ceil(numBytes / 1e6);
  if (place === 'disk' || megabytes <= maxMegabytes) return place;
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(table.file)}: column "${name}": ${numImages} images of ${height} × ${width} × ${channels} bytes take ${megabytes} million bytes; at most ${maxMegabytes} are accepted`,
    megabytes <= 4000
      ? `set data.storage: disk, or maxMegabytes: ${megabytes} if the machine has the memory`
      : 'set data.storage: disk, or choose a smaller size',
  );
}

/** The files of the rows; a path that occurs often is looked up once. */
async function locateImages(
  table: Table,
  column: Column,
  rows: Uint32Array | undefined,
  folder: string,
  baseDir: string,
): Promise<readonly string[]> {
  const numRows = rows?.length ?? table.numRows;
  const cellAt = cellsOf(column);
  const firstRows = new Map<string, number>();
  const wanted = Array.from({length: numRows}, (_, i) => {
    const row = rows?.[i] ?? i;
    const cell = String(cellAt(row));
    if (!firstRows.has(cell)) firstRows.set(cell, row);
    return cell;
  });
  const located = new Map<string, string>();
  const waiting = [...firstRows];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [cell, row] = next;
      try {
        located.set(cell, await resolveDataPath(path.resolve(folder, cell), baseDir));
      } catch (error) {
        if (!(error instanceof ExpError)) throw error;
        throw refused(table, column, row, {message: `names an image: ${error.message}`, hint: error.hint});
      }
    }
  };
  waiting.reverse();
  await Promise.all(Array.from({length: numAtOnce}, work));
  return wanted.map((cell) => located.get(cell)!);
}
