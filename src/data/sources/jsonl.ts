import {Type} from '@sinclair/typebox';
import {readJsonlTable} from '../files/jsonl-table.js';
import {readText} from '../files/read.js';
import {defineSource} from './definition.js';
import {tableArgs, tableFacts} from './table-args.js';
import {describeTables, loadTables, type TableReader} from './table-source.js';

const read: TableReader = async (file, plan) => readJsonlTable(file, await readText(file), plan);

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
  describe: (spec, context) => describeTables(spec, read, context),
  load: (spec, context) => loadTables(spec, read, context),
});
