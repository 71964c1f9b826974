import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {type FittedImage, imageFormat} from '../columns/image.js';
import {decodeImages} from '../files/image-decoder.js';
import {displayPath, resolveDataPath} from '../files/paths.js';
import type {Column, Table} from '../files/table.js';
import {type DecodedImages, refused} from './table-encoding.js';
import {cellsOf} from './table-fit.js';
import {columnSpec, type TablePlan} from './table-plan.js';

/** Paths that are looked up at a time. */
const numAtOnce = 64;

/** How to read the images of a table. */
export interface ImageReading {
  /** Where relative paths start: the folder of the table. */
  readonly folder: string;
  /** The spec's folder. */
  readonly baseDir: string;
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
  {folder, baseDir, decode}: ImageReading,
): Promise<DecodedImages> {
  const images = new Map<string, Uint8Array>();
  for (const column of table.columns) {
    const given = columnSpec(spec, column);
    if (given.type !== 'image') continue;
    const format = imageFormat(given);
    checkMemory(table, column, rows?.length ?? table.numRows, format);
    const files = await locateImages(table, column, rows, folder, baseDir);
    images.set(column.name, decode ? await decodeImages(files, format) : new Uint8Array(0));
  }
  return images;
}

function checkMemory(table: Table, {name}: Column, numImages: number, format: FittedImage): void {
  const {height, width, channels, maxMegabytes} = format;
  const megabytes = Math.ceil((numImages * height * width * channels) / 1e6);
  if (megabytes <= maxMegabytes) return;
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(table.file)}: column "${name}": ${numImages} images of ${height} × ${width} × ${channels} bytes take ${megabytes} million bytes; at most ${maxMegabytes} are accepted`,
    megabytes <= 4000
      ? `choose a smaller size, or set maxMegabytes: ${megabytes} if the machine has the memory`
      : 'choose a smaller size, or channels: 1; more than 4000 is not possible',
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
