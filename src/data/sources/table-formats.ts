import type {CsvText} from '../files/csv-scan.js';
import {csvFile, readCsvTable} from '../files/csv-table.js';
import {jsonlFile, readJsonlTable} from '../files/jsonl-table.js';
import {readText, sizeOfFile} from '../files/read.js';
import type {TableFormat} from '../storage/stored-table.js';

/** Bytes that a cell takes in a text, its comma and what gzip takes away counted: a guess. */
const bytesPerCell = 5;

const countCells = async (file: string): Promise<number> => (await sizeOfFile(file)) / bytesPerCell;

/** How CSV tables are read. */
export function csvFormat({delimiter, header}: Pick<CsvText, 'delimiter' | 'header'>): TableFormat {
  const textOf = async (file: string): Promise<CsvText> => ({file, bytes: await readText(file), delimiter, header});
  return {
    args: {format: 'csv', delimiter, header},
    read: async (file, plan) => readCsvTable(await textOf(file), plan),
    fileOf: async (file) => csvFile(await textOf(file)),
    countCells,
  };
}

/** How JSON lines are read. */
export const jsonlFormat: TableFormat = {
  args: {format: 'jsonl'},
  read: async (file, plan) => readJsonlTable(file, await readText(file), plan),
  fileOf: async (file) => jsonlFile(file, await readText(file)),
  countCells,
};

/** How Parquet tables are read. The reader is loaded when a file is read: other sources need not pay for it. */
export const parquetFormat: TableFormat = {
  args: {format: 'parquet'},
  read: async (file, plan) => (await parquetReader()).readParquetTable(file, plan),
  fileOf: async (file) => (await parquetReader()).parquetFile(file),
  countCells: async (file, plan) => (await parquetReader()).countParquetCells(file, plan),
};

const parquetReader = () => import('../files/parquet-table.js');
