import {type FileHandle, open} from 'node:fs/promises';
import {type AsyncBuffer, type ParquetScan, parquetScan, parquetSchema} from 'hyparquet';
import {compressors} from 'hyparquet-compressors';
import {ExpError} from '../../support/errors.js';
import {displayPath, missing} from './paths.js';
import {ColumnBuilder, type ColumnPlan, checkNamed, type Table, type TableFile} from './table.js';

/**
 * Reads the wanted columns of a Parquet file, one row group of one column at a time.
 * @param file absolute @throws ExpError
 */
export const readParquetTable = (file: string, plan: ColumnPlan): Promise<Table> =>
  withScan(file, (scan) => readColumns(file, scan, plan));

/** Cells of the wanted columns, without reading them. @throws ExpError */
export const countParquetCells = (file: string, {wants}: Pick<ColumnPlan, 'wants'>): Promise<number> =>
  withScan(file, async ({metadata}) => {
    const columns = parquetSchema(metadata).children.filter(({element}) => wants(element.name));
    return Number(metadata.num_rows) * columns.length;
  });

async function withScan<Result>(file: string, use: (scan: ParquetScan) => Promise<Result>): Promise<Result> {
  const handle = await open(file).catch(async (error: NodeJS.ErrnoException) => {
    throw await missing(file, error);
  });
  try {
    return await use(await openScan(file, handle));
  } finally {
    await handle.close();
  }
}

async function openScan(file: string, handle: FileHandle): Promise<ParquetScan> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw new ExpError('DATA_INVALID', `${displayPath(file)} is a folder; expected a file`);
  if (stats.size === 0) throw new ExpError('DATA_INVALID', `${displayPath(file)} is empty; expected a Parquet file`);
  const buffer: AsyncBuffer = {
    byteLength: stats.size,
    async slice(start, end = stats.size) {
      // A damaged file may ask for any stretch of itself.
      const bytes = new Uint8Array(Math.max(0, Math.min(end, stats.size) - start));
      const {bytesRead} = await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer.slice(0, bytesRead);
    },
  };
  return parquetScan({file: buffer, compressors, geoparquet: false}).catch((error: Error) => unreadable(file, error));
}

async function readColumns(file: string, scan: ParquetScan, plan: ColumnPlan): Promise<Table> {
  const shown = displayPath(file);
  const names = parquetSchema(scan.metadata).children.map(({element}) => element.name);
  if (names.some((name) => typeof name !== 'string')) unreadable(file, new TypeError('a column without a name'));
  checkNamed(file, names, plan.named);
  const table = parquetFile(file);
  const columns = [];
  for (const [field, name] of names.entries()) {
    if (!plan.wants(name)) continue;
    const builder = new ColumnBuilder(table, name, field, plan);
    for (const {rowStart, rowEnd} of scan.ranges) {
      const cells = await scan
        .readColumn({column: name, rowStart, rowEnd})
        .catch((error: Error) => unreadable(file, error));
      if (cells.length !== rowEnd - rowStart) {
        unreadable(file, new Error(`column ${name} has ${cells.length} of ${rowEnd - rowStart} values`));
      }
      for (let i = 0; i < cells.length; i++) builder.addTyped(cells[i], rowStart + i);
    }
    columns.push(builder.finish());
  }
  const numRows = scan.ranges.reduce((sum, {rowStart, rowEnd}) => sum + rowEnd - rowStart, 0);
  if (numRows === 0) throw new ExpError('DATA_INVALID', `${shown} holds no rows`);
  return {...table, numRows, columns};
}

/** A Parquet file as far as messages go. */
export const parquetFile = (file: string): TableFile => ({
  file,
  cellError: (row, _field, message, hint) =>
    new ExpError('DATA_INVALID', `${displayPath(file)}: row ${row} (counted from 0): ${message}`, hint),
});

/** Readers that stumble over damaged metadata tell of their own variables. */
const isStumble = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error.message.includes('undefined');

function unreadable(file: string, error: Error): never {
  const reason = isStumble(error) ? 'what it says of its columns is damaged' : error.message;
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} is not a Parquet file that can be read: ${reason}`,
    'the copy or download may have stopped early; fetch it again',
    {cause: error},
  );
}
