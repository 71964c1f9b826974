import type {ColumnDefinition} from '../columns/definition.js';
import {type ColumnSpec, columnKinds} from '../columns/index.js';
import {DataSpecError} from '../data-error.js';
import {defaultNames} from '../dataset.js';
import type {Column, ColumnKind, ColumnPlan} from '../files/table.js';
import type {TableSpec} from './table-args.js';

/** What is predicted under one name. */
export interface TargetPlan {
  readonly columns: readonly string[];
  readonly task: TableSpec['task'];
  /** Its place in the spec. */
  readonly path: string;
}

/** A table's spec, looked through before anything is read. */
export interface TablePlan {
  readonly spec: TableSpec;
  /** By name. */
  readonly targets: Readonly<Record<string, TargetPlan>>;
  /** Columns of each input; undefined for one input of all columns that are nothing else. */
  readonly inputs: Readonly<Record<string, readonly string[]>> | undefined;
  /** How to read the training table. */
  readonly columns: ColumnPlan;
}

/** @throws DataSpecError where the spec makes no sense */
export function planTable(spec: TableSpec): TablePlan {
  if (spec.testPath !== undefined && spec.testFraction !== undefined) {
    throw new DataSpecError('data.source.testFraction', 'and testPath both name the test set', 'drop one of them');
  }
  const targets = planTargets(spec);
  if (spec.inputs && Object.keys(spec.inputs).length === 0) {
    throw new DataSpecError('data.source.inputs', 'names no input', 'drop it: one input of all columns');
  }
  const inputs = spec.inputs && Object.fromEntries(Object.entries(spec.inputs).map(([name, of]) => [name, listOf(of)]));
  const plan = {spec, targets, inputs};
  checkRoles(plan);
  checkArguments(plan);
  return {...plan, columns: trainingColumns(plan)};
}

/** A column's kind with its arguments: its own, else those of `defaults`. @param kind as it was read */
export function columnSpec(spec: TableSpec, {name, kind}: Pick<Column, 'name' | 'kind'>): ColumnSpec {
  const declared = spec.columns[name];
  const type = declared?.type ?? kind;
  const unknown = spec.unknownCategories;
  const before = type === 'categorical' && unknown !== undefined ? {unknown} : {};
  return {...before, ...spec.defaults?.[type], ...declared, type} as ColumnSpec;
}

/** The test table has the columns of the training table, of the same kinds; others are left out. */
export function testColumns({targets, columns}: TablePlan, train: readonly Column[]): ColumnPlan {
  const named = new Map<string, string>();
  for (const {columns: of, path} of Object.values(targets)) for (const name of of) named.set(name, path);
  for (const {name} of train) named.set(name, named.get(name) ?? 'in the training table');
  return {
    ...columns,
    kinds: new Map(train.map(({name, kind}) => [name, kind])),
    named,
    wants: (name) => named.has(name),
  };
}

const listOf = (names: string | readonly string[]): readonly string[] => (typeof names === 'string' ? [names] : names);

function planTargets({target, targets, task}: TableSpec): TablePlan['targets'] {
  if (target !== undefined && targets !== undefined) {
    throw new DataSpecError('data.source.targets', 'and target both name what to predict', 'drop one of them');
  }
  if (target !== undefined) {
    return {[defaultNames.target]: {columns: listOf(target), task, path: 'data.source.target'}};
  }
  if (Object.keys(targets ?? {}).length === 0) {
    throw new DataSpecError('data.source', 'lacks `target`, the column to predict', 'for several outputs: `targets`');
  }
  if (task !== 'auto') {
    throw new DataSpecError('data.source.task', 'goes with target; each of targets has its own', 'move it there');
  }
  return Object.fromEntries(
    Object.entries(targets ?? {}).map(([name, given]) => {
      const {column, task: own} = typeof given === 'string' ? {column: given, task: 'auto' as const} : given;
      return [name, {columns: listOf(column), task: own, path: `data.source.targets.${name}`}];
    }),
  );
}

/** A column is a target, an input, a weight or a key, or it is ignored; and it is one of these once. */
function checkRoles({spec, targets, inputs}: Omit<TablePlan, 'columns'>): void {
  const seen = new Set<string>();
  for (const {columns, task, path} of Object.values(targets)) {
    if (task === 'classification' && columns.length > 1) {
      throw new DataSpecError(path, `names ${columns.length} columns; classification has one`);
    }
    for (const name of columns) {
      if (seen.has(name)) throw new DataSpecError(path, `names "${name}" twice`);
      seen.add(name);
      if (spec.ignore.includes(name)) throw new DataSpecError('data.source.ignore', `holds the target "${name}"`);
      if (Object.keys(spec.columns[name] ?? {}).length > 1) {
        throw new DataSpecError(`data.source.columns.${name}`, 'has arguments, and is a target', 'write its kind only');
      }
    }
  }
  for (const role of ['splitBy', 'weight'] as const) {
    const name = spec[role];
    if (name === undefined) continue;
    if (seen.has(name) || spec.ignore.includes(name)) {
      throw new DataSpecError(`data.source.${role}`, `names "${name}", which is a target or ignored`);
    }
    if (role === 'weight' && name === spec.splitBy) {
      throw new DataSpecError('data.source.weight', `names "${name}", which is splitBy`);
    }
  }
  for (const [input, columns] of Object.entries(inputs ?? {})) {
    columns.forEach((name, index) => {
      const path = `data.source.inputs.${input}`;
      if (columns.indexOf(name) !== index) throw new DataSpecError(path, `names "${name}" twice`);
      const role = roleOf(name, spec, seen);
      if (role !== undefined) throw new DataSpecError(path, `names "${name}", which is ${role}`);
    });
  }
  const used = inputs && new Set(Object.values(inputs).flat());
  for (const name of Object.keys(spec.columns)) {
    if (!used || used.has(name) || roleOf(name, spec, seen) !== undefined) continue;
    throw new DataSpecError(`data.source.columns.${name}`, 'is in none of data.source.inputs', 'add it, or drop it');
  }
}

/** Asks the kinds of columns about their arguments, those of `defaults` as well. */
function checkArguments({spec, targets}: Omit<TablePlan, 'columns'>): void {
  const isTarget = new Set(Object.values(targets).flatMap(({columns}) => columns));
  const kinds = ['numeric', 'categorical'] as const;
  const given = [
    ...kinds.map(
      (kind) => [`data.source.defaults.${kind}`, columnSpec({...spec, columns: {}}, {name: '', kind})] as const,
    ),
    ...Object.keys(spec.columns)
      .filter((name) => !isTarget.has(name))
      .map((name) => [`data.source.columns.${name}`, columnSpec(spec, {name, kind: 'numeric'})] as const),
  ];
  for (const [path, column] of given) {
    const definition: ColumnDefinition = columnKinds[column.type];
    const refusal = definition.check?.(column as never);
    if (refusal) throw new DataSpecError(path, refusal.message, refusal.hint);
  }
}

const roleOf = (name: string, spec: TableSpec, targets: ReadonlySet<string>): string | undefined =>
  targets.has(name)
    ? 'a target'
    : spec.ignore.includes(name)
      ? 'ignored'
      : name === spec.weight
        ? 'the weight'
        : name === spec.splitBy
          ? 'splitBy'
          : undefined;

const storage = {numbers: 'numeric', words: 'categorical'} as const satisfies Record<string, ColumnKind>;

function trainingColumns({spec, targets, inputs}: Omit<TablePlan, 'columns'>): ColumnPlan {
  const kinds = new Map<string, ColumnKind>();
  const named = new Map<string, string>();
  if (spec.splitBy !== undefined) named.set(spec.splitBy, 'data.source.splitBy');
  if (spec.weight !== undefined) named.set(spec.weight, 'data.source.weight');
  for (const name of spec.ignore) named.set(name, 'data.source.ignore');
  for (const [input, columns] of Object.entries(inputs ?? {})) {
    for (const name of columns) named.set(name, `data.source.inputs.${input}`);
  }
  for (const [name, {type}] of Object.entries(spec.columns)) {
    kinds.set(name, storage[columnKinds[type].cells]);
    named.set(name, 'data.source.columns');
  }
  for (const {columns, task, path} of Object.values(targets)) {
    for (const name of columns) {
      named.set(name, path);
      if (task === 'classification') kinds.set(name, 'categorical');
      else if (task === 'regression' || columns.length > 1) kinds.set(name, 'numeric');
    }
  }
  if (spec.splitBy !== undefined) kinds.set(spec.splitBy, 'categorical');
  if (spec.weight !== undefined) kinds.set(spec.weight, 'numeric');
  const isFeature = new Set(inputs && Object.values(inputs).flat());
  const hasRole = new Set([...Object.values(targets).flatMap(({columns}) => columns), spec.splitBy, spec.weight]);
  return {
    kinds,
    named,
    wants: (name) => !spec.ignore.includes(name) && (!inputs || isFeature.has(name) || hasRole.has(name)),
    acceptsMissing(name, kind) {
      if (hasRole.has(name)) return false;
      const column = columnSpec(spec, {name, kind});
      return column.type === 'text' || ('impute' in column && column.impute !== undefined);
    },
  };
}
