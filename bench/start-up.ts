/**
 * Seconds of whole processes, cold: what a person waits for after typing. Needs `npm run build` first.
 *
 *   node --import tsx bench/start-up.ts [runs]
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describeMachine, quantile} from './machine.js';

const root = path.join(import.meta.dirname, '..');
const runsDir = mkdtempSync(path.join(tmpdir(), 'exp-bench-'));
const cases: Readonly<Record<string, readonly string[]>> = {
  'exp --help': ['--help'],
  'exp validate experiments/mnist-cnn.yaml': ['validate', 'experiments/mnist-cnn.yaml'],
  'exp run experiments/2-iris-mlp.yaml (100 epochs)': ['run', 'experiments/2-iris-mlp.yaml', '--runs-dir', runsDir],
};
const numRuns = Number(process.argv[2] ?? 11);

console.log(describeMachine());
for (const [name, args] of Object.entries(cases)) {
  const seconds: number[] = [];
  for (let run = 0; run <= numRuns; run++) {
    const start = performance.now();
    const {status, stderr} = spawnSync(process.execPath, ['bin/exp.js', ...args], {cwd: root, encoding: 'utf8'});
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    if (run > 0) seconds.push((performance.now() - start) / 1000); // the first one warms the disk's cache
  }
  const [least, median, most] = [0, 0.5, 1].map((q) => quantile(seconds, q).toFixed(2));
  console.log(`${name}: median ${median} s (${least} to ${most}, ${numRuns} runs)`);
}
rmSync(runsDir, {recursive: true, force: true});
