import type {ExpError} from '../../support/errors.js';
import {sizeOf} from '../../support/tensor.js';
import {listWords, type Refusal} from '../columns/definition.js';
import {type Column, quoteCell, type Table} from '../files/table.js';
import type {Examples, Values} from './definition.js';
import {cellsOf, definitionOf, type FittedTable, inputInfo} from './table-fit.js';

/** Bytes of the images of each image column, for the rows that are encoded. */
export type DecodedImages = ReadonlyMap<string, Uint8Array>;

/**
 * Rows as numbers, by nothing but what was fitted.
 * @param rows all by default @throws ExpError for a cell that cannot be encoded
 */
export function encodeInputs(
  table: Table,
  rows: Uint32Array | undefined,
  {columns, inputs}: Pick<FittedTable, 'columns' | 'inputs'>,
  images: DecodedImages = new Map(),
): Examples['inputs'] {
  const numExamples = rows?.length ?? table.numRows;
  return Object.fromEntries(
    Object.entries(inputs).map(([input, names]): [string, Values] => {
      const decoded = images.get(names[0]!);
      if (decoded) return [input, decoded];
      const {shape, numValues} = inputInfo(names.map((name) => columns[name]!));
      const size = sizeOf(shape);
      const values = new (numValues === undefined ? Float32Array : Int32Array)(numExamples * size);
      let offset = 0;
      for (const name of names) {
        const fitted = columns[name]!;
        const definition = definitionOf(fitted);
        const encode = definition.encoder(fitted);
        const column = columnOf(table, name);
        const cellAt = cellsOf(column);
        for (let i = 0; i < numExamples; i++) {
          const row = rows?.[i] ?? i;
          const refusal = encode(cellAt(row), values, i * size + offset);
          if (refusal) throw refused(table, column, row, refusal);
        }
        offset += sizeOf(definition.layout(fitted).shape);
      }
      return [input, values];
    }),
  );
}

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
