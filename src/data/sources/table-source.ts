import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {type FileRef, locateFile} from '../files/locate.js';
import {displayPath} from '../files/paths.js';
import type {Column, ColumnPlan, Table} from '../files/table.js';
import {openTable, type TableFormat} from '../storage/stored-table.js';
import type {EncodedExamples, Examples, SourceContext, SourceData, TrainedRows} from './definition.js';
import {planWithSplitColumns, rowKeys, takeSplitColumns} from './split-columns.js';
import type {TableSpec} from './table-args.js';
import {type DecodedImages, encodeInputs, encodeTargets, refused} from './table-encoding.js';
import {type FittedTable, fitTable, tableInfo} from './table-fit.js';
import {readImages} from './table-images.js';
import {planTable, type TablePlan, testColumns} from './table-plan.js';
import {holdOutTest, pointsOf} from './table-split.js';

/** Some rows of a table as far as they are known before anything is learnt. */
interface Part {
  readonly table: Table;
  /** All by default. */
  readonly rows?: Uint32Array | undefined;
  readonly weights?: Float32Array | undefined;
  readonly images?: DecodedImages;
}

/** Reads a table and looks for its images. @throws ExpError */
export const describeTables = (spec: TableSpec, format: TableFormat, context: SourceContext): Promise<SourceData> =>
  readTables(spec, format, context, false);

/** Reads a table and its images; rows become numbers once it is known which are trained on. @throws ExpError */
export const loadTables = (spec: TableSpec, format: TableFormat, context: SourceContext): Promise<SourceData> =>
  readTables(spec, format, context, true);

async function readTables(
  spec: TableSpec,
  format: TableFormat,
  context: SourceContext,
  decode: boolean,
): Promise<SourceData> {
  const splitColumns = context.splitColumns ?? new Map();
  const plan = planTable(spec);
  const open = async (ref: FileRef, columns: ColumnPlan, wanted: unknown): Promise<Table> =>
    openTable(format, await locateFile(ref, context), columns, wanted, context);
  const wanted = {ignore: spec.ignore, isNamed: Boolean(plan.inputs), parts: [...splitColumns.keys()]};
  const whole = await open(spec.path, planWithSplitColumns(plan, splitColumns), wanted);
  const {table: withKeys, texts} = takeSplitColumns(whole, splitColumns);
  const {table: withWeights, keys: splitKeys} = takeKeys(withKeys, spec);
  const {table, weights} = takeWeights(withWeights, spec);
  const classes = classColumn(table, plan);
  const held = holdOutTest(spec, table, classes, splitKeys);
  const part = async (of: Table, ref: FileRef, own: Omit<Part, 'table' | 'images'>): Promise<Part> => {
    const folder = typeof ref === 'string' ? path.dirname(of.file) : context.baseDir;
    const images = await readImages(of, own.rows, plan, {...context, folder, decode});
    return {table: of, ...own, images};
  };
  const train = await part(table, spec.path, {rows: held?.kept, weights: pickWeights(weights, held?.kept)});
  checkWeights(train, spec);
  let test: Part | undefined;
  if (held) test = await part(table, spec.path, {rows: held.held, weights: pickWeights(weights, held.held)});
  if (spec.testPath !== undefined) {
    const other = takeWeights(await open(spec.testPath, testColumns(plan, withWeights.columns), {isNamed: true}), spec);
    test = await part(other.table, spec.testPath, {weights: other.weights});
  }
  return sourceData(plan, train, test, {
    splitPoints: splitKeys && pointsOf(splitKeys, held?.kept, spec, 'validation'),
    labels: classes && codesOf(classes, held?.kept),
    column: (name) => ofRows(texts.get(name)!, held?.kept),
    keys: () => ofRows(rowKeys(table, plan), held?.kept),
  });
}

function sourceData(
  plan: TablePlan,
  train: Part,
  test: Part | undefined,
  more: Pick<SourceData, 'splitPoints' | 'labels' | 'column' | 'keys'>,
): SourceData {
  // Worked out once: a table's rows are divided in one way.
  let fitted: FittedTable | undefined;
  let examples: EncodedExamples | undefined;
  const fit = (trained: TrainedRows): FittedTable => {
    fitted ??= fitTable(train.table, plan, {trained: rowsAmong(train.rows, trained()), known: train.rows});
    return fitted;
  };
  const encodeAll = (trained: TrainedRows): EncodedExamples => {
    const learnt = fit(trained);
    examples ??= {train: encode(train, learnt), test: test && encode(test, learnt), fitted: {...learnt}};
    return examples;
  };
  return {
    ...more,
    numTrain: numRows(train),
    numTest: test ? numRows(test) : 0,
    info(trained) {
      // Rows that cannot be encoded are found out now, unless there are so many that they are on disk.
      if (!train.table.isOnDisk) encodeAll(trained);
      return {...tableInfo(fit(trained)), ...(train.weights ? {isWeighted: true} : {})};
    },
    encode: encodeAll,
  };
}

const numRows = ({table, rows}: Part): number => rows?.length ?? table.numRows;

const encode = ({table, rows, weights, images}: Part, fitted: FittedTable): Examples => ({
  numExamples: rows?.length ?? table.numRows,
  inputs: encodeInputs(table, rows, fitted, images),
  targets: encodeTargets(table, rows, fitted),
  weights,
});

const ofRows = (cells: readonly string[], rows: Uint32Array | undefined): readonly string[] =>
  rows ? Array.from(rows, (row) => cells[row]!) : cells;

/** Rows by their places among some rows. */
const rowsAmong = (rows: Uint32Array | undefined, places: Uint32Array | undefined): Uint32Array | undefined =>
  rows && places ? places.map((place) => rows[place]!) : (places ?? rows);

const codesOf = ({values}: Column, rows: Uint32Array | undefined): Int32Array =>
  rows ? Int32Array.from(rows, (row) => values[row]!) : Int32Array.from(values);

/** The column of the first target with classes. */
function classColumn({columns}: Table, {targets}: TablePlan): Column | undefined {
  const names = Object.values(targets).map((target) => target.columns[0]);
  const candidates = names.map((wanted) => columns.find(({name}) => name === wanted));
  return candidates.find((column) => column?.kind === 'categorical');
}

/** Takes the column of `splitBy` out of a table. @returns its text for each row */
function takeKeys(table: Table, {splitBy}: TableSpec): {readonly table: Table; readonly keys?: readonly string[]} {
  const column = table.columns.find(({name}) => name === splitBy);
  if (!column) return {table};
  const {values, words} = column;
  const keys = Array.from(values, (word) => words[word]!);
  return {table: {...table, columns: table.columns.filter((other) => other !== column)}, keys};
}

/** Takes the column of `weight` out of a table. @throws ExpError for a weight below 0 */
function takeWeights(table: Table, {weight}: TableSpec): {readonly table: Table; readonly weights?: Float32Array} {
  const column = table.columns.find(({name}) => name === weight);
  if (!column) return {table};
  const weights = Float32Array.from(column.values);
  const row = weights.findIndex((value) => value < 0);
  if (row >= 0) throw refused(table, column, row, {message: `is ${weights[row]}; a weight is a number from 0 on`});
  return {table: {...table, columns: table.columns.filter((other) => other !== column)}, weights};
}

const pickWeights = (weights: Float32Array | undefined, rows: Uint32Array | undefined): Float32Array | undefined =>
  weights && rows ? Float32Array.from(rows, (row) => weights[row]!) : weights;

function checkWeights({table, weights}: Part, {weight}: TableSpec): void {
  if (!weights || weights.some((value) => value > 0)) return;
  throw new ExpError('DATA_INVALID', `${displayPath(table.file)}: column "${weight}" is 0 in every training row`);
}
