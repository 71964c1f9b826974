import {type Static, Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import {defaultNames, type ExampleInfo} from '../dataset.js';
import {dataFile, type FileRef, locateFile} from '../files/locate.js';
import type {Column, ColumnKind, ColumnPlan, Table} from '../files/table.js';
import {checkHeld, type HeldOut, holdOut, holdOutBelow} from '../split.js';
import type {EncodedExamples, SourceContext, SourceData, TrainedRows} from './definition.js';
import {examplesOf, learnEncoding, type TableEncoding} from './table-encoding.js';

const columnName = Type.String({minLength: 1});

/** Arguments that all formats of tables share. */
export const tableArgs = {
  path: dataFile('The table, relative to the spec.'),
  target: Type.Union([columnName, Type.Array(columnName, {minItems: 1})], {
    description: 'Column to predict; several for regression with several targets.',
  }),
  task: Type.Union([Type.Literal('auto'), Type.Literal('classification'), Type.Literal('regression')], {
    default: 'auto',
    description: 'auto: classification when the target is words, regression when it is numbers.',
  }),
  columns: Type.Record(Type.String(), Type.Union([Type.Literal('numeric'), Type.Literal('categorical')]), {
    default: {},
    description:
      'Kind of columns by name; by default numeric when the first value is a number, else categorical. A categorical column becomes one 0/1 input per category seen in training.',
  }),
  ignore: Type.Array(columnName, {default: [], description: 'Columns to leave out.'}),
  testPath: Type.Optional(dataFile('A second table with the test examples.')),
  testFraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Part of the rows that becomes the test set, the same part of each class.',
    }),
  ),
  splitSeed: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      'Decides which rows testFraction takes; not the seed of the experiment, so that all seeds meet the same test set.',
  }),
  splitBy: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Column whose equal values stay together in training, validation or test, such as a patient or an id; not an input. A hash of the value and splitSeed decides, so rows that are added later move no others; fractions are then approximate.',
    }),
  ),
  unknownCategories: Type.Union([Type.Literal('error'), Type.Literal('zeros')], {
    default: 'error',
    description: 'What a category becomes that only test examples have: an error, or 0 for every known category.',
  }),
};

/** What all formats of tables give. */
export const tableFacts = {
  inputs: '[n]: in the order of the file, 1 for a numeric column, 1 per category for a categorical one',
  targets: 'classes (sorted) or real numbers',
} as const;

const sharedArgs = Type.Object(tableArgs);

/** The shared arguments, defaults filled. */
export type TableSpec = Static<typeof sharedArgs>;

/** Reads a file of one format. @param file absolute @throws ExpError */
export type TableReader = (file: string, plan: ColumnPlan) => Promise<Table>;

/** Reads the tables of a spec; their rows become numbers once it is known which are trained on. @throws ExpError */
export async function loadTables(spec: TableSpec, read: TableReader, context: SourceContext): Promise<SourceData> {
  const targets = typeof spec.target === 'string' ? [spec.target] : spec.target;
  checkSpec(spec, targets);
  const open = async (ref: FileRef, plan: ColumnPlan): Promise<Table> => read(await locateFile(ref, context), plan);
  const {table, splitKeys} = takeKeys(await open(spec.path, trainingPlan(spec, targets)), spec);
  const held = holdOutTest(spec, table, targets, splitKeys);
  const other = spec.testPath === undefined ? undefined : await open(spec.testPath, testPlan(targets, table));
  const known = held?.kept;
  const target = table.columns.find(({name}) => name === targets[0]);
  /** Worked out once: a table's rows are divided in one way. */
  let encoded: {readonly encoding: TableEncoding; readonly examples: EncodedExamples} | undefined;
  const encode = (trained: TrainedRows): NonNullable<typeof encoded> => {
    const encoding = learnEncoding(table, {trained: rowsAmong(known, trained()), known}, targets, spec);
    const test = held ? table : other;
    return {
      encoding,
      examples: {
        train: examplesOf(table, known, encoding),
        test: test && examplesOf(test, held?.held, encoding),
        fitted: {
          columns: encoding.features.map(({name, categories}) => ({name, ...(categories ? {categories} : {})})),
          ...(encoding.classNames ? {classNames: encoding.classNames} : {}),
        },
      },
    };
  };
  return {
    numTrain: table.numRows - (held?.held.length ?? 0),
    numTest: other?.numRows ?? held?.held.length ?? 0,
    splitPoints: splitKeys && pointsOf(splitKeys, known, spec, 'validation'),
    labels: target?.kind === 'categorical' ? codesOf(target, known) : undefined,
    info(trained) {
      encoded ??= encode(trained);
      return infoOf(encoded.encoding, targets);
    },
    encode(trained) {
      encoded ??= encode(trained);
      return encoded.examples;
    },
  };
}

/** Rows by their places among some rows. */
const rowsAmong = (rows: Uint32Array | undefined, places: Uint32Array | undefined): Uint32Array | undefined =>
  rows && places ? places.map((place) => rows[place]!) : (places ?? rows);

const codesOf = ({values}: Column, rows: Uint32Array | undefined): Int32Array =>
  rows ? Int32Array.from(rows, (row) => values[row]!) : Int32Array.from(values);

const infoOf = ({inputSize, classNames}: TableEncoding, targets: readonly string[]): ExampleInfo => ({
  inputs: {[defaultNames.input]: {shape: [inputSize]}},
  targets: {
    [defaultNames.target]: classNames
      ? {task: 'classification', numClasses: classNames.length, classNames, shape: []}
      : {task: 'regression', shape: [targets.length]},
  },
});

function checkSpec(spec: TableSpec, targets: readonly string[]): void {
  if (spec.testPath !== undefined && spec.testFraction !== undefined) {
    throw new DataSpecError('data.source.testFraction', 'and testPath both name the test set', 'drop one of them');
  }
  if (spec.task === 'classification' && targets.length > 1) {
    throw new DataSpecError('data.source.target', `names ${targets.length} columns; classification has one`);
  }
  if (spec.splitBy !== undefined && [...targets, ...spec.ignore].includes(spec.splitBy)) {
    throw new DataSpecError('data.source.splitBy', `names "${spec.splitBy}", which is a target or ignored`);
  }
  targets.forEach((name, index) => {
    if (targets.indexOf(name) !== index) throw new DataSpecError('data.source.target', `names "${name}" twice`);
    if (spec.ignore.includes(name)) throw new DataSpecError('data.source.ignore', `holds the target "${name}"`);
  });
}

function trainingPlan(spec: TableSpec, targets: readonly string[]): ColumnPlan {
  const kinds = new Map<string, ColumnKind>(Object.entries(spec.columns));
  for (const name of targets) {
    if (spec.task === 'classification') kinds.set(name, 'categorical');
    else if (spec.task === 'regression' || targets.length > 1) kinds.set(name, 'numeric');
  }
  if (spec.splitBy !== undefined) kinds.set(spec.splitBy, 'categorical');
  const named = new Map<string, string>();
  if (spec.splitBy !== undefined) named.set(spec.splitBy, 'data.source.splitBy');
  for (const name of spec.ignore) named.set(name, 'data.source.ignore');
  for (const name of Object.keys(spec.columns)) named.set(name, 'data.source.columns');
  for (const name of targets) named.set(name, 'data.source.target');
  return {kinds, named, wants: (name) => !spec.ignore.includes(name)};
}

/** The test table has the columns of the training table, of the same kinds; others are left out. */
function testPlan(targets: readonly string[], train: Table): ColumnPlan {
  const kinds = new Map(train.columns.map(({name, kind}) => [name, kind]));
  const named = new Map<string, string>();
  for (const name of targets) named.set(name, 'data.source.target');
  for (const {name} of train.columns) named.set(name, 'in the training table');
  return {kinds, named, wants: (name) => named.has(name)};
}

/** Takes the column of `splitBy` out of a table. @returns its text for each row */
function takeKeys(table: Table, {splitBy}: TableSpec): {readonly table: Table; readonly splitKeys?: readonly string[]} {
  const column = table.columns.find(({name}) => name === splitBy);
  if (!column) return {table};
  const splitKeys = Array.from(column.values, (word) => column.words[word]!);
  return {table: {...table, columns: table.columns.filter((other) => other !== column)}, splitKeys};
}

/** For each row a number in [0, 1) that its key alone decides. @param rows all by default */
function pointsOf(
  keys: readonly string[],
  rows: Uint32Array | undefined,
  {splitSeed}: TableSpec,
  purpose: 'test' | 'validation',
): Float64Array {
  const rng = Rng.fromSeed(splitSeed).split('splitBy').split(purpose);
  const points = new Map<string, number>();
  for (const key of keys) if (!points.has(key)) points.set(key, rng.split(key).uniform());
  return Float64Array.from({length: rows?.length ?? keys.length}, (_, i) => points.get(keys[rows?.[i] ?? i]!)!);
}

function holdOutTest(
  spec: TableSpec,
  table: Table,
  targets: readonly string[],
  splitKeys: readonly string[] | undefined,
): HeldOut | undefined {
  if (spec.testFraction === undefined) return undefined;
  if (splitKeys) {
    const held = holdOutBelow(pointsOf(splitKeys, undefined, spec, 'test'), spec.testFraction);
    return checkHeld(held, 'data.source.testFraction', spec.testFraction);
  }
  if (table.numRows < 2) {
    throw new DataSpecError('data.source.testFraction', `needs at least 2 rows; the table has ${table.numRows}`);
  }
  const target = table.columns.find(({name}) => name === targets[0]);
  const labels = target?.kind === 'categorical' ? Int32Array.from(target.values) : undefined;
  return holdOut(table.numRows, spec.testFraction, Rng.fromSeed(spec.splitSeed).split('test'), labels);
}
