import {existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {bytesOf, emptyTrash, reasonToStay, removeFolder, withIdleRun} from '../../src/runs/remove.js';
import {readRun} from '../../src/runs/run.js';
import {checkpointToLeave, storedCheckpoints} from '../../src/runs/stored-checkpoints.js';
import {writeRun} from './run-folders.js';

const stamped = 'net-20260102-030405-abcd';

t.test('only what is plainly the folder of one run may be removed', async (t) => {
  const root = t.testdir({
    project: {'metrics.csv': 'epoch,loss\n', 'thesis.tex': 'years of work'},
    named: {[stamped]: {'resolved.yaml': 'seed: 1\n', 'metrics.csv': 'x'}},
  });
  const runsDir = path.join(root, 'runs');
  const elsewhere = path.join(root, 'elsewhere');
  writeRun(runsDir, stamped);
  writeRun(elsewhere, stamped);
  symlinkSync(path.join(elsewhere, stamped), path.join(runsDir, 'link'));
  symlinkSync(elsewhere, path.join(runsDir, 'linked-folder'));
  symlinkSync(runsDir, path.join(root, 'runs-by-link'));
  writeRun(root, 'runs', {});
  writeRun(runsDir, 'nested');
  writeRun(path.join(runsDir, 'nested'), 'inner');
  writeRun(runsDir, 'torn', {summary: false, files: {'status.json': '{'}});
  const reason = (folder: string, dir = runsDir): string | undefined => reasonToStay(readRun(folder), dir);

  t.equal(reason(path.join(runsDir, stamped)), undefined);
  t.equal(reason(`${path.join(runsDir, stamped)}/`), undefined);
  t.equal(reason(path.join(root, 'runs-by-link', stamped), path.join(root, 'runs-by-link')), undefined);
  t.equal(reason(path.join(elsewhere, stamped)), undefined, 'a run that is named by its path');
  t.equal(reason(path.join(root, 'named', stamped)), undefined, 'its name says so');
  t.equal(reason(path.join(runsDir, 'link')), 'it is a link, not a folder');
  t.equal(reason(`${path.join(runsDir, 'link')}/`), 'it is a link, not a folder');
  t.equal(reason(path.join(runsDir, 'linked-folder', stamped)), 'a link leads to it, out of the runs folder');
  t.equal(reason(runsDir), 'the runs folder is in it');
  t.equal(reason(root), 'the runs folder is in it');
  t.equal(reason('/', runsDir), 'the runs folder is in it');
  t.equal(reason(path.join(runsDir, 'nested')), 'other runs lie in it');
  t.match(reason(path.join(root, 'project')), /^neither its name nor a readable status\.json/);
  t.match(reason(path.join(runsDir, 'torn')), /^neither its name nor a readable status\.json/);
  t.equal(reason(path.join(runsDir, 'gone')), 'it is not there any more');
  const here = process.cwd();
  process.chdir(path.join(runsDir, stamped));
  t.equal(reason(path.join(runsDir, stamped)), 'it is the folder you are in');
  process.chdir(here);
});

t.test('a folder goes whole, links inside are not followed, and what a killed process left goes later', async (t) => {
  const root = t.testdir({keep: {'precious.txt': 'x'}});
  const runsDir = path.join(root, 'runs');
  const folder = writeRun(runsDir, stamped, {files: {'checkpoints/best/state.json': '{}'}});
  symlinkSync(path.join(root, 'keep'), path.join(folder, 'linked'));
  removeFolder(folder, runsDir);
  t.strictSame(readdirSync(runsDir), []);
  t.ok(existsSync(path.join(root, 'keep', 'precious.txt')));

  mkdirSync(path.join(runsDir, `.trash-${stamped}-01234567`, 'checkpoints'), {recursive: true});
  mkdirSync(path.join(runsDir, '.trash-mine'));
  symlinkSync(path.join(root, 'keep'), path.join(runsDir, `.trash-${stamped}-89abcdef`));
  emptyTrash(runsDir);
  t.strictSame(readdirSync(runsDir), [`.trash-${stamped}-89abcdef`, '.trash-mine'].sort());
  t.ok(existsSync(path.join(root, 'keep', 'precious.txt')));
  t.throws(() => removeFolder(path.join(runsDir, 'gone'), runsDir), {code: 'RUN_UNWRITABLE'});
});

t.test('nobody takes from a run that goes on, or that is being resumed', async (t) => {
  const runsDir = t.testdir();
  const folder = writeRun(runsDir, stamped, {summary: false, status: {state: 'interrupted'}});
  const run = readRun(folder);
  t.equal(
    withIdleRun(run, (place) => place),
    folder,
  );
  t.strictSame(
    readdirSync(folder).filter((name) => name.includes('claim')),
    [],
    'nothing is left behind',
  );

  const holder = {pid: process.pid, host: hostname(), heartbeatAt: new Date().toISOString()};
  writeFileSync(path.join(folder, 'resume-1.claim'), JSON.stringify(holder));
  t.throws(() => withIdleRun(run, () => t.fail('another process resumes it')), {code: 'RUN_ALIVE'});

  const other = writeRun(runsDir, 'b-20260102-030405-abcd', {summary: false, status: {state: 'interrupted'}});
  const before = readRun(other);
  writeRun(runsDir, 'b-20260102-030405-abcd', {summary: false, status: {state: 'running', pid: process.pid}});
  t.throws(() => withIdleRun(before, () => t.fail('it went on meanwhile')), {
    code: 'RUN_ALIVE',
    message: /goes on by now$/,
  });
});

t.test('checkpoints of a run, and the one that is left', async (t) => {
  const runsDir = t.testdir();
  const state = (name: string, size: number): Record<string, string> => ({
    [`checkpoints/${name}/state.json`]: 'x'.repeat(size),
  });
  const folder = writeRun(runsDir, stamped, {
    files: {
      ...state('best', 10),
      ...state('best-20', 20),
      ...state('last', 30),
      ...state('last.previous', 40),
      ...state('mine', 5),
    },
  });
  symlinkSync(path.join(folder, 'checkpoints', 'best'), path.join(folder, 'checkpoints', 'best-7'));
  const stored = storedCheckpoints(folder);
  t.strictSame(Object.fromEntries(stored.map(({name, bytes}) => [name, bytes])), {
    best: 10,
    'best-20': 20,
    last: 30,
    'last.previous': 40,
  });
  const named = (...names: readonly string[]) => stored.filter(({name}) => names.includes(name));
  t.equal(checkpointToLeave(stored, 'best')?.name, 'best');
  t.equal(checkpointToLeave(stored, 'last')?.name, 'last');
  t.equal(checkpointToLeave(named('last.previous', 'best-20'), 'last')?.name, 'last.previous');
  t.equal(checkpointToLeave(named('last.previous', 'best-20'), 'best')?.name, 'best-20');
  t.equal(checkpointToLeave(named('last'), 'best')?.name, 'last', 'rather another one than none');
  t.equal(checkpointToLeave([], 'best'), undefined);
  t.strictSame(storedCheckpoints(path.join(runsDir, 'gone')), []);
  t.ok(bytesOf(folder) > 105);
});
