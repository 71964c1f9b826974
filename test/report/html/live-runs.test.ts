import {appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {LiveRuns} from '../../../src/report/html/live-runs.js';
import {applyChange} from '../../../src/report/page/apply-change.js';
import type {PageData} from '../../../src/report/page/data.js';
import {RunsFolder} from '../../../src/runs/runs-folder.js';
import {writeGeneratedRuns} from './generated-runs.js';

const comparable = ({createdAt: _createdAt, runs, ...rest}: PageData): unknown => ({
  ...rest,
  runs: [...runs].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

t.test('what a page is told of changes adds up to the whole', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  const runs = new LiveRuns(new RunsFolder(runsDir, 100), {});
  t.equal(runs.update(), undefined);
  let data = runs.data('runs');
  t.same(data.runs, []);
  const look = (what: string): unknown => {
    const change = runs.update();
    if (change === 'all') data = runs.data('runs');
    else if (change) data = applyChange(data, JSON.parse(JSON.stringify(change)));
    t.same(comparable(data), JSON.parse(JSON.stringify(comparable(runs.data('runs')))), what);
    return change;
  };
  writeGeneratedRuns(runsDir, 6, 3);
  t.equal(look('new runs'), 'all', 'the table has columns now');
  t.equal(data.overview.rows.length, 2);
  const [first] = readdirSync(runsDir).sort();
  const file = (name: string): string => path.join(runsDir, first!, name);
  appendFileSync(file('metrics.csv'), '4,7500,0.1,0.2,0.9,0.3,0.8\n');
  // What ended is looked at every tenth time.
  for (let rounds = 0; rounds < 10; rounds++) look('an epoch more');
  t.equal(data.runs.find(({id}) => id === first)?.epochs.length, 4);
  writeFileSync(file('summary.json'), '{');
  for (let rounds = 0; rounds < 10; rounds++) look('a damaged run');
  t.match(data.runs.find(({id}) => id === first)?.warnings, ['summary.json is damaged']);
  rmSync(path.join(runsDir, first!), {recursive: true});
  look('a deleted run');
  t.equal(data.runs.length, 5);
  rmSync(runsDir, {recursive: true});
  look('none are left');
  t.same([data.runs, data.overview.rows], [[], []]);
});

t.test('a column that no run has yet is said, and the rest is shown', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  writeGeneratedRuns(runsDir, 1, 1);
  const [only] = readdirSync(runsDir);
  t.match(readFileSync(path.join(runsDir, only!, 'status.json'), 'utf8'), 'finished');
  const runs = new LiveRuns(new RunsFolder(runsDir, 100), {sort: 'val_f1'});
  runs.update();
  const {overview} = runs.data('runs');
  t.equal(overview.rows.length, 1);
  t.match(overview.notes.at(-1), 'no run has "val_f1"');
});
