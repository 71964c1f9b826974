import {Type} from '@sinclair/typebox';
import {defineSource} from './definition.js';
import {tableArgs, tableFacts} from './table-args.js';
import {describeTables, loadTables, type TableReader} from './table-source.js';

/** The reader is loaded when a file is read: other sources need not pay for it. */
const read: TableReader = async (file, plan) => {
  const {readParquetTable} = await import('../files/parquet-table.js');
  return readParquetTable(file, plan);
};

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
  describe: (spec, context) => describeTables(spec, read, context),
  load: (spec, context) => loadTables(spec, read, context),
});
