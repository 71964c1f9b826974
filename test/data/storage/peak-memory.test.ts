/** A table on disk takes memory for a block of rows, however long it is. bench/larger-than-memory.ts does the same with 1,000 MB. */
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {fileWriter, ParquetWriter} from 'hyparquet-writer';
import t from 'tap';
import {Rng} from '../../../src/support/random.js';

const folder = t.testdir({});
const numColumns = 40;

function writeTable(name: string, numRows: number): void {
  const names = [...Array.from({length: numColumns - 1}, (_, i) => `x${i}`), 'y'];
  const schema = [
    {name: 'root', num_children: names.length},
    ...names.map((column) => ({name: column, type: 'FLOAT' as const, repetition_type: 'REQUIRED' as const})),
  ];
  const file = fileWriter(path.join(folder, name));
  const writer = new ParquetWriter({writer: file, schema, codec: 'UNCOMPRESSED', statistics: false});
  const rng = Rng.fromSeed(numRows);
  for (let row = 0; row < numRows; row += 20_000) {
    const data = names.map(() => Float32Array.from({length: Math.min(20_000, numRows - row)}, () => rng.uniform()));
    writer.write({columnData: data.map((values, i) => ({name: names[i]!, data: values, encoding: 'PLAIN'}))});
  }
  writer.finish();
}

function grownMegabytes(storage: 'memory' | 'disk'): number {
  const script = path.join(import.meta.dirname, 'peak-memory.ts');
  const env = {...process.env, EXP_CACHE_DIR: path.join(folder, `cache-${storage}`)};
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, folder, storage], {env, encoding: 'utf8'});
  const {numExamples, grownMegabytes: grown} = JSON.parse(output);
  t.equal(numExamples, 270_000);
  return grown;
}

t.setTimeout(200_000);
writeTable('small.parquet', 20_000);
writeTable('large.parquet', 300_000);
// As doubles the columns take 96 MB, as floats the examples 47 MB.
const [disk, memory] = [grownMegabytes('disk'), grownMegabytes('memory')];
t.comment(`disk: ${disk.toFixed(0)} MB more, memory: ${memory.toFixed(0)} MB more`);
t.ok(memory > 90, `in memory: ${memory} MB`);
t.ok(disk < 70, `on disk: ${disk} MB`);
