import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';

const root = path.resolve(import.meta.dirname, '../..');

/** What .ci/run prints of a TAP file. */
async function count(t: {testdir(files: Record<string, string>): string}, tap: string) {
  const file = path.join(t.testdir({'run.tap': tap}), 'run.tap');
  return execa(process.execPath, ['--import', 'tsx', 'scripts/count-tap.ts', file], {cwd: root, reject: false});
}

const passing = `TAP version 14
# Subtest: a.test.ts
    # Subtest: inner
        ok 1 - one
        ok 2 - two
        1..2
    ok 1 - inner
    ok 2 - three # SKIP no such device
    1..2
ok 1 - a.test.ts
`;

t.test('assertions at every depth, subtests not counted again', async (t) => {
  const {exitCode, stdout} = await count(t, `${passing}1..1\n`);
  t.equal(stdout, '2 passed, 0 failed, 1 skipped');
  t.equal(exitCode, 0);
});

t.test('a failed assertion, and a file that crashes after its assertions', async (t) => {
  const failing = `${passing}# Subtest: b.test.ts
    # Subtest: inner
        not ok 1 - four
        1..1
    not ok 1 - inner
    1..1
not ok 2 - b.test.ts
# Subtest: crash.test.ts
    ok 1 - five
    1..1
not ok 3 - crash.test.ts
1..3
`;
  const {exitCode, stdout} = await count(t, failing);
  t.same(stdout.split('\n'), [
    'not ok: b.test.ts > inner > four',
    'not ok: crash.test.ts',
    '3 passed, 2 failed, 1 skipped',
  ]);
  t.equal(exitCode, 1);
});

t.test('a torn file and one where nothing ran', async (t) => {
  const torn = await count(t, `${passing}1..2\n`);
  t.match(torn.stdout, /not ok: .*\n2 passed, 1 failed, 1 skipped$/);
  t.equal(torn.exitCode, 1);
  const empty = await count(t, 'TAP version 14\n1..0\n');
  t.equal(empty.stdout, '0 passed, 0 failed, 0 skipped');
  t.equal(empty.exitCode, 1);
});
