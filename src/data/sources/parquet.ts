import {Type} from '@sinclair/typebox';
import {defineSource} from './definition.js';
import {tableArgs, tableFacts} from './table-args.js';
import {parquetFormat} from './table-formats.js';
import {describeTables, loadTables} from './table-source.js';

/** Tables of columns. */
export const parquet = defineSource({
  type: 'parquet',
  summary: 'A Parquet table: number columns are numeric, texts and truth values categorical.',
  args: Type.Object(tableArgs),
  facts: {
    ...tableFacts,
    files: 'flat columns of numbers, texts and truth values; uncompressed, snappy, gzip, zstd, brotli or lz4',
  },
  example:
    'data:\n  source: {type: parquet, path: data/penguins.parquet, target: species, testFraction: 0.2}\n  transforms: [{type: normalize, fit: train}]',
  // The number of inputs and classes is known only after every row has been read.
  describe: (spec, context) => describeTables(spec, parquetFormat, context),
  load: (spec, context) => loadTables(spec, parquetFormat, context),
});
