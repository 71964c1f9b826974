/** A table on disk takes memory for a block of rows, however long it is. bench/larger-than-memory.ts does the same with 1,000 MB. */
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import t from 'tap';

const folder = t.testdir({});
/** Programs of their own, run as TypeScript: the loader of the tests does not know the patterns in hyparquet's exports. */
const run = (script: string, args: readonly string[], env = process.env): string =>
  execFileSync(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, script), ...args], {
    env,
    encoding: 'utf8',
  });

function grownMegabytes(storage: 'memory' | 'disk'): number {
  const env = {...process.env, EXP_CACHE_DIR: path.join(folder, `cache-${storage}`)};
  const output = run('peak-memory.ts', [folder, storage], env);
  const {numExamples, grownMegabytes: grown} = JSON.parse(output);
  t.equal(numExamples, 270_000);
  return grown;
}

t.setTimeout(200_000);
run('write-table.ts', [path.join(folder, 'small.parquet'), '20000']);
run('write-table.ts', [path.join(folder, 'large.parquet'), '300000']);
// As doubles the columns take 96 MB, as floats the examples 47 MB.
const [disk, memory] = [grownMegabytes('disk'), grownMegabytes('memory')];
t.comment(`disk: ${disk.toFixed(0)} MB more, memory: ${memory.toFixed(0)} MB more`);
t.ok(memory > 90, `in memory: ${memory} MB`);
t.ok(disk < 70, `on disk: ${disk} MB`);
