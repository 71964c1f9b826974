import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {folderNameOf, makeRunFolder, stampOf} from '../../src/runs/run-name.js';

const noon = new Date(2026, 0, 2, 12, 3, 4);

t.test('any text becomes one harmless folder name', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    'mnist-cnn': 'mnist-cnn',
    'v1.2_b': 'v1.2_b',
    '../../etc/passwd': 'etc-passwd',
    '..': 'run',
    '': 'run',
    '/': 'run',
    'C:\\runs': 'C-runs',
    'größer & besser': 'gr-er-besser',
    '-rf': 'rf',
    'a\nb\0c': 'a-b-c',
  };
  for (const [name, expected] of Object.entries(cases)) t.equal(folderNameOf(name), expected, JSON.stringify(name));
  t.equal(folderNameOf('x'.repeat(300)).length, 80);
});

t.test('the stamp is local time, sortable', async (t) => {
  t.equal(stampOf(noon), '20260102-120304');
});

t.test('a taken name is not taken again', async (t) => {
  const runsDir = t.testdir();
  const letters = ['aaaa', 'aaaa', 'aaaa', 'bbbb'].values();
  const next = (): string => letters.next().value ?? t.fail('more attempts than letters').toString();
  const first = makeRunFolder(runsDir, 'x', noon, next);
  const second = makeRunFolder(runsDir, 'x', noon, next);
  t.equal(path.basename(first), 'x-20260102-120304-aaaa');
  t.equal(path.basename(second), 'x-20260102-120304-bbbb');
});

t.test('two hundred folders in one second are two hundred folders', async (t) => {
  const runsDir = t.testdir();
  for (let i = 0; i < 200; i++) makeRunFolder(runsDir, 'x', noon);
  const names = readdirSync(runsDir);
  t.equal(names.length, 200);
  for (const name of names) t.match(name, /^x-20260102-120304-[a-z]{4}$/);
});

t.test('a runs folder that cannot be made is an error with a way out', async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, 'occupied');
  writeFileSync(file, 'a file');
  t.throws(() => makeRunFolder(file, 'x', noon), {
    code: 'RUN_UNWRITABLE',
    exitCode: 1,
    message: `cannot write ${file}: a file stands where a folder should be (EEXIST)`,
    hint: 'choose another folder with --runs-dir or EXP_RUNS_DIR',
  });
  t.throws(() => makeRunFolder(path.join(file, 'below'), 'x', noon), {
    code: 'RUN_UNWRITABLE',
    message: `cannot write ${path.join(file, 'below')}: a file stands where a folder should be (ENOTDIR)`,
  });
  if (existsSync('/proc/self')) {
    t.throws(() => makeRunFolder('/proc/exp-runs', 'x', noon), {
      code: 'RUN_UNWRITABLE',
      message: 'cannot write /proc/exp-runs: it is not there and cannot be made (ENOENT)',
    });
  }
});
