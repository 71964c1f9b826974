import {ExpError} from '../../support/errors.js';
import {sizeOf} from '../../support/tensor.js';
import {sortWords} from '../columns/categorical.js';
import type {Cell, ColumnDefinition, ColumnLayout, Learner} from '../columns/definition.js';
import {type ColumnKindName, columnKinds} from '../columns/index.js';
import {DataSpecError} from '../data-error.js';
import {defaultNames, type ExampleInfo, type FittedValues, type InputInfo} from '../dataset.js';
import {displayPath} from '../files/paths.js';
import type {Column, Table} from '../files/table.js';
import {columnSpec, type TablePlan} from './table-plan.js';

/** More classes than this are names or numbers taken for words. */
const mostClasses = 1000;

/** What was learnt from a table: plain JSON, and all that new rows need. */
export type FittedTable = {
  /** By column: what its kind learnt. */
  readonly columns: Readonly<Record<string, FittedValues>>;
  /** By input: its columns. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** By target: its columns, and its classes where it has classes, sorted. */
  readonly targets: Readonly<Record<string, FittedTarget>>;
};

type FittedTarget =
  | {readonly task: 'regression'; readonly columns: readonly string[]}
  | {readonly task: 'classification'; readonly columns: readonly string[]; readonly classNames: readonly string[]};

/** Which rows teach what; all by default. */
export interface TeachingRows {
  /** Those trained on: what columns learn. */
  readonly trained?: Uint32Array | undefined;
  /** Those of training and validation: the classes. */
  readonly known?: Uint32Array | undefined;
}

/** @param table without the columns of weights and keys @throws ExpError */
export function fitTable(table: Table, plan: TablePlan, {trained, known}: TeachingRows): FittedTable {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const targetColumns = new Set(Object.values(plan.targets).flatMap(({columns}) => columns));
  const features = table.columns.filter(({name}) => !targetColumns.has(name));
  if (features.length === 0) {
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(table.file)} has no columns left to learn from: all are targets or ignored`,
    );
  }
  const inputs = plan.inputs ?? {[defaultNames.input]: features.map(({name}) => name)};
  const used = new Set(Object.values(inputs).flat());
  const columns = Object.fromEntries(
    features.filter(({name}) => used.has(name)).map((column) => [column.name, fitColumn(table, column, plan, trained)]),
  );
  for (const [input, names] of Object.entries(inputs)) checkInput(input, names, columns, plan);
  const targets = Object.entries(plan.targets).map(([name, {columns: of}]) => {
    const first = byName.get(of[0]!)!;
    if (first.kind === 'numeric') return [name, {task: 'regression', columns: of}] as const;
    return [name, {task: 'classification', columns: of, classNames: learnClasses(table, first, known)}] as const;
  });
  return {columns, inputs, targets: Object.fromEntries(targets)};
}

/** Shapes and classes. */
export const tableInfo = ({columns, inputs, targets}: FittedTable): ExampleInfo => ({
  inputs: mapValues(inputs, (names) => inputInfo(names.map((name) => columns[name]!))),
  targets: mapValues(targets, (target) =>
    target.task === 'regression'
      ? {task: target.task, shape: [target.columns.length]}
      : {task: target.task, numClasses: target.classNames.length, classNames: target.classNames, shape: []},
  ),
});

/** Columns stand one after the other; a single one keeps its shape. One number is [1]. */
export function inputInfo(columns: readonly FittedValues[]): InputInfo {
  const layouts = columns.map(layoutOf);
  const [only] = layouts;
  if (layouts.length > 1 || !only) return {shape: [layouts.reduce((sum, {shape}) => sum + sizeOf(shape), 0)]};
  return {...only, shape: only.shape.length === 0 ? [1] : only.shape};
}

/** @param fitted what a column learnt */
export const definitionOf = (fitted: FittedValues): ColumnDefinition => columnKinds[fitted.type as ColumnKindName];

const layoutOf = (fitted: FittedValues): ColumnLayout => definitionOf(fitted).layout(fitted);

/** The cells of a column as kinds of columns take them, by row. */
export function cellsOf({kind, values, words}: Pick<Column, 'kind' | 'values' | 'words'>): (row: number) => Cell {
  if (kind === 'numeric') return (row) => (Number.isNaN(values[row]) ? undefined : values[row]!);
  return (row) => (values[row]! < 0 ? undefined : words[values[row]!]!);
}

function fitColumn(table: Table, column: Column, {spec}: TablePlan, rows: Uint32Array | undefined): FittedValues {
  const given = columnSpec(spec, column);
  const definition: ColumnDefinition = columnKinds[given.type];
  const learner: Learner = {
    name: column.name,
    fail: (message, hint) =>
      new ExpError('DATA_INVALID', `${displayPath(table.file)}: column "${column.name}" ${message}`, hint),
  };
  const cells = {
    *[Symbol.iterator](): Generator<Cell> {
      const cellAt = cellsOf(column);
      const numRows = rows?.length ?? table.numRows;
      for (let i = 0; i < numRows; i++) yield cellAt(rows?.[i] ?? i);
    },
  };
  return definition.fit(given as never, cells, learner);
}

/** Several columns make an input when each of them is one number or a list of 0/1 numbers. */
function checkInput(
  input: string,
  names: readonly string[],
  columns: Readonly<Record<string, FittedValues>>,
  {inputs}: TablePlan,
): void {
  if (names.length === 1) return;
  for (const name of names) {
    const {shape, numValues} = layoutOf(columns[name]!);
    if (shape.length <= 1 && numValues === undefined) continue;
    const others = names.filter((other) => other !== name);
    const {type} = columns[name]!;
    throw new DataSpecError(
      inputs ? `data.source.inputs.${input}` : `data.source.columns.${name}`,
      `puts "${name}" (${type}${type === 'categorical' ? ', encode: index' : ''}) beside other columns; it needs an input of its own`,
      `inputs: {${name}: ${name}, others: [${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}]}`,
    );
  }
}

function learnClasses(table: Table, {name, values, words}: Column, rows: Uint32Array | undefined): readonly string[] {
  const used = new Set<number>();
  if (rows) for (const row of rows) used.add(values[row]!);
  else for (const value of values) used.add(value);
  const shown = displayPath(table.file);
  if (used.size > mostClasses) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown}: column "${name}" has ${used.size} different values; at most ${mostClasses} classes are accepted`,
      `for a target of numbers: columns: {${name}: numeric}`,
    );
  }
  const classNames = sortWords(Array.from(used, (code) => words[code]!));
  if (classNames.length > 1) return classNames;
  throw new ExpError(
    'DATA_INVALID',
    `${shown}: every training row has the class "${classNames[0]}"; expected 2 or more`,
  );
}

const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
