import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import type {FittedValues} from '../dataset.js';
import {valuesInMemory} from '../files/column-values.js';
import {displayPath} from '../files/paths.js';
import type {ColumnKind, ColumnPlan, Table} from '../files/table.js';
import type {DataSpec} from '../section.js';
import type {TableSpec} from '../sources/table-args.js';
import {encodeInputs} from '../sources/table-encoding.js';
import {definitionOf, type FittedTable, inputInfo} from '../sources/table-fit.js';
import {csvFormat, jsonlFormat, parquetFormat} from '../sources/table-formats.js';
import {readImages} from '../sources/table-images.js';
import {planTable} from '../sources/table-plan.js';
import {Placement} from '../storage/placement.js';
import {openTable, type TableFormat} from '../storage/stored-table.js';
import type {NewExamples, NewInput, NewPiece} from './definition.js';

/** Rows of words and numbers that are encoded at a time, and rows with images. */
const [mostRows, mostImageRows] = [8192, 256];

/** A source that reads tables. */
export type TableSource = Extract<DataSpec['source'], {type: 'csv' | 'jsonl' | 'parquet'}>;

export const isTableSource = (source: DataSpec['source']): source is TableSource =>
  source.type === 'csv' || source.type === 'jsonl' || source.type === 'parquet';

/** What a table's run learnt. @throws ExpError for a plan of an older layout */
export function fittedTable(fitted: FittedValues | undefined): FittedTable {
  if (fitted?.columns && fitted.inputs && fitted.targets) return fitted as unknown as FittedTable;
  throw new ExpError('DATA_INVALID', 'the plan of the run does not say what its columns learnt', 'train it again');
}

/**
 * The rows of a table of any format; of its columns those are read that are inputs, so it may have targets and others or lack them.
 * Large tables go to the cache on disk, as those that are trained on.
 * @throws ExpError with the place of a cell, DATA_INVALID for a lacking column
 */
export async function openNewTable(source: TableSource, fitted: FittedTable, input: NewInput): Promise<NewExamples> {
  const file = path.resolve(input.path);
  const {columns, inputs} = fitted;
  const placement = new Placement('auto');
  const plan = columnPlan(columns);
  const wanted = {newExamples: Object.keys(columns)};
  const table = await openTable(formatOf(file, source), file, plan, wanted, {...input, placement});
  const spec = planTable(source as TableSpec);
  const hasImages = Object.values(columns).some(({type}) => type === 'image');
  const reading = {folder: path.dirname(file), baseDir: path.dirname(file), decode: true};
  return {
    shown: displayPath(file),
    numExamples: table.numRows,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, of]) => [name, inputInfo(of.map((column) => columns[column]!))]),
    ),
    hasFiles: false,
    async *pieces(numWanted): AsyncGenerator<NewPiece> {
      const numAtOnce = numWanted * Math.max(1, Math.floor((hasImages ? mostImageRows : mostRows) / numWanted));
      for (let start = 0; start < table.numRows; start += numAtOnce) {
        const part = rowsOf(table, start, Math.min(table.numRows, start + numAtOnce));
        const images = hasImages ? await readImages(part, undefined, spec, reading) : undefined;
        yield {examples: {numExamples: part.numRows, inputs: encodeInputs(part, undefined, fitted, images)}};
      }
    },
    close() {},
  };
}

/** Some rows as a table in memory, whose messages count rows as the whole table does. */
const rowsOf = (table: Table, start: number, end: number): Table => ({
  ...table,
  isOnDisk: false,
  numRows: end - start,
  columns: table.columns.map(({name, field, kind, words, ...column}) => ({
    ...valuesInMemory(column.read(start, end)),
    name,
    field,
    kind,
    words,
  })),
  cellError: (row, field, message, hint) => table.cellError(row + start, field, message, hint),
});

/** Columns keep the kind that they were trained as, whatever the first cell looks like. */
function columnPlan(columns: FittedTable['columns']): ColumnPlan {
  const kinds = Object.entries(columns).map(([name, fitted]): [string, ColumnKind] => [
    name,
    definitionOf(fitted).cells === 'numbers' ? 'numeric' : 'categorical',
  ]);
  return {
    kinds: new Map(kinds),
    named: new Map(kinds.map(([name]) => [name, 'an input of the run'])),
    wants: (name) => Object.hasOwn(columns, name),
    acceptsMissing(name) {
      const {type, fill = null} = columns[name]!;
      return type === 'text' || fill !== null;
    },
  };
}

/** By the name of the file; a CSV file is written like the one trained on. @throws ExpError */
function formatOf(file: string, source: TableSource): TableFormat {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  if (name.endsWith('.parquet')) return parquetFormat;
  if (name.endsWith('.jsonl') || name.endsWith('.ndjson')) return jsonlFormat;
  const written = source.type === 'csv' ? source : {delimiter: ',', header: true};
  if (name.endsWith('.tsv')) return csvFormat({...written, delimiter: '\t'});
  if (name.endsWith('.csv') || name.endsWith('.txt')) return csvFormat(written);
  throw new ExpError(
    'USAGE',
    `${displayPath(file)} is no table by its name`,
    'the run was trained on a table: name a .csv, .tsv, .jsonl, .ndjson or .parquet file',
  );
}
