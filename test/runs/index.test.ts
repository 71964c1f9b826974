import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import t from 'tap';
import {comparedRun} from '../../src/comparison/compared-run.js';
import {listingOf} from '../../src/report/run-list.js';
import {listRuns, openRuns} from '../../src/runs/find-runs.js';
import {indexFile, readIndex} from '../../src/runs/index/index-file.js';
import {appendLabels} from '../../src/runs/labels.js';
import {type Run, readRun} from '../../src/runs/run.js';
import {deadPid, writeRun} from './run-folders.js';

/** Longer than what changed is left out of an index. */
const settled = 2700;
const nameOf = (index: number): string =>
  `net-20260102-030405-${String.fromCharCode(97 + (index % 26), 97 + index / 26, 97, 97)}`;

/** Everything that lists and comparisons take from a run. */
function everythingOf(run: Run): unknown {
  const {column: _column, epochs, settings, durationSeconds, ...compared} = comparedRun(run);
  const {durationSeconds: _seconds, ...listing} = listingOf(run);
  return {
    listing,
    compared,
    // Of a run that goes on it is another one at every moment.
    seconds: run.state === 'running' ? undefined : durationSeconds,
    settings: [...settings],
    epochs: epochs(),
    column: run.column('loss'),
    lastRow: run.lastRow(),
    spec: run.resolvedSpec(),
    status: run.status,
    summary: run.summary,
    notes: run.notes,
  };
}

const readDirectly = (runsDir: string): readonly unknown[] =>
  listRuns(runsDir).map((run) => everythingOf(readRun(run.path)));

t.test('an index says what the files say, after every change of them', async (t) => {
  const runsDir = t.testdir();
  const count = 60;
  for (let i = 0; i < count; i++) writeRun(runsDir, nameOf(i));
  // What is hard to keep in JSON, or to read fast.
  writeRun(runsDir, nameOf(100), {
    summary: {
      metrics: {final: {loss: 'NaN' as never, accuracy: 1e308}, best: {epoch: 1, metrics: {loss: -0.5}}},
      tags: ['é\u2028', '\u{1F600}'],
    },
    metrics: 'epoch,loss\n1,NaN\n2,Infinity\n3,1e-320\n',
    spec: {
      name: 'tab\tand\nbreak',
      description: 'long text '.repeat(30),
      tags: ['a'],
      data: {list: [1, 2], none: [], empty: {}, no: null},
    },
  });
  writeRun(runsDir, nameOf(101), {spec: {training: {clip: Number.POSITIVE_INFINITY}}});
  writeRun(runsDir, nameOf(102), {summary: false, status: {state: 'running', pid: deadPid}});
  writeRun(runsDir, nameOf(103), {summary: false, status: {state: 'running', pid: process.pid}});
  writeRun(runsDir, nameOf(104), {summary: false, status: {state: 'interrupted', endedAt: '2026-01-02T03:04:45.000Z'}});
  writeRun(runsDir, nameOf(105), {files: {'summary.json': '{"metrics": '}});
  writeRun(runsDir, 'tab\tquote"line\nbreak\\slash');
  appendLabels(path.join(runsDir, nameOf(1)), [{tag: 'good'}, {note: 'two\nlines'}]);
  const index = path.join(runsDir, indexFile);

  listRuns(runsDir);
  t.notOk(existsSync(index), 'what has just changed is not indexed');
  await wait(settled);
  const direct = readDirectly(runsDir);
  t.strictSame(listRuns(runsDir).map(everythingOf), direct, 'read and indexed');
  t.ok(existsSync(index));
  t.equal(
    readIndex(runsDir).size,
    count + 4,
    'all but a run that goes on, a damaged one, and a spec that JSON cannot hold',
  );
  t.strictSame(listRuns(runsDir).map(everythingOf), direct, 'out of the index');
  const folders = listRuns(runsDir).map((run) => run.path);
  t.strictSame(openRuns(folders).map(everythingOf), direct, 'named one by one');

  const changes: Readonly<Record<string, (folder: string) => void>> = {
    'a tag': (folder) => appendLabels(folder, [{tag: 'new'}]),
    'a summary put in its place': (folder) => {
      writeRun(path.dirname(folder), path.basename(folder), {summary: {metrics: {final: {loss: 0.25}}}});
    },
    'a summary of the same size, its time set back': (folder) => {
      const file = path.join(folder, 'summary.json');
      const {atime, mtime} = statSync(file);
      writeFileSync(file, readFileSync(file, 'utf8').replace('0.5', '0.7'));
      utimesSync(file, atime, mtime);
    },
    'metrics that grew': (folder) => writeFileSync(path.join(folder, 'metrics.csv'), '3,6,0.1,0.4,0.9\n', {flag: 'a'}),
    'a spec that was removed': (folder) => rmSync(path.join(folder, 'resolved.yaml')),
    'a status that is a folder': (folder) => {
      rmSync(path.join(folder, 'status.json'));
      mkdirSync(path.join(folder, 'status.json'));
    },
    'a run that was renamed over another one': (folder) => {
      rmSync(folder, {recursive: true});
      renameSync(path.join(runsDir, nameOf(50)), folder);
    },
    'a run that was removed': (folder) => rmSync(folder, {recursive: true}),
  };
  for (const [position, [what, change]] of Object.entries(changes).entries()) {
    change(path.join(runsDir, nameOf(10 + position)));
    t.strictSame(listRuns(runsDir).map(everythingOf), readDirectly(runsDir), what);
  }

  const whole = readFileSync(index);
  const lines = readIndex(runsDir).size;
  const now = readDirectly(runsDir);
  const damages: Readonly<Record<string, () => void>> = {
    'cut off': () => writeFileSync(index, whole.subarray(0, whole.length / 2)),
    'a flipped bit': () => {
      const flipped = Buffer.from(whole);
      flipped[whole.length >> 1]! ^= 1;
      writeFileSync(index, flipped);
    },
    empty: () => writeFileSync(index, ''),
    'binary junk': () => writeFileSync(index, Buffer.from([0, 255, 10, 9, 34, 200])),
    'of another version': () =>
      writeFileSync(index, whole.toString('latin1').replace(/^exp-index \d+/, 'exp-index 999')),
    'with a line more': () => writeFileSync(index, `${whole.toString('latin1')}"x"\t-\n`, 'latin1'),
    gone: () => rmSync(index),
  };
  for (const [what, damage] of Object.entries(damages)) {
    damage();
    t.strictSame(listRuns(runsDir).map(everythingOf), now, `an index ${what} is passed over`);
    t.ok(readIndex(runsDir).size >= 50 && readIndex(runsDir).size <= lines, `and rebuilt (${what})`);
  }
  rmSync(index);
  mkdirSync(index);
  t.strictSame(listRuns(runsDir).map(everythingOf), now, 'one that cannot be written is done without');
  t.strictSame(
    readdirSync(runsDir).filter((name) => name.endsWith('.tmp')),
    [],
    'nothing is left behind',
  );
});

t.test('a few runs have no index', async (t) => {
  const runsDir = t.testdir();
  for (let i = 0; i < 49; i++) writeRun(runsDir, nameOf(i));
  await wait(settled);
  t.equal(listRuns(runsDir).length, 49);
  t.notOk(existsSync(path.join(runsDir, indexFile)));
});

t.test('processes read and write the index at once, while runs come, change and go', async (t) => {
  const runsDir = t.testdir();
  for (let i = 0; i < 120; i++) writeRun(runsDir, nameOf(i));
  await wait(settled);
  const program = `
    import {rmSync} from 'node:fs';
    import path from 'node:path';
    import {listRuns, openRuns} from ${JSON.stringify(path.resolve('src/runs/find-runs.ts'))};
    const [runsDir] = process.argv.slice(2);
    for (let round = 0; round < 12; round++) {
      if (round % 4 === 3) rmSync(path.join(runsDir, '.exp-index'), {force: true});
      for (const run of listRuns(runsDir)) {
        if (run.state !== 'finished' || run.lastRow()?.epoch !== 2 || run.resolvedSpec()?.training?.batchSize !== 32) {
          throw new Error(run.id + ' ' + run.state + ' ' + run.warnings.join());
        }
      }
    }`;
  const script = path.join(t.testdirName, '..', `${path.basename(t.testdirName)}-reader.mts`);
  writeFileSync(script, program);
  t.teardown(() => rmSync(script));
  const readers = Array.from({length: 3}, () => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, runsDir], {stdio: ['ignore', 'inherit', 'pipe']});
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += String(text);
    });
    return {exit: once(child, 'exit'), errors: () => errors};
  });
  // A run is written elsewhere and appears whole, as nothing here is about half-written runs.
  const staging = `${runsDir}-staging`;
  for (let i = 0; i < 40; i++) {
    writeRun(staging, nameOf(200 + i));
    renameSync(path.join(staging, nameOf(200 + i)), path.join(runsDir, nameOf(200 + i)));
    appendLabels(path.join(runsDir, nameOf(i)), [{tag: `t${i}`}]);
    await wait(10);
  }
  for (const {exit, errors} of readers) {
    const [code] = await exit;
    t.equal(code, 0, errors());
  }
  rmSync(staging, {recursive: true});
  await wait(settled);
  t.strictSame(listRuns(runsDir).map(everythingOf), readDirectly(runsDir));
});

t.test('nothing in the runs folder is fatal, and no run is hidden', async (t) => {
  const runsDir = t.testdir({
    'a-file': 'x',
    'empty-20260102-030405-aaaa': {},
    'lost-20260102-030405-aaaa': {'resolved.yaml': 'seed: 1\n', 'origins.json': '{}'},
    'other-20260102-030405-aaaa': {'photo.jpg': 'x'},
    notes: {'readme.txt': 'x'},
    '.hidden': {'status.json': '{}'},
    junk: {
      'status.json': '\0\u0001\xff',
      'summary.json': '\0',
      'metrics.csv': '\0\n\0,\0\n',
      'resolved.yaml': '\0',
      'labels.jsonl': '\0',
    },
    folders: {'status.json': {}, 'summary.json': {}, 'metrics.csv': {}, 'resolved.yaml': {}, 'labels.jsonl': {}},
    types: {
      'status.json': '{"state":"finished","pid":1,"host":2,"startedAt":3,"heartbeatAt":4}',
      'summary.json': '{"metrics":{"final":{"loss":{}}},"durationSeconds":{"total":"x"},"startedAt":null,"name":{}}',
    },
    'hostile-metrics': {
      'status.json': '{"state":"failed","pid":1,"host":"h","startedAt":"x","heartbeatAt":"y"}',
      'metrics.csv': '__proto__,constructor,epoch\n1,2,3\n',
      'resolved.yaml': '__proto__: {polluted: 1}\nconstructor: 2\n',
    },
  });
  writeRun(runsDir, 'whole');
  writeRun(runsDir, 'odd-numbers', {
    summary: {metrics: {final: {loss: 'NaN' as never, text: 'x' as never, deep: {} as never}}, tags: [1, 'a'] as never},
  });
  symlinkSync(path.join(runsDir, 'loop'), path.join(runsDir, 'loop'));
  symlinkSync(path.join(runsDir, 'whole'), path.join(runsDir, 'link'));
  const runs = listRuns(runsDir);
  t.strictSame(Object.fromEntries(runs.map((run) => [run.id, run.state])), {
    'lost-20260102-030405-aaaa': 'corrupt',
    junk: 'corrupt',
    folders: 'corrupt',
    types: 'corrupt',
    'hostile-metrics': 'failed',
    whole: 'finished',
    'odd-numbers': 'finished',
    link: 'finished',
  });
  for (const run of runs) {
    t.doesNotThrow(() => everythingOf(run), run.id);
    if (run.state === 'corrupt') t.ok(run.warnings.length > 0, `${run.id}: ${run.warnings.join('; ')}`);
  }
  t.equal(({} as {polluted?: number}).polluted, undefined);
  const odd = runs.find(({id}) => id === 'odd-numbers')!;
  t.strictSame(odd.summary?.metrics.final, {loss: Number.NaN});
  t.strictSame(odd.tags, ['a']);
});

t.test(
  'a folder that must not be looked into',
  {skip: process.getuid?.() === 0 && 'root may look into everything'},
  async (t) => {
    const runsDir = t.testdir({'lost+found': {}});
    const folder = writeRun(runsDir, nameOf(1));
    chmodSync(folder, 0o000);
    chmodSync(path.join(runsDir, 'lost+found'), 0o000);
    t.teardown(() => chmodSync(folder, 0o700));
    const runs = listRuns(runsDir);
    t.strictSame(
      runs.map(({id, state}) => [id, state]),
      [[nameOf(1), 'corrupt']],
    );
    t.match(runs[0]!.warnings, [/EACCES/]);
  },
);
