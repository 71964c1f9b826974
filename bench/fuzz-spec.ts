/**
 * Fuzzes the loading of specs: node --import tsx bench/fuzz-spec.ts [number of cases = 100000] [first = 0]
 * Every case follows from its number; `test/fuzz/spec.test.ts` runs the first 5,000.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {SpecFolder, specCase} from '../test/fuzz/spec-cases.js';
import {judge} from '../test/fuzz/spec-oracle.js';
import {watchCases} from '../test/fuzz/watch.js';

const [numCases = 100_000, first = 0] = process.argv.slice(2).map(Number);
const temporary = mkdtempSync(path.join(tmpdir(), 'exp-fuzz-'));
const folder = new SpecFolder(temporary);
const watch = watchCases(10);
const counts = {valid: 0, refused: 0, wrong: 0};
let slowest = {number: -1, millis: 0};
const start = performance.now();
for (let number = first; number < first + numCases; number++) {
  watch.begin(number);
  const given = specCase(number);
  const before = performance.now();
  const verdict = await judge(folder, given, number % 10 === 0);
  const millis = performance.now() - before;
  if (millis > slowest.millis) slowest = {number, millis};
  if (typeof verdict === 'string') counts[verdict]++;
  else {
    counts.wrong++;
    console.log(`case ${number}: ${verdict.wrong.slice(0, 1500)}`);
  }
}
watch.end();
rmSync(temporary, {recursive: true});
const seconds = (performance.now() - start) / 1000;
console.log(`${numCases} cases in ${seconds.toFixed(1)} s:`, counts);
console.log(
  `the slowest, ${slowest.number}, took ${slowest.millis.toFixed(0)} ms; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
);
process.exitCode = counts.wrong > 0 ? 1 : 0;
