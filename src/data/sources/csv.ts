import {Type} from '@sinclair/typebox';
import {defineSource} from './definition.js';
import {tableArgs, tableFacts} from './table-args.js';
import {csvFormat} from './table-formats.js';
import {describeTables, loadTables} from './table-source.js';

const {path, target, task, columns, ignore, ...testArgs} = tableArgs;

const args = Type.Object({
  path,
  target,
  task,
  columns,
  ignore,
  header: Type.Boolean({
    default: true,
    description: 'Whether the first line names the columns; else they are called 1, 2, ….',
  }),
  delimiter: Type.String({default: ',', minLength: 1, maxLength: 8, description: 'Between fields; "\\t" for tabs.'}),
  ...testArgs,
});

/** Tables of text. */
export const csv = defineSource({
  type: 'csv',
  summary: 'A CSV table: numeric and categorical columns, one of them (or several) the target. UTF-8, gzip or not.',
  args,
  facts: tableFacts,
  example:
    'data:\n  source: {type: csv, path: data/penguins.csv, target: species, testFraction: 0.2}\n  transforms: [{type: normalize, fit: train}]',
  // The number of inputs and classes is known only after every row has been read.
  describe: (spec, context) => describeTables(spec, csvFormat(spec), context),
  load: (spec, context) => loadTables(spec, csvFormat(spec), context),
});
