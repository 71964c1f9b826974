import {type Static, Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import {type ColumnKind, type CsvTable, readTable} from '../files/csv-table.js';
import {resolveDataPath} from '../files/paths.js';
import {readData} from '../files/read.js';
import {holdOut} from '../split.js';
import {examplesOf, learnEncoding, type TableEncoding} from './csv-encoding.js';
import {defineSource, type SourceContext, type SourceData, type SourceInfo} from './definition.js';

const columnName = Type.String({minLength: 1});

const args = Type.Object({
  path: Type.String({
    minLength: 1,
    'x-path': true,
    description: 'The table, relative to the spec; gzip or not. UTF-8.',
  }),
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
  header: Type.Boolean({
    default: true,
    description: 'Whether the first line names the columns; else they are called 1, 2, ….',
  }),
  delimiter: Type.String({default: ',', minLength: 1, maxLength: 8, description: 'Between fields; "\\t" for tabs.'}),
  testPath: Type.Optional(
    Type.String({minLength: 1, 'x-path': true, description: 'A second table with the test examples.'}),
  ),
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
  unknownCategories: Type.Union([Type.Literal('error'), Type.Literal('zeros')], {
    default: 'error',
    description: 'What a category becomes that only test examples have: an error, or 0 for every known category.',
  }),
});

type CsvSpec = Static<typeof args>;

/** Tables of text. */
export const csv = defineSource({
  type: 'csv',
  summary: 'A CSV table: numeric and categorical columns, one of them (or several) the target.',
  args,
  facts: {
    inputs: '[n]: in the order of the file, 1 for a numeric column, 1 per category for a categorical one',
    targets: 'classes (sorted) or real numbers',
  },
  example:
    'data:\n  source: {type: csv, path: data/penguins.csv, target: species, testFraction: 0.2}\n  transforms: [{type: normalize, fit: train}]',
  // The number of inputs and classes is known only after every row has been read.
  describe: async (spec, context) => (await loadCsv(spec, context)).info,
  load: (spec, context) => loadCsv(spec, context),
});

async function loadCsv(spec: CsvSpec, context: SourceContext): Promise<SourceData> {
  const {info, encoding, train, trainRows, test, testRows} = await loadTables(spec, context);
  return {
    info,
    train: examplesOf(train, trainRows, encoding),
    ...(test ? {test: examplesOf(test, testRows, encoding)} : {}),
    fitted: {
      columns: encoding.features.map(({name, categories}) => ({name, ...(categories ? {categories} : {})})),
      ...(encoding.classNames ? {classNames: encoding.classNames} : {}),
    },
  };
}

interface Tables {
  readonly info: SourceInfo;
  readonly encoding: TableEncoding;
  readonly train: CsvTable;
  readonly trainRows?: Uint32Array | undefined;
  readonly test?: CsvTable | undefined;
  readonly testRows?: Uint32Array | undefined;
}

async function loadTables(spec: CsvSpec, context: SourceContext): Promise<Tables> {
  const targets = typeof spec.target === 'string' ? [spec.target] : spec.target;
  checkSpec(spec, targets);
  const train = await open(spec, spec.path, targetKinds(spec, targets), context);
  const held = holdOutTest(spec, train, targets);
  const encoding = learnEncoding(train, held?.kept, targets, spec);
  const kinds = new Map(train.columns.map(({name, kind}) => [name, kind]));
  const other = spec.testPath === undefined ? undefined : await open(spec, spec.testPath, kinds, context, train);
  const numTest = other?.numRows ?? held?.held.length ?? 0;
  const counts = {numTrain: train.numRows - (held?.held.length ?? 0), numTest};
  const info: SourceInfo = {
    ...counts,
    inputShape: [encoding.inputSize],
    ...(encoding.classNames
      ? {
          task: 'classification',
          numClasses: encoding.classNames.length,
          classNames: encoding.classNames,
          targetShape: [],
        }
      : {task: 'regression', targetShape: [targets.length]}),
  };
  return {info, encoding, train, trainRows: held?.kept, test: held ? train : other, testRows: held?.held};
}

function checkSpec(spec: CsvSpec, targets: readonly string[]): void {
  if (spec.testPath !== undefined && spec.testFraction !== undefined) {
    throw new DataSpecError('data.source.testFraction', 'and testPath both name the test set', 'drop one of them');
  }
  if (spec.task === 'classification' && targets.length > 1) {
    throw new DataSpecError('data.source.target', `names ${targets.length} columns; classification has one`);
  }
  targets.forEach((name, index) => {
    if (targets.indexOf(name) !== index) throw new DataSpecError('data.source.target', `names "${name}" twice`);
    if (spec.ignore.includes(name)) throw new DataSpecError('data.source.ignore', `holds the target "${name}"`);
  });
}

function targetKinds(spec: CsvSpec, targets: readonly string[]): Map<string, ColumnKind> {
  const kinds = new Map(Object.entries(spec.columns));
  for (const name of targets) {
    if (spec.task === 'classification') kinds.set(name, 'categorical');
    else if (spec.task === 'regression' || targets.length > 1) kinds.set(name, 'numeric');
  }
  return kinds;
}

/** @param like the table whose columns it must have; extra columns are left out */
async function open(
  spec: CsvSpec,
  wanted: string,
  kinds: ReadonlyMap<string, ColumnKind>,
  {baseDir}: SourceContext,
  like?: CsvTable,
): Promise<CsvTable> {
  const file = await resolveDataPath(wanted, baseDir);
  const {delimiter, header} = spec;
  const text = {file, bytes: await readData(file), delimiter, header};
  const named = new Map<string, string>();
  for (const name of spec.ignore) if (!like) named.set(name, 'data.source.ignore');
  for (const name of Object.keys(spec.columns)) if (!like) named.set(name, 'data.source.columns');
  for (const name of [spec.target].flat()) named.set(name, 'data.source.target');
  for (const {name} of like?.columns ?? []) named.set(name, 'in the training table');
  const wants = (name: string): boolean => (like ? named.has(name) : !spec.ignore.includes(name));
  return readTable(text, {kinds, named, wants});
}

function holdOutTest(spec: CsvSpec, table: CsvTable, targets: readonly string[]) {
  if (spec.testFraction === undefined) return undefined;
  if (table.numRows < 2) {
    throw new DataSpecError('data.source.testFraction', `needs at least 2 rows; the table has ${table.numRows}`);
  }
  const target = table.columns.find(({name}) => name === targets[0]);
  const labels = target?.kind === 'categorical' ? Int32Array.from(target.values) : undefined;
  return holdOut(table.numRows, spec.testFraction, Rng.fromSeed(spec.splitSeed).split('test'), labels);
}
