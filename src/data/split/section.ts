import {type Static, type TProperties, Type} from '@sinclair/typebox';

const columnName = (description: string) => Type.Optional(Type.String({minLength: 1, description}));

/** How a part of the examples is chosen, for validation and for a test set alike. */
const choice = {
  fraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Part of the examples to hold out, rounded to whole examples.',
    }),
  ),
  by: Type.Optional(
    Type.Unsafe<'random' | 'hash' | 'order'>({
      type: 'string',
      enum: ['random', 'hash', 'order'],
      description:
        'random, the default: drawn by a seed. hash: by what an example holds (of imageFolder: the name of its file), so that examples added later move no others; fractions are then approximate. order: the last ones of the stored order.',
    }),
  ),
  stratify: Type.Boolean({
    default: false,
    description: 'Hold out the same part of every class; classification only.',
  }),
  group: columnName(
    'Column of a table whose equal values stay together, such as a patient; not an input. With by: hash its value alone decides.',
  ),
  time: columnName(
    'Column of a table with dates (2024-12-31, 2024-12-31T23:59:00Z) or numbers: the newest rows are held out; not an input. Rows of the same time stay together.',
  ),
  from: Type.Optional(
    Type.Union([Type.String({minLength: 1}), Type.Number()], {
      'x-expected': 'a date such as 2024-12-31, or a number',
      description: 'With time: rows of this time and later are held out.',
    }),
  ),
  column: columnName('Column of a table that says which rows are held out, those that hold `value`; not an input.'),
  value: Type.Optional(
    Type.Union([Type.String({minLength: 1}), Type.Number(), Type.Boolean()], {
      'x-expected': 'a text, a number or a truth value',
      description: 'With column: what rows to hold out have there, such as val.',
    }),
  ),
} satisfies TProperties;

const seedOf = (description: string) => Type.Optional(Type.Integer({minimum: 0, description}));

/** `data.validation` */
export const validationSection = Type.Object(
  {
    ...choice,
    kFold: Type.Optional(
      Type.Integer({
        minimum: 2,
        description:
          'Divides the examples into this many folds; each run holds out another one, and the runs are compared as mean ± standard deviation. With time or by: order each fold comes after all examples trained on.',
      }),
    ),
    fold: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'With kFold: hold out this fold only, from 1; by default a run for each.',
      }),
    ),
    splitSeed: seedOf(
      'Decides what is drawn. By default the seed of the run draws a fraction, while folds and hashes are the same for all seeds (0).',
    ),
  },
  {
    additionalProperties: false,
    description:
      'Holds examples out of the training set. They give the val_* metrics, the only ones that can be monitored.',
    'x-main': 'fraction',
    'x-hints': {
      last: 'write `fraction: 0.2` and `by: order`',
      after: 'write `time: COLUMN` and `from: 2024-01-01`; rows of that time and later are held out',
      size: 'write `fraction: 0.2`',
      shuffle: 'examples are drawn at random unless `by: order` takes the last ones',
      groups: 'write `group: COLUMN`',
      groupBy: 'write `group: COLUMN`',
      splitBy: 'write `group: COLUMN` and `by: hash`, or splitBy in data.source',
      seed: 'write `splitSeed`',
      folds: 'write `kFold: 5`',
      n_splits: 'write `kFold: 5`',
      nSplits: 'write `kFold: 5`',
      numFolds: 'write `kFold: 5`',
      path: 'a file of its own for validation: not in this version; add its rows to the table, and a column that says which they are (column, value)',
    },
  },
);

/** `data.testSplit` */
export const testSplitSection = Type.Object(
  {
    ...choice,
    splitSeed: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Decides what is drawn; not the seed of the experiment, so that all seeds meet the same test set.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Takes a test set out of the examples of a source that has none, before limits and validation, by the same rules as data.validation.',
    'x-main': 'fraction',
    'x-hints': {
      kFold: 'folds are for data.validation; the test set is the same in all of them',
      seed: 'write `splitSeed`',
    },
  },
);

/** How validation examples are chosen. */
export type ValidationSpec = Static<typeof validationSection>;

/** What both sections have, and what only one has. */
export type SplitSpec = Partial<Omit<ValidationSpec, 'stratify'>> & Pick<ValidationSpec, 'stratify'>;
