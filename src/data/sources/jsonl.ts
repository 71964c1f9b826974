import {Type} from '@sinclair/typebox';
import {defineSource} from './definition.js';
import {tableArgs, tableFacts} from './table-args.js';
import {jsonlFormat} from './table-formats.js';
import {describeTables, loadTables} from './table-source.js';

/** Tables of JSON objects. */
export const jsonl = defineSource({
  type: 'jsonl',
  summary:
    'JSON lines: one object a line, its keys the columns; numbers are numeric, texts and truth values categorical.',
  args: Type.Object(tableArgs),
  facts: {...tableFacts, files: 'UTF-8, gzip or not; every line has the columns of the first'},
  example:
    'data:\n  source: {type: jsonl, path: data/penguins.jsonl, target: species, testFraction: 0.2}\n  transforms: [{type: normalize, fit: train}]',
  // The number of inputs and classes is known only after every row has been read.
  describe: (spec, context) => describeTables(spec, jsonlFormat, context),
  load: (spec, context) => loadTables(spec, jsonlFormat, context),
});
