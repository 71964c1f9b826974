import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {processIdentity} from '../../src/runs/alive.js';
import {RunsFolder} from '../../src/runs/runs-folder.js';
import {stopRun} from '../../src/runs/stop-run.js';

/** A process that is nobody's run and would end at SIGTERM. */
function decoy(test: {teardown(end: () => void): void}): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'console.log("ready"); setInterval(() => {}, 1000)']);
  test.teardown(() => child.kill('SIGKILL'));
  return child;
}

const statusOf = (pid: number, rest: object = {}): string => {
  const now = new Date().toISOString();
  const whole = {
    state: 'running',
    pid,
    host: hostname(),
    startedAt: now,
    heartbeatAt: now,
    epoch: 1,
    numEpochs: 9,
    step: 1,
  };
  return JSON.stringify({...whole, ...rest});
};

function writeRun(runsDir: string, id: string, status: string): string {
  const folder = path.join(runsDir, id);
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, 'status.json'), status);
  return folder;
}

t.test('a folder of runs is looked at: what is new, changed, ended and gone', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  const folder = new RunsFolder(runsDir, 3);
  const ids = (): readonly string[] => folder.look().changed.map(({id}) => id);
  t.same(ids(), [], 'it is not there yet');
  const child = decoy(t);
  await once(child.stdout!, 'data');
  const run = writeRun(runsDir, 'a', statusOf(child.pid!));
  writeRun(runsDir, 'b', statusOf(1, {state: 'failed'}));
  mkdirSync(path.join(runsDir, 'no-run'));
  writeFileSync(path.join(runsDir, 'note.txt'), '');
  t.same([...ids()].sort(), ['a', 'b']);
  t.same(ids(), []);
  writeFileSync(path.join(run, 'metrics.csv'), 'epoch,step,loss\n');
  t.same(ids(), ['a']);
  appendFileSync(path.join(run, 'metrics.csv'), '1,1,1\n');
  t.same(ids(), ['a']);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  const [crashed] = folder.look().changed;
  t.equal(crashed?.state, 'crashed', 'its process is gone, though no file has changed');
  rmSync(path.join(runsDir, 'b'), {recursive: true});
  t.same(folder.look().gone, ['b']);
  for (const id of ['c', 'd', 'e']) writeRun(runsDir, id, statusOf(1, {state: 'failed'}));
  const {numLeftOut} = folder.look();
  t.equal(numLeftOut, 1, 'three of four');
});

t.test('only the process of a run is stopped, and only while it goes on', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  const child = decoy(t);
  await once(child.stdout!, 'data');
  const pid = child.pid!;
  const identity = processIdentity(pid);
  const refusals: readonly (readonly [status: object, message: RegExp])[] = [
    [{state: 'finished'}, /it is crashed/],
    [{state: 'interrupted'}, /it is interrupted/],
    [{host: 'another'}, /it runs on another/],
    [{process: `${identity?.split(':')[0]}:1`}, /it is crashed/],
    [{heartbeatAt: '2020-01-01T00:00:00Z'}, /may be another program/],
  ];
  for (const [rest, message] of refusals) {
    const folder = writeRun(runsDir, 'refused', statusOf(pid, rest));
    t.throws(() => stopRun(folder), {code: 'USAGE', message}, JSON.stringify(rest));
  }
  t.throws(() => stopRun(writeRun(runsDir, 'gone', statusOf(2 ** 22 + 1))), {message: /it is crashed/});
  t.throws(() => stopRun(writeRun(runsDir, 'init', statusOf(1))), {code: 'USAGE'});
  t.equal(child.exitCode ?? child.signalCode, null, 'the process was left alone');
  const exited = once(child, 'exit');
  const folder = writeRun(runsDir, 'own', statusOf(pid, identity === undefined ? {} : {process: identity}));
  t.equal(stopRun(folder), pid);
  t.same(await exited, [null, 'SIGTERM']);
  t.match(readFileSync(path.join(folder, 'status.json'), 'utf8'), '"running"', 'the folder was not written to');
});
