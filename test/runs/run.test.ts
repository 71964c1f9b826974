import {spawnSync} from 'node:child_process';
import {hostname} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {findRun, listRuns} from '../../src/runs/find-runs.js';
import type {RunStatus, RunSummary} from '../../src/runs/records.js';
import {readRun} from '../../src/runs/run.js';

const statusOf = (change: Partial<RunStatus> = {}): string =>
  JSON.stringify({
    state: 'running',
    pid: process.pid,
    host: hostname(),
    startedAt: '2026-01-02T03:04:05.000Z',
    heartbeatAt: '2026-01-02T03:04:35.000Z',
    epoch: 2,
    numEpochs: 6,
    step: 99,
    ...change,
  } satisfies RunStatus);

const summary: RunSummary = {
  run: 'a-20260102-030405-abcd',
  name: 'a',
  tags: [],
  seed: 1,
  startedAt: '2026-01-02T03:04:05.000Z',
  finishedAt: '2026-01-02T03:05:05.000Z',
  epochs: 2,
  steps: 4,
  stoppedEarly: false,
  metrics: {final: {loss: 0.5}},
  durationSeconds: {total: 60, training: 50, waiting: 1, evaluation: 5},
  examplesPerSecond: 10,
  numParameters: 3,
  numTrainableParameters: 3,
  engine: 'eager',
  device: 'cpu',
  dataFingerprint: 'ff',
  peakMemoryBytes: 1e8,
};

/** A process id that was in use and is no more. */
const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

t.test('states', async (t) => {
  const folder = t.testdir({
    finished: {'status.json': statusOf({state: 'finished'}), 'summary.json': JSON.stringify(summary)},
    'only-summary': {'summary.json': JSON.stringify(summary)},
    running: {'status.json': statusOf()},
    killed: {'status.json': statusOf({pid: deadPid})},
    'died-before-its-summary': {'status.json': statusOf({state: 'finished'})},
    interrupted: {'status.json': statusOf({state: 'interrupted', endedAt: '2026-01-02T03:04:45.000Z'})},
    diverged: {'status.json': statusOf({state: 'diverged'})},
    failed: {'status.json': statusOf({state: 'failed'})},
    'elsewhere-alive': {'status.json': statusOf({host: 'elsewhere', heartbeatAt: new Date().toISOString()})},
    'elsewhere-dead': {'status.json': statusOf({host: 'elsewhere'})},
    torn: {'status.json': statusOf().slice(0, 40)},
    'not-ours': {'status.json': '[]'},
    empty: {},
  });
  const expected = {
    finished: 'finished',
    'only-summary': 'finished',
    running: 'running',
    killed: 'crashed',
    'died-before-its-summary': 'crashed',
    interrupted: 'interrupted',
    diverged: 'diverged',
    failed: 'failed',
    'elsewhere-alive': 'running',
    'elsewhere-dead': 'crashed',
    torn: 'corrupt',
    'not-ours': 'corrupt',
    empty: 'corrupt',
  };
  for (const [name, state] of Object.entries(expected)) t.equal(readRun(path.join(folder, name)).state, state, name);
  t.strictSame(readRun(path.join(folder, 'torn')).warnings, [
    'status.json is damaged',
    'neither status.json nor summary.json is readable',
  ]);
  t.equal(readRun(path.join(folder, 'finished')).durationSeconds, 60);
  t.equal(readRun(path.join(folder, 'interrupted')).durationSeconds, 40);
  t.equal(readRun(path.join(folder, 'killed')).durationSeconds, 30, 'up to the last heartbeat');
});

t.test('metrics', async (t) => {
  const folder = t.testdir({
    whole: {'status.json': statusOf(), 'metrics.csv': 'epoch,loss,val_loss\n1,0.5,\n2,NaN,1e-7\n'},
    torn: {'status.json': statusOf(), 'metrics.csv': 'epoch,loss\n1,0.5\n2,0.2'},
    ragged: {'status.json': statusOf(), 'metrics.csv': 'epoch,loss\n1,0.5,7\n'},
    header: {'status.json': statusOf(), 'metrics.csv': 'epoch,loss\n'},
    none: {'status.json': statusOf()},
    folder: {'status.json': statusOf(), 'metrics.csv': {}},
  });
  const read = (name: string) => {
    const run = readRun(path.join(folder, name));
    return {rows: run.metrics(), warnings: run.warnings};
  };
  t.strictSame(read('whole'), {
    rows: [
      {epoch: 1, loss: 0.5},
      {epoch: 2, loss: Number.NaN, val_loss: 1e-7},
    ],
    warnings: [],
  });
  t.strictSame(read('torn'), {
    rows: [{epoch: 1, loss: 0.5}],
    warnings: ['the last row of metrics.csv is cut off and left out'],
  });
  t.strictSame(read('ragged'), {rows: [], warnings: ['metrics.csv is damaged']});
  t.strictSame(read('header'), {rows: [], warnings: []});
  t.strictSame(read('none'), {rows: [], warnings: []});
  t.match(read('folder'), {rows: [], warnings: [/^metrics\.csv cannot be read: .*EISDIR/]});
});

t.test('a folder of runs, the oldest first, whatever else lies in it', async (t) => {
  const runsDir = t.testdir({
    'b-20260102-030405-abcd': {'status.json': statusOf({startedAt: '2026-01-02T00:00:00.000Z'})},
    'a-20260103-030405-abcd': {'status.json': statusOf({startedAt: '2026-01-03T00:00:00.000Z'})},
    'broken-20260101-030405-abcd': {'status.json': '{'},
    notes: {'readme.txt': 'not a run'},
    'a-file': 'not a run',
  });
  t.strictSame(
    listRuns(runsDir).map((run) => [run.id, run.name]),
    [
      ['broken-20260101-030405-abcd', 'broken'],
      ['b-20260102-030405-abcd', 'b'],
      ['a-20260103-030405-abcd', 'a'],
    ],
  );
  t.strictSame(listRuns(path.join(runsDir, 'none')), []);
  t.throws(() => listRuns(path.join(runsDir, 'a-file')), {code: 'RUN_NOT_FOUND', exitCode: 2});
});

t.test('the run that is meant', async (t) => {
  const runsDir = t.testdir({
    'a-20260101-030405-abcd': {'status.json': statusOf({startedAt: '2026-01-01T00:00:00.000Z'})},
    'a-20260102-030405-efgh': {'status.json': statusOf({startedAt: '2026-01-09T00:00:00.000Z'})},
    'b-20260103-030405-abcd': {'status.json': statusOf({startedAt: '2026-01-03T00:00:00.000Z'})},
    other: {},
  });
  const idOf = (reference: string): string => findRun(reference, runsDir).id;
  t.equal(idOf('latest'), 'a-20260102-030405-efgh', 'by its start, not by its name');
  t.equal(idOf('b-20260103-030405-abcd'), 'b-20260103-030405-abcd');
  t.equal(idOf('b'), 'b-20260103-030405-abcd');
  t.equal(idOf('a-20260101'), 'a-20260101-030405-abcd');
  t.equal(idOf(path.join(runsDir, 'b-20260103-030405-abcd')), 'b-20260103-030405-abcd');
  t.equal(idOf(path.join(runsDir, 'b-20260103-030405-abcd', '/')), 'b-20260103-030405-abcd');
  t.throws(() => findRun('a', runsDir), {
    code: 'RUN_NOT_FOUND',
    message: `2 runs in ${runsDir} begin with "a":\n  a-20260101-030405-abcd\n  a-20260102-030405-efgh`,
    hint: 'give more letters of one of them, or latest',
  });
  t.throws(() => findRun('c', runsDir), {message: `no run in ${runsDir} begins with "c"`});
  t.throws(() => findRun(path.join(runsDir, 'other'), runsDir), {
    message: `${path.join(runsDir, 'other')} is not a run folder`,
  });
  t.throws(() => findRun('./nowhere', runsDir), {message: './nowhere is not there'});
  t.throws(() => findRun('latest', path.join(runsDir, 'other')), {message: /^there are no runs in/});
});
