import {readFile} from 'node:fs/promises';
import t from 'tap';
import {exitCodes} from '../../src/support/errors.js';

t.test('docs/errors.md lists every code with its exit code, and no other', async (t) => {
  const text = await readFile('docs/errors.md', 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exitCode]) => [
    code,
    Number(exitCode),
  ]);
  t.strictSame(Object.fromEntries(rows), {...exitCodes});
});
