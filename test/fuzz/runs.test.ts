import path from 'node:path';
import t from 'tap';
import {RunFolders} from './run-cases.js';
import {watchCases} from './watch.js';

/** Run folders with one damaged file: lists, comparisons and whatever goes on from a run warn or refuse, and never crash. */
const numCases = Number(process.env.NUM_CASES ?? 400);

t.test(`${numCases} damaged run folders`, async (t) => {
  const folders = await RunFolders.make(path.join(t.testdir({}), 'fuzz'));
  t.ok(folders.files.length > 8, folders.files.join(', '));
  const watch = watchCases(20);
  const counts = {valid: 0, refused: 0};
  for (let number = 0; number < numCases; number++) {
    watch.begin(number);
    const verdict = await folders.judge(number);
    if (typeof verdict === 'string') counts[verdict]++;
    else t.fail(`case ${number}: ${verdict.wrong}`);
  }
  watch.end();
  t.ok(counts.refused > numCases / 10 && counts.valid > numCases / 10, JSON.stringify(counts));
});
