import {DataSpecError} from '../data-error.js';
import type {ColumnPlan, Table} from '../files/table.js';
import type {SourceContext} from './definition.js';
import type {TablePlan} from './table-plan.js';

/** Columns that say how a table is divided, and are no inputs. */
type SplitColumns = NonNullable<SourceContext['splitColumns']>;

/**
 * How to read a table with the columns of its parts, which are read as texts. Only a column that says outright what is held out may be
 * empty somewhere.
 * @throws DataSpecError if one of them has another role
 */
export function planWithSplitColumns(
  {columns: plan, targets, inputs, spec}: TablePlan,
  columns: SplitColumns,
): ColumnPlan {
  const targetColumns = Object.values(targets).flatMap((target) => target.columns);
  for (const [name, key] of columns) {
    if (targetColumns.includes(name)) throw new DataSpecError(key, `names "${name}", which is a target`);
    if (name === spec.weight) throw new DataSpecError(key, `names "${name}", which is the weight`);
    if (Object.values(inputs ?? {}).some((names) => names.includes(name))) {
      throw new DataSpecError(key, `names "${name}", which is in data.source.inputs`, 'drop it there');
    }
  }
  return {
    ...plan,
    kinds: new Map([...plan.kinds, ...[...columns.keys()].map((name) => [name, 'categorical'] as const)]),
    named: new Map([...plan.named, ...columns]),
    wants: (name) => columns.has(name) || plan.wants(name),
    acceptsMissing: (name, kind) =>
      columns.has(name) ? columns.get(name)!.endsWith('.column') : (plan.acceptsMissing?.(name, kind) ?? false),
  };
}

/** Takes the columns of parts out of a table. @returns them as texts for each row, empty where they are missing */
export function takeSplitColumns(
  table: Table,
  columns: SplitColumns,
): {readonly table: Table; readonly texts: ReadonlyMap<string, readonly string[]>} {
  const texts = table.columns
    .filter(({name}) => columns.has(name))
    .map(({name, values, words}) => [name, Array.from(values, (word) => words[word] ?? '')] as const);
  return {table: {...table, columns: table.columns.filter(({name}) => !columns.has(name))}, texts: new Map(texts)};
}

/** A text for each row of a table that all its columns but the targets decide. */
export function rowKeys({columns, numRows}: Table, {targets}: TablePlan): readonly string[] {
  const targetColumns = Object.values(targets).flatMap((target) => target.columns);
  const inputs = columns
    .filter(({name}) => !targetColumns.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({name, kind, values, words}) => ({name, kind, values, words}));
  return Array.from({length: numRows}, (_, row) =>
    JSON.stringify(
      inputs.map(({name, kind, values, words}) => {
        const value = values[row]!;
        return [name, kind === 'numeric' ? value : (words[value] ?? null)];
      }),
    ),
  );
}
