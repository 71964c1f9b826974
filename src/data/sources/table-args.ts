import {type Static, type TObject, Type} from '@sinclair/typebox';
import {choiceOf} from '../../spec/define.js';
import {columnKinds} from '../columns/index.js';
import {dataFile} from '../files/locate.js';

const columnName = Type.String({minLength: 1});
const columnNames = Type.Union([columnName, Type.Array(columnName, {minItems: 1})], {
  'x-expected': 'the name of a column, or a list of names',
});

const task = (description: string) =>
  Type.Union([Type.Literal('auto'), Type.Literal('classification'), Type.Literal('regression')], {
    default: 'auto',
    description,
  });

const optional = <Args extends TObject>(args: Args) => Type.Optional(Type.Partial(args, {additionalProperties: false}));

/** Arguments that all formats of tables share. */
export const tableArgs = {
  path: dataFile('The table, relative to the spec.'),
  target: Type.Optional(
    Type.Union([columnName, Type.Array(columnName, {minItems: 1})], {
      description: 'Column to predict; several for regression with several targets.',
    }),
  ),
  task: task('auto: classification when the target is words, regression when it is numbers.'),
  targets: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Union([
        columnName,
        Type.Object(
          {column: columnNames, task: task('As for a single target.')},
          {additionalProperties: false, 'x-expected': 'a column, or {column, task}'},
        ),
      ]),
      {
        description:
          'Instead of target, for models of several outputs: what to predict by name, each a column or {column, task}.',
      },
    ),
  ),
  columns: Type.Record(Type.String(), choiceOf(columnKinds, {title: 'column kind', shorthand: true}), {
    default: {},
    description:
      'Kind of columns by name: numeric, categorical, text or image, with arguments or as a bare word (exp words columns lists them). By default numeric when the first value is a number, else categorical.',
  }),
  defaults: Type.Optional(
    Type.Object(
      {
        numeric: optional(columnKinds.numeric.args),
        categorical: optional(columnKinds.categorical.args),
        text: optional(columnKinds.text.args),
        image: optional(columnKinds.image.args),
      },
      {
        additionalProperties: false,
        description:
          'Arguments of all columns of a kind, where a column does not say otherwise: {numeric: {scale: standardize}}.',
      },
    ),
  ),
  inputs: Type.Optional(
    Type.Record(Type.String(), columnNames, {
      description:
        'Inputs of the model by name, each a column or a list of columns, which stand one after the other; columns in no input are left out. By default one input, named input, of all columns in the order of the file.',
    }),
  ),
  weight: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Column of numbers from 0 on that each row's loss is multiplied by; not an input.",
    }),
  ),
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
  unknownCategories: Type.Optional(
    Type.Union([Type.Literal('error'), Type.Literal('bucket'), Type.Literal('zeros')], {
      description: 'Short for defaults: {categorical: {unknown: …}}.',
    }),
  ),
};

/** What all formats of tables give. */
export const tableFacts = {
  inputs:
    '[n] in the order of the file, 1 for a numeric column, 1 per category for a categorical one; [length] tokens of a text, [height, width, channels] bytes of an image; several inputs by inputs',
  targets: 'classes (sorted) or real numbers; several targets by targets',
} as const;

const sharedArgs = Type.Object(tableArgs);

/** The shared arguments, defaults filled. */
export type TableSpec = Static<typeof sharedArgs>;
