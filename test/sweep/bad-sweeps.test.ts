import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import t from 'tap';
import {ExpError} from '../../src/support/errors.js';
import {loadSweep} from '../../src/sweep/load.js';

/**
 * Every `bad/NAME.yaml` but base.yaml has its whole message in `bad/NAME.txt`. A first line `# overrides: …` gives overrides, shell-quoted.
 * After a change of wording: `UPDATE_MESSAGES=1 node --import tsx test/sweep/bad-sweeps.test.ts`, then read the diff.
 */
const folder = 'test/sweep/bad';
const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -5));

t.ok(names.length >= 40, 'the corpus has at least 40 sweeps');

for (const name of names.filter((one) => one !== 'base').sort()) {
  t.test(name, async (t) => {
    const path = join(folder, `${name}.yaml`);
    const [, line = ''] = /^# overrides: (.*)/.exec(await readFile(path, 'utf8')) ?? [];
    const overrides = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const error: unknown = await loadSweep({path}, {overrides, env: {}}).catch((thrown: unknown) => thrown);
    if (!(error instanceof ExpError)) throw new Error('the sweep was accepted', {cause: error});
    t.equal(error.code, 'SPEC_INVALID');
    const message = `${error.message}${error.hint === undefined ? '' : `\nhint: ${error.hint}`}\n`.replaceAll(
      process.cwd(),
      '.',
    );
    const expected = join(folder, `${name}.txt`);
    if (process.env.UPDATE_MESSAGES !== undefined) await writeFile(expected, message);
    t.equal(message, await readFile(expected, 'utf8'));
  });
}
