import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import t from 'tap';
import {readRun} from '../../src/runs/run.js';
import {writeRun} from '../runs/run-folders.js';
import {expPath, plainEnv, exp as runExp} from './cli.js';

const [best, good, poor, stopped, live] = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}-20260102-030405-abcd`) as [
  string,
  string,
  string,
  string,
  string,
];

/** Three runs that finished, one that was interrupted, one that goes on; with checkpoints of 1000 bytes each. */
function withRuns(cwd: string): string {
  const runsDir = path.join(cwd, 'runs');
  const files = Object.fromEntries(
    ['best', 'best-2', 'last'].map((name) => [`checkpoints/${name}/state.json`, 'x'.repeat(1000)]),
  );
  const finished = (name: string, accuracy: number, batchSize: number): void => {
    const metrics = {final: {loss: 1 - accuracy, val_accuracy: accuracy}};
    writeRun(runsDir, name, {summary: {metrics}, spec: {training: {batchSize}, tags: []}, files});
  };
  finished(best, 0.99, 64);
  finished(good, 0.9, 64);
  finished(poor, 0.5, 32);
  const started = '2026-01-03T03:04:05.000Z';
  writeRun(runsDir, stopped, {summary: false, status: {state: 'interrupted', startedAt: started}, files});
  writeRun(runsDir, live, {
    summary: false,
    status: {state: 'running', pid: process.pid, startedAt: '2026-01-04T03:04:05.000Z'},
    files,
  });
  return runsDir;
}

const lines = (text: string): readonly string[] => text.split('\n').map((line) => line.trimEnd());
const firstWords = (text: string): readonly string[] =>
  lines(text)
    .slice(1)
    .map((line) => line.split(' ')[0]!);

t.test('exp ls selects, sorts and prints', async (t) => {
  const cwd = t.testdir();
  withRuns(cwd);
  const exp = (...args: string[]) => runExp(cwd, args);
  const listed = async (...args: string[]) => firstWords((await exp('ls', ...args)).stdout);
  t.strictSame(await listed(), [best, good, poor, stopped, live], 'the oldest first');
  t.strictSame(await listed('--reverse'), [live, stopped, poor, good, best]);
  t.strictSame(await listed('--state', 'interrupted,running'), [stopped, live]);
  t.strictSame(await listed('--status', 'finished', '--sort', 'loss'), [best, good, poor]);
  t.strictSame(await listed('--sort', 'val_accuracy', '-n', '2'), [best, good].slice(0, 2), 'the first by --sort');
  t.strictSame(await listed('--where', 'training.batchSize == 64 && val_accuracy < 0.95'), [good]);
  t.strictSame(await listed('--where', 'ageDays > 0 && state == "finished"'), [best, good, poor]);
  t.strictSame(await listed('runs/a-*', 'b'), [best, good], 'named, by patterns, too');
  const limited = await exp('ls', '-n', '1');
  t.strictSame(firstWords(limited.stdout), [live], 'the newest without --sort');
  t.equal(limited.stderr, '4 older not shown; see --limit');
  t.match(await exp('ls', '--tag', 'none'), {exitCode: 0, stdout: '', stderr: 'no such runs in runs'});
  t.match(await exp('ls', '--state', 'done'), {exitCode: 2, stderr: /--state.*one of/});
  t.match(await exp('ls', '--sort', 'val_acuracy'), {
    exitCode: 2,
    stderr: /--sort: no run has.*\n.*did you mean val_accuracy/,
  });
  const json = JSON.parse((await exp('ls', '--state', 'finished', '--json')).stdout);
  t.match(json[0], {run: best, state: 'finished', tags: [], notes: [], metrics: {val_accuracy: 0.99}});
  const csv = lines((await exp('ls', good, '--format', 'csv')).stdout);
  t.strictSame(csv, [
    'run,name,state,group,startedAt,durationSeconds,epochs,numEpochs,loss,val_accuracy,tags,note,path',
    `${good},b,finished,,2026-01-02T03:04:05.000Z,60,2,2,0.09999999999999998,0.9,,,runs/${good}`,
  ]);
});

t.test('exp tag and exp note, and what they are good for', async (t) => {
  const cwd = t.testdir();
  const runsDir = withRuns(cwd);
  const exp = (...args: string[]) => runExp(cwd, args);
  const tagged = await exp('tag', best, good, '+candidate', '+needs review', '-lesson');
  t.strictSame(lines(tagged.stdout), [
    `run                     tags`,
    `${best}  candidate, needs review`,
    `${good}  candidate, needs review`,
  ]);
  t.match(await exp('tag', good, '-candidate', '--json'), {exitCode: 0, stdout: /"tags": \[\n +"needs review"\n +\]/});
  t.strictSame(lines((await exp('tag')).stdout), ['tag           runs', 'candidate        1', 'needs review     2']);
  t.strictSame(lines((await exp('tag', '--where', 'val_accuracy < 0.6', '+weak')).stdout), [
    'run                     tags',
    `${poor}  weak`,
  ]);
  t.match(await exp('tag', '+all'), {exitCode: 2, stderr: /^error: exp tag needs to know which runs/});
  t.match(await exp('tag', best, '+a,b'), {exitCode: 2, stderr: /is no tag/});

  t.match(await exp('note', best), {exitCode: 0, stdout: '', stderr: 'no notes'});
  await exp('note', best, 'Learning rate was too high');
  const noted = await exp('note', best, 'second\nline');
  t.match(noted.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d {2}Learning rate was too high\n\S+ \S+ {2}second\n {18}line$/);
  t.match(await exp('note', good, ''), {exitCode: 2, stderr: /the note is empty/});
  t.match(await exp('note', good, '--replace'), {exitCode: 2, stderr: /needs a text/});

  const listed = async (where: string) => firstWords((await exp('ls', '--where', where)).stdout);
  t.strictSame(await listed('tags contains "candidate"'), [best]);
  t.strictSame(await listed('tags contains "needs"'), [], 'a tag is meant whole');
  t.strictSame(await listed('note contains "LEARNING"'), [best]);
  t.strictSame(firstWords((await exp('ls', '--tag', 'needs review', '--sort', 'loss')).stdout), [best, good]);
  t.match((await exp('ls')).stdout, /duration {2}tags +note\n/);
  t.match(
    (await exp('show', best)).stdout,
    /^tags +candidate, needs review\nnotes +Learning rate was too high; second\\u000aline$/m,
  );
  const compared = await exp('compare', best, poor, '--columns', 'val_accuracy,tags,note');
  t.match(
    compared.stdout,
    new RegExp(
      `^${best} +0\\.9900\\* +candidate, needs review +Learning rate was too high\\\\u000asecond\\\\u000aline$`,
      'm',
    ),
  );
  t.match((await exp('compare', best, good)).stdout, /tags +note$/m, 'by default where they differ');

  await exp('note', best, '--replace', '');
  t.strictSame(readRun(path.join(runsDir, best)).notes, []);
});

t.test('exp rm removes what it is told to, and nothing else', async (t) => {
  const cwd = t.testdir({notes: {'readme.txt': 'x'}});
  const runsDir = withRuns(cwd);
  const exp = (...args: string[]) => runExp(cwd, args);
  const left = (): readonly string[] => readdirSync(runsDir);
  t.match(await exp('rm', best), {
    exitCode: 2,
    stdout: '',
    stderr: /^error: exp rm asks before it removes, and there is no terminal to ask on\nhint: {2}add --yes$/,
  });
  t.match(await exp('rm', '--yes'), {exitCode: 2, stderr: /needs to know which runs/});
  t.match(await exp('rm', best, live, '--yes'), {
    exitCode: 2,
    stderr: new RegExp(`^error: nothing is removed: one of these runs goes on:\n  ${live}\nhint: .*--state finished$`),
  });
  t.match(await exp('rm', 'notes', '--yes'), {exitCode: 2});
  t.match(await exp('rm', '.', '--yes'), {exitCode: 2});
  t.match(await exp('rm', '../', '--yes'), {exitCode: 2});
  t.match(await exp('rm', '--where', 'val_accuracy > 2', '--yes'), {exitCode: 2, stderr: /no run in runs is meant/});
  const dry = await exp('rm', '--state', 'finished', '--dry-run');
  t.match(dry, {exitCode: 0, stdout: /^would remove 3 runs, \d+ kB$|^would remove 3 runs, \d+\.\d kB$/});
  t.match(dry.stderr, new RegExp(`^${best} +finished +\\d\\.\\d kB$`, 'm'));
  t.equal(left().length, 5, 'nothing has gone yet');
  t.match(await exp('rm', best, best, 'runs/b-*', '--yes'), {exitCode: 0, stdout: /^removed 2 runs, /});
  t.strictSame(left(), [poor, stopped, live]);
  const json = JSON.parse((await exp('rm', '--where', 'val_accuracy < 0.6', '--yes', '--json')).stdout);
  t.match(json, {removed: [{run: poor, path: `runs/${poor}`, state: 'finished'}]});
  t.strictSame(left(), [stopped, live]);
  t.ok(existsSync(path.join(cwd, 'notes', 'readme.txt')));
});

t.test('exp prune keeps the checkpoints of the best runs, or one of each', async (t) => {
  const cwd = t.testdir();
  const runsDir = withRuns(cwd);
  const exp = (...args: string[]) => runExp(cwd, args);
  const kept = (run: string): readonly string[] => readdirSync(path.join(runsDir, run, 'checkpoints'));
  const all = ['best', 'best-2', 'last'];
  t.match(await exp('prune'), {exitCode: 2, stderr: /needs to know which checkpoints stay/});
  t.match(
    await exp('prune', '--keep-best', '1', '--by', 'duration', '--yes'),
    {exitCode: 0, stdout: /removed 6 checkpoints of 2 runs/},
    'less time is better',
  );
  withRuns(cwd);
  t.match(await exp('prune', '--keep-best', '1', '--by', 'training.batchSize'), {
    exitCode: 2,
    stderr: /nobody knows whether more or less/,
  });
  const dry = await exp('prune', '--keep-best', '2', '--dry-run');
  t.equal(dry.stdout, 'would remove 3 checkpoints of 1 run, 3.0 kB');
  t.strictSame(lines(dry.stderr), [
    'run                     val_accuracy  removes               size  keeps',
    `${best}        0.9900                              best, best-2, last (one of the best)`,
    `${good}        0.9000                              best, best-2, last (one of the best)`,
    `${stopped}        0.9000                              best, best-2, last (may be resumed; see --unfinished)`,
    `${live}        0.9000                              best, best-2, last (goes on)`,
    `${poor}        0.5000  best, best-2, last  3.0 kB`,
  ]);
  t.strictSame(kept(poor), all);
  t.match(await exp('prune', '--keep-best', '2', '--yes'), {
    exitCode: 0,
    stdout: 'removed 3 checkpoints of 1 run, 3.0 kB',
  });
  t.strictSame(
    [best, good, poor, stopped, live].map((run) => kept(run).length),
    [3, 3, 0, 3, 3],
  );
  t.match(await exp('prune', good, stopped, live, '--leave', 'last', '--unfinished', '--yes', '--json'), {exitCode: 0});
  t.strictSame([good, stopped].map(kept), [['last'], ['last']]);
  t.strictSame(kept(live), all, 'never of a run that goes on');
  t.match(await exp('prune', good, '--leave', 'last'), {exitCode: 0, stdout: 'nothing to remove'});
  t.equal((await exp('ls', '--json')).exitCode, 0);
});

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

t.test('on a terminal exp rm asks', {skip: hasScript ? false : 'the program `script` is not installed'}, async (t) => {
  const cwd = t.testdir();
  const runsDir = withRuns(cwd);
  const answer = (input: string): string => {
    const command = `stty cols 50 rows 24; exec '${process.execPath}' '${expPath}' rm ${best}`;
    const options = {
      cwd,
      env: {...plainEnv, TERM: 'xterm-256color'},
      encoding: 'utf8',
      input,
      timeout: 20_000,
    } as const;
    return stripVTControlCharacters(
      spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], options).stdout,
    );
  };
  for (const no of ['\n', 'n\n', 'nay\n', '\u0004']) {
    t.match(answer(no), /remove 1 run, [\d.]+ kB\? \[y\/N\]/);
    t.ok(existsSync(path.join(runsDir, best)), JSON.stringify(no));
  }
  t.match(answer('y\n'), /removed 1 run, /);
  t.notOk(existsSync(path.join(runsDir, best)));
});
