import {BlockSpill, type ColumnBlocks, valuesInFile} from '../files/column-values.js';
import {displayPath} from '../files/paths.js';
import type {Column, ColumnKind, ColumnPlan, Table, TableFile} from '../files/table.js';
import type {ArrayFile} from './array-file.js';
import {keepDecoded, type Notices} from './keep.js';
import type {Placement} from './placement.js';

/** How tables of a format are read. */
export interface TableFormat {
  /** With its arguments: what decides, besides the plan, what comes out of a file. Plain JSON. */
  readonly args: {readonly format: string} & Readonly<Record<string, unknown>>;
  /** @throws ExpError */
  read(file: string, plan: ColumnPlan): Promise<Table>;
  /** A table as far as messages go, without reading it whole. */
  fileOf(file: string): Promise<TableFile>;
  /** Numbers and words that it holds, or a good guess. @throws ExpError */
  countCells(file: string, plan: ColumnPlan): Promise<number>;
}

/** A cell is read as a double and becomes a float or more. */
const bytesPerCell = 12;

interface Facts {
  readonly numRows: number;
  readonly columns: readonly (Pick<Column, 'name' | 'field' | 'kind' | 'words'> & Pick<ColumnBlocks, 'blocks'>)[];
}

/** Where a table goes and who is told. */
export interface TableContext extends Notices {
  readonly placement?: Placement | undefined;
}

/**
 * Reads a table into memory, or, where the data set goes to disk, into a file of the cache from which its columns are read.
 * @param file absolute @param wanted what of the spec decides which columns the plan wants, as plain JSON @throws ExpError
 */
export async function openTable(
  format: TableFormat,
  file: string,
  plan: ColumnPlan,
  wanted: unknown,
  context: TableContext,
): Promise<Table> {
  const place = context.placement?.choose(bytesPerCell * (await format.countCells(file, plan))) ?? 'memory';
  if (place === 'memory') return format.read(file, plan);
  const {arrays, facts} = await keepDecoded(
    {files: [file], args: {...format.args, wanted, plan: keyOf(plan)}, what: displayPath(file), place},
    async (store) => {
      const spill = new BlockSpill(store.create('cells', {kind: 'float64', rowSize: 1}));
      const {numRows, columns} = await format.read(file, {...plan, spill});
      const known = columns.map(({name, field, kind, words, blocks}) => ({name, field, kind, words, blocks: blocks!}));
      return {numRows, columns: known};
    },
    context,
  );
  const cells = arrays.get('cells') as ArrayFile;
  const {numRows, columns} = facts as unknown as Facts;
  return {
    ...(await format.fileOf(file)),
    numRows,
    isOnDisk: true,
    columns: columns.map(({blocks, ...column}) => Object.assign(valuesInFile(cells, {numRows, blocks}), column)),
  };
}

/** What of a plan decides what is read. */
function keyOf({kinds, named, acceptsMissing}: ColumnPlan): unknown {
  // The name that no column has stands for all others.
  const names = [...new Set([...kinds.keys(), ...named.keys(), ''])].sort();
  const mayLack = (kind: ColumnKind): string[] => names.filter((name) => acceptsMissing?.(name, kind));
  return {names, kinds: [...kinds].sort(), mayLack: {numeric: mayLack('numeric'), categorical: mayLack('categorical')}};
}
