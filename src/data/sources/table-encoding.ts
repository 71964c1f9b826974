import type {ExpError} from '../../support/errors.js';
import {sizeOf} from '../../support/tensor.js';
import {listWords, type Refusal} from '../columns/definition.js';
import type {FittedValues} from '../dataset.js';
import {displayPath} from '../files/paths.js';
import {type Column, quoteCell, type Table} from '../files/table.js';
import {type ArrayPlan, type ArrayWriter, MemoryStore} from '../storage/array-store.js';
import {Spool} from '../storage/spool.js';
import type {Examples, StoredValues} from './definition.js';
import {cellsOf, definitionOf, type FittedTable, inputInfo} from './table-fit.js';

/** Bytes of the images of each image column, for the rows that are encoded. */
export type DecodedImages = ReadonlyMap<string, StoredValues>;

/** Rows that are encoded before the next columns are read. */
const blockRows = 8192;

/**
 * Rows as numbers, by nothing but what was fitted. Those of a table on disk go to disk, block by block.
 * @param rows ascending; all by default @throws ExpError for a cell that cannot be encoded
 */
export function encodeInputs(
  table: Table,
  rows: Uint32Array | undefined,
  {columns, inputs}: Pick<FittedTable, 'columns' | 'inputs'>,
  images: DecodedImages = new Map(),
): Examples['inputs'] {
  const store = table.isOnDisk ? new Spool(displayPath(table.file)) : new MemoryStore();
  for (const [input, names] of Object.entries(inputs)) {
    if (images.has(names[0]!)) continue;
    const fitted = names.map((name) => columns[name]!);
    encodeInput(table, rows, names, fitted, (plan) => store.create(input, plan));
  }
  const encoded = store.finish();
  return Object.fromEntries(
    Object.entries(inputs).map(([input, names]) => [
      input,
      images.get(names[0]!) ?? (encoded.get(input) as StoredValues),
    ]),
  );
}

function encodeInput(
  table: Table,
  rows: Uint32Array | undefined,
  names: readonly string[],
  fitted: readonly FittedValues[],
  create: (plan: ArrayPlan) => ArrayWriter,
): void {
  const {shape, numValues} = inputInfo(fitted);
  const rowSize = sizeOf(shape);
  const numRows = rows?.length ?? table.numRows;
  const kind = numValues === undefined ? 'float32' : 'int32';
  const writer = create({kind, rowSize, numRows});
  let offset = 0;
  const columns = names.map((name, place) => {
    const definition = definitionOf(fitted[place]!);
    const start = offset;
    offset += sizeOf(definition.layout(fitted[place]!).shape);
    return {column: columnOf(table, name), encode: definition.encoder(fitted[place]!), start};
  });
  for (let first = 0; first < numRows; first += blockRows) {
    const count = Math.min(blockRows, numRows - first);
    const rowAt = (i: number): number => rows?.[first + i] ?? first + i;
    const values = new (kind === 'int32' ? Int32Array : Float32Array)(count * rowSize);
    for (const {column, encode, start} of columns) {
      const [from, to] = [rowAt(0), rowAt(count - 1) + 1];
      const cellAt = cellsOf({...pickKind(column), values: column.read(from, to)});
      for (let i = 0; i < count; i++) {
        const refusal = encode(cellAt(rowAt(i) - from), values, i * rowSize + start);
        if (refusal) throw refused(table, column, rowAt(i), refusal);
      }
    }
    writer.write(first, values);
  }
}

const pickKind = ({kind, words}: Column): Pick<Column, 'kind' | 'words'> => ({kind, words});

/** What the rows teach. @param rows all by default @throws ExpError for a class that training rows do not have */
export function encodeTargets(
  table: Table,
  rows: Uint32Array | undefined,
  {targets}: Pick<FittedTable, 'targets'>,
): Examples['targets'] {
  const numExamples = rows?.length ?? table.numRows;
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => {
      if (target.task === 'classification') {
        return [name, classNumbers(table, rows, columnOf(table, target.columns[0]!), target.classNames)];
      }
      const columns = target.columns.map((column) => columnOf(table, column).values);
      const values = new Float32Array(numExamples * columns.length);
      for (let i = 0, at = 0; i < numExamples; i++) {
        for (const numbers of columns) values[at++] = numbers[rows?.[i] ?? i]!;
      }
      return [name, values];
    }),
  );
}

function classNumbers(
  table: Table,
  rows: Uint32Array | undefined,
  column: Column,
  classNames: readonly string[],
): Int32Array {
  const places = new Map(classNames.map((word, place) => [word, place]));
  const {values, words} = column;
  const numbers = words.map((word) => places.get(word) ?? -1);
  return Int32Array.from({length: rows?.length ?? table.numRows}, (_, i) => {
    const row = rows?.[i] ?? i;
    const number = numbers[values[row]!]!;
    if (number >= 0) return number;
    const word = quoteCell(words[values[row]!]!);
    throw refused(table, column, row, {
      message: `has the class ${word}, which no training row has; they have ${listWords(classNames)}`,
    });
  });
}

const columnOf = (table: Table, name: string): Column => table.columns.find((column) => column.name === name)!;

/** The error at a cell. */
export const refused = (table: Table, column: Column, row: number, {message, hint}: Refusal): ExpError =>
  table.cellError(row, column.field, `column ${quoteCell(column.name)} ${message}`, hint);
