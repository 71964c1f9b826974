import {appendFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import t from 'tap';
import {writeReport} from '../../../src/experiment/report-command.js';
import {LiveRuns} from '../../../src/report/html/live-runs.js';
import {applyChange} from '../../../src/report/page/apply-change.js';
import {RunsFolder} from '../../../src/runs/runs-folder.js';
import {type WrittenTrial, writeSweep} from '../../runs/sweep/sweep-folders.js';
import {ask, colorsOf, launchChromium, needsChromium, openPage} from './browser.js';

const evil = '<img src=x onerror=alert(1)>\u202e';
const trial = (learningRate: number, loss: number, more: WrittenTrial = {}): WrittenTrial => ({
  value: loss,
  epoch: 2,
  values: {'training.optimizer.learningRate': learningRate},
  ...more,
  run: {
    metrics: `epoch,step,learningRate,loss,val_loss\n1,2,0.1,0.7,${loss + 0.1}\n2,4,0.1,0.5,${loss}\n`,
    ...(more.state === undefined ? {summary: {metrics: {final: {loss: 0.5, val_loss: loss}}}} : {summary: false}),
  },
});
const trials: readonly WrittenTrial[] = [
  ...[0.5, 0.3, 0.4, 0.45, 0.2, 0.35, 0.25, 0.6].map((loss, index) => trial(0.01 * (index + 1), loss)),
  trial(0.5, 0.9, {state: 'pruned', epochs: 1, message: 'asha: last of 9'}),
  {state: 'failed', message: evil, values: {'training.optimizer.learningRate': 1}},
];

t.test('a report of a sweep, in a browser', needsChromium, async (t) => {
  const runsDir = t.testdir();
  const folder = writeSweep(runsDir, 'rates-20260102-030405-abcd', {plan: {sampler: 'tpe', pruner: 'asha'}, trials});
  const out = path.join(runsDir, 'report.html');
  writeReport({references: [folder], runsDir, out}, {write: () => {}}, {write: () => {}});
  const browser = await launchChromium();
  t.teardown(() => browser.close());
  for (const options of [
    {colorScheme: 'light'},
    {colorScheme: 'dark'},
    {viewport: {width: 360, height: 740}},
  ] as const) {
    const {page, complaints} = await openPage(browser, pathToFileURL(out).href, options);
    t.equal(await page.title(), 'Sweep rates: tpe with asha, by val_loss');
    t.equal(await page.getAttribute('.sweep-card', 'data-points'), '9', 'the trials that have a value');
    t.ok((await colorsOf(page, '.sweep-card')) > 10, 'are drawn');
    const ranking = await ask<string[][]>(
      page,
      `[...document.querySelectorAll('.ranking tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))`,
    );
    t.equal(ranking.length, 10);
    t.strictSame(ranking[0], ['1', '0.2000', 'learningRate 0.05', 'finished', 'trial 5']);
    t.strictSame(ranking[8], ['', '0.9000', 'learningRate 0.5', 'pruned at 1', 'trial 9']);
    t.match(await page.textContent('.sweep-card'), '10 of 10 trials in 1 min 00 s: 8 finished, 1 pruned, 1 failed');
    t.match(await page.textContent('.sweep-card .notes'), 'trial 10 failed: <img src=x onerror=alert(1)>\\u202e');
    t.equal(await ask(page, `document.querySelectorAll('img').length`), 0);
    t.equal(await page.getAttribute('.parallel-chart', 'data-runs'), '9', 'parallel coordinates over the trials');
    const first = await ask<string>(page, `document.querySelector('.runs tbody tr').innerText`);
    t.match(first, /trial 5/, 'the table is sorted as the sweep ranks');
    await page.getByRole('button', {name: 'trial 7', exact: true}).first().click();
    t.match(
      await page.textContent('#run dd:last-child, #run .facts-grid'),
      /trials.0007/,
      'a trial is looked at closely',
    );
    t.ok(
      await ask<boolean>(page, 'document.documentElement.scrollWidth <= innerWidth'),
      'nothing is wider than the screen',
    );
    t.same(complaints, []);
    await page.context().close();
  }
});

t.test('what a page is told of a sweep that goes on', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  const folder = writeSweep(runsDir, 'live-20260102-030405-abcd', {
    isAlive: true,
    plan: {numTrials: 4},
    trials: [trial(0.1, 0.5), trial(0.2, 0.3), {state: 'running', values: {'training.optimizer.learningRate': 0.3}}],
  });
  const runs = new LiveRuns(new RunsFolder(runsDir, 100), {});
  t.equal(runs.update(), 'all');
  let data = runs.data('runs');
  t.match(data.sweeps, [
    {id: path.basename(folder), state: 'running', numOver: 2, numPlanned: 4, points: [{best: 0.5}, {best: 0.3}]},
  ]);
  t.strictSame(
    data.runs.map(({id}) => id).sort(),
    ['0001', '0002', '0003'].map((name) => `live-20260102-030405-abcd/trials/${name}`),
  );
  t.equal(runs.update(), undefined, 'nothing has changed');

  const [journal] = readdirSync(path.join(folder, 'journal'));
  const ended = {type: 'ended', at: '2026-01-02T03:04:30.000Z', session: 1, trial: 3, attempt: 1, state: 'pruned'};
  const line = `${JSON.stringify({...ended, value: 0.1, epoch: 1, epochs: 1, seconds: 2, message: 'median'})}\n`;
  appendFileSync(path.join(folder, 'journal', journal!), line.slice(0, 20));
  t.equal(runs.update(), undefined, 'half a line says nothing');
  appendFileSync(path.join(folder, 'journal', journal!), line.slice(20));
  const change = runs.update();
  t.not(change, 'all');
  data = applyChange(data, JSON.parse(JSON.stringify(change)));
  t.match(data.sweeps, [{numOver: 3, points: [{}, {}, {trial: 3, state: 'pruned', value: 0.1, best: 0.3}]}]);

  const alone = new LiveRuns(new RunsFolder(folder, 100), {}, {metric: 'val_loss', goal: 'minimize'});
  alone.update();
  const one = alone.data('live');
  t.equal(one.runs.length, 3, 'a sweep by itself');
  t.equal(one.overview.columns[one.overview.sortedBy!]!.name, 'min val_loss');

  writeFileSync(path.join(folder, 'sweep.json'), '{');
  const again = new LiveRuns(new RunsFolder(runsDir, 100), {});
  again.update();
  t.equal(again.data('runs').sweeps, undefined, 'a damaged one is left out');
  t.equal(again.data('runs').runs.length, 3, 'its trials are not');
  rmSync(folder, {recursive: true});
  for (let rounds = 0; rounds < 10; rounds++) runs.update();
  t.equal(runs.data('runs').sweeps, undefined);
  t.equal(runs.data('runs').runs.length, 0);
});
