/**
 * Fuzzes the readers of data and weights: node --import tsx bench/fuzz-data.ts [cases per format = 5000] [format] [first = 0]
 * Every case follows from its format and number; `test/fuzz/data.test.ts` runs the first ones.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {dataFormats, layOut} from '../test/fuzz/data-cases.js';
import {judgeData} from '../test/fuzz/data-oracle.js';
import {watchCases} from '../test/fuzz/watch.js';

const [numCases = '5000', only, first = '0'] = process.argv.slice(2);
const temporary = mkdtempSync('.fuzz-data-');
process.env.EXP_CACHE_DIR = path.join(temporary, 'cache');
const watch = watchCases(20);
let numWrong = 0;
for (const [name, format] of Object.entries(await dataFormats())) {
  if (only !== undefined && only !== name) continue;
  const folder = layOut(format, path.join(temporary, name));
  const counts = {valid: 0, refused: 0, wrong: 0};
  const start = performance.now();
  for (let number = Number(first); number < Number(first) + Number(numCases); number++) {
    watch.begin(number);
    const verdict = await judgeData(name, format, folder, number);
    if (typeof verdict === 'string') counts[verdict]++;
    else if (counts.wrong++ < 3) console.log(`${name} ${number}: ${verdict.wrong.slice(0, 700)}`);
  }
  numWrong += counts.wrong;
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`, counts);
}
watch.end();
rmSync(temporary, {recursive: true});
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
process.exitCode = numWrong > 0 ? 1 : 0;
