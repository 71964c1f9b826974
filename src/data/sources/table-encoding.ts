import {ExpError} from '../../support/errors.js';
import {defaultNames} from '../dataset.js';
import {displayPath} from '../files/paths.js';
import {type Column, quoteCell, type Table} from '../files/table.js';
import type {Examples, Values} from './definition.js';

/** How rows become numbers; learnt from training rows only. */
export interface TableEncoding {
  readonly features: readonly ColumnEncoding[];
  readonly targets: readonly string[];
  /** Sorted; present for classification. */
  readonly classNames?: readonly string[];
  /** Numbers an example has. */
  readonly inputSize: number;
  readonly unknownCategories: 'error' | 'zeros';
}

interface ColumnEncoding {
  readonly name: string;
  /** Sorted; each is one 0/1 input. Without them the column is one number. */
  readonly categories?: readonly string[];
}

/** More categories than this are names or numbers taken for words. */
const maxCategories = 1000;

/** Which rows teach what; all by default. */
export interface TeachingRows {
  /** Those trained on: the categories of features. */
  readonly trained?: Uint32Array | undefined;
  /** Those of training and validation: the classes. */
  readonly known?: Uint32Array | undefined;
}

/** @throws ExpError */
export function learnEncoding(
  table: Table,
  {trained, known}: TeachingRows,
  targets: readonly string[],
  {unknownCategories}: Pick<TableEncoding, 'unknownCategories'>,
): TableEncoding {
  const features = table.columns
    .filter(({name}) => !targets.includes(name))
    .map((column) =>
      column.kind === 'numeric'
        ? {name: column.name}
        : {name: column.name, categories: learnWords(table, column, trained)},
    );
  const shown = displayPath(table.file);
  if (features.length === 0) {
    throw new ExpError('DATA_INVALID', `${shown} has no columns left to learn from: all are targets or ignored`);
  }
  const target = table.columns.find(({name}) => name === targets[0]);
  const classNames = target?.kind === 'categorical' ? learnWords(table, target, known) : undefined;
  if (classNames?.length === 1) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown}: every training row has the class "${classNames[0]}"; expected 2 or more`,
    );
  }
  return {
    features,
    targets,
    ...(classNames ? {classNames} : {}),
    inputSize: features.reduce((size, {categories}) => size + (categories?.length ?? 1), 0),
    unknownCategories,
  };
}

/** The words that training rows use: numbers ascending when all are numbers, else in the order of their character codes. */
function learnWords({file}: Table, {name, values, words}: Column, rows: Uint32Array | undefined): string[] {
  const used = new Set<number>();
  if (rows) for (const row of rows) used.add(values[row]!);
  else for (const value of values) used.add(value);
  if (used.size > maxCategories) {
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(file)}: column "${name}" has ${used.size} different values; at most ${maxCategories} categories are accepted`,
      `leave it out (ignore: [${name}]), or declare numbers (columns: {${name}: numeric})`,
    );
  }
  const learnt = Array.from(used, (code) => words[code]!).sort();
  return learnt.every((word) => Number.isFinite(Number(word))) ? learnt.sort((a, b) => Number(a) - Number(b)) : learnt;
}

/** Rows as examples. @param rows all by default @throws ExpError for a category or class that training rows do not have */
export function examplesOf(table: Table, rows: Uint32Array | undefined, encoding: TableEncoding): Examples {
  const numExamples = rows?.length ?? table.numRows;
  const rowOf = (example: number): number => rows?.[example] ?? example;
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const inputs = new Float32Array(numExamples * encoding.inputSize);
  let offset = 0;
  for (const {name, categories} of encoding.features) {
    const column = byName.get(name)!;
    const places = categories && placesOf(column.words, categories);
    for (let i = 0; i < numExamples; i++) {
      const value = column.values[rowOf(i)]!;
      const at = i * encoding.inputSize + offset;
      if (!places) inputs[at] = value;
      else if (places[value]! >= 0) inputs[at + places[value]!] = 1;
      else if (encoding.unknownCategories === 'error') throw unknown(table, column, rowOf(i), categories);
    }
    offset += categories?.length ?? 1;
  }
  return {
    numExamples,
    inputs: {[defaultNames.input]: inputs},
    targets: {[defaultNames.target]: targetsOf(table, byName, numExamples, rowOf, encoding)},
  };
}

function targetsOf(
  table: Table,
  byName: ReadonlyMap<string, Column>,
  numExamples: number,
  rowOf: (example: number) => number,
  {targets, classNames}: TableEncoding,
): Values {
  const columns = targets.map((name) => byName.get(name)!);
  if (!classNames) {
    return Float32Array.from({length: numExamples * columns.length}, (_, i) => {
      return columns[i % columns.length]!.values[rowOf(Math.floor(i / columns.length))]!;
    });
  }
  const column = columns[0]!;
  const places = placesOf(column.words, classNames);
  return Int32Array.from({length: numExamples}, (_, i) => {
    const place = places[column.values[rowOf(i)]!]!;
    if (place < 0) throw unknown(table, column, rowOf(i), classNames, 'class');
    return place;
  });
}

/** For each word of a column its place among the known ones, or -1. */
function placesOf(words: readonly string[], known: readonly string[]): Int32Array {
  const places = new Map(known.map((word, place) => [word, place]));
  return Int32Array.from(words, (word) => places.get(word) ?? -1);
}

function unknown(table: Table, column: Column, row: number, known: readonly string[], noun = 'category'): ExpError {
  const word = quoteCell(column.words[column.values[row]!]!);
  const listed = known.length > 10 ? `${known.slice(0, 10).join(', ')}, … (${known.length} in all)` : known.join(', ');
  return table.cellError(
    row,
    column.field,
    `column ${quoteCell(column.name)} has the ${noun} ${word}, which no training row has; they have ${listed}`,
    noun === 'class' ? undefined : 'mend the row, or set unknownCategories: zeros',
  );
}
