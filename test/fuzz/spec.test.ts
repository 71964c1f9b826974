import path from 'node:path';
import t from 'tap';
import {SpecFolder, specCase} from './spec-cases.js';
import {judge} from './spec-oracle.js';
import {watchCases} from './watch.js';

/**
 * Broken specs of all kinds: no crash, nothing slow, a place for every mistake. Each case follows from its number:
 * `node --import tsx bench/fuzz-spec.ts 1 NUMBER` runs one again, and without arguments 100,000.
 */
const numCases = 5000;

t.test(`${numCases} broken specs`, async (t) => {
  const folder = new SpecFolder(path.join(t.testdir({}), 'specs'));
  const watch = watchCases(20);
  const counts = {valid: 0, refused: 0};
  for (let number = 0; number < numCases; number++) {
    watch.begin(number);
    const verdict = await judge(folder, specCase(number), number % 10 === 0);
    if (typeof verdict === 'string') counts[verdict]++;
    else t.fail(`case ${number}: ${verdict.wrong}`);
  }
  watch.end();
  t.ok(counts.valid > 100, `${counts.valid} are valid all the same`);
  t.ok(counts.refused > numCases / 2, `${counts.refused} are refused`);
});
