import path from 'node:path';
import t from 'tap';
import {dataFormats, layOut} from './data-cases.js';
import {judgeData} from './data-oracle.js';
import {watchCases} from './watch.js';

/**
 * Damaged files of every format: no crash, nothing slow, no memory taken for what a header only claims, and an error that names the file.
 * `node --import tsx bench/fuzz-data.ts 1 FORMAT NUMBER` runs a case again, and without arguments 5,000 of each format.
 */
const numCases = 120;

const watch = watchCases(20);
for (const [name, format] of Object.entries(await dataFormats())) {
  t.test(`${numCases} damaged files: ${name}`, async (t) => {
    const root = t.testdir({});
    process.env.EXP_CACHE_DIR = path.join(root, 'cache');
    const folder = layOut(format, path.join(root, name));
    let numRefused = 0;
    await t.resolves(format.read(folder), 'whole it is read');
    for (let number = 0; number < numCases; number++) {
      watch.begin(number);
      const verdict = await judgeData(name, format, folder, number);
      if (verdict === 'refused') numRefused++;
      else if (verdict !== 'valid') t.fail(`case ${number}: ${verdict.wrong}`);
    }
    t.ok(numRefused > numCases / 5, `${numRefused} are refused`);
  });
}
t.teardown(() => watch.end());
