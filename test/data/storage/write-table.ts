/** Writes a Parquet table of 40 columns of random floats. usage: write-table.ts FILE ROWS */
import {fileWriter, ParquetWriter} from 'hyparquet-writer';
import {Rng} from '../../../src/support/random.js';

const numColumns = 40;

function writeTable(target: string, numRows: number): void {
  const names = [...Array.from({length: numColumns - 1}, (_, i) => `x${i}`), 'y'];
  const schema = [
    {name: 'root', num_children: names.length},
    ...names.map((column) => ({name: column, type: 'FLOAT' as const, repetition_type: 'REQUIRED' as const})),
  ];
  const file = fileWriter(target);
  const writer = new ParquetWriter({writer: file, schema, codec: 'UNCOMPRESSED', statistics: false});
  const rng = Rng.fromSeed(numRows);
  for (let row = 0; row < numRows; row += 20_000) {
    const data = names.map(() => Float32Array.from({length: Math.min(20_000, numRows - row)}, () => rng.uniform()));
    writer.write({columnData: data.map((values, i) => ({name: names[i]!, data: values, encoding: 'PLAIN'}))});
  }
  writer.finish();
}

const [target, numRows] = process.argv.slice(2);
writeTable(target!, Number(numRows));
