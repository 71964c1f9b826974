import {cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Browser, Page} from 'playwright-core';
import t from 'tap';
import {exp} from '../../commands/cli.js';
import {ask, colorsOf, launchChromium, needsChromium, openPage, until} from './browser.js';
import {writeGeneratedRuns} from './generated-runs.js';

const spec = `name: iris-small
data: {source: {type: iris}, validation: {fraction: 0.2}}
model: {layers: [{type: dense, units: 8, activation: relu}, {type: dense, units: 3}]}
training: {epochs: 6, batchSize: 8, loss: softmaxCrossEntropy, optimizer: adam, metrics: [accuracy, confusionMatrix], logEverySteps: 2}
checkpoint: {monitor: val_loss}
`;
const rates = ['0.03', '0.003', '0.0003'];
const folder = t.testdir({'iris.yaml': spec});
const runsDir = path.join(folder, 'runs');

async function writeReport(name: string, args: readonly string[] = []): Promise<string> {
  const file = path.join(folder, name);
  const {exitCode, stderr} = await exp(folder, ['report', '--out', file, ...args]);
  if (exitCode !== 0) throw new Error(stderr);
  return pathToFileURL(file).href;
}

const cells = (page: Page, column: number): Promise<readonly string[]> =>
  ask(page, `[...document.querySelectorAll('.runs tbody tr')].map((row) => row.children[${column}].textContent)`);
const headings = (page: Page): Promise<readonly string[]> =>
  ask(
    page,
    `[...document.querySelectorAll('.runs thead tr > *')].map((cell) => cell.innerText.replace(/[▲▼]/, '').trim())`,
  );
const numbers = (texts: readonly string[]): readonly number[] => texts.map((text) => Number.parseFloat(text));
const isSorted = (values: readonly number[], sign: number): boolean =>
  values.every((value, index) => index === 0 || sign * (value - values[index - 1]!) >= 0);
const curves = (page: Page, metric: string): Promise<string | undefined> =>
  ask(page, `document.querySelector('.panel[data-metric="${metric}"]')?.dataset.curves`);

t.test('exp report, in a browser', needsChromium, async (t) => {
  for (const rate of rates) {
    const args = ['run', 'iris.yaml', `training.optimizer.learningRate=${rate}`, '--seeds', '1,2', '--quiet'];
    const {exitCode, stderr} = await exp(folder, args);
    t.equal(exitCode, 0, stderr);
  }
  let browser: Browser;
  t.before(async () => {
    browser = await launchChromium();
  });
  t.teardown(() => browser.close());

  await t.test('shows real runs: table, curves, settings, matrices, differences, model', async (t) => {
    const url = await writeReport('report.html');
    const {page, complaints} = await openPage(browser, url);
    t.equal(await page.title(), 'iris-small');
    t.equal((await cells(page, 1)).length, rates.length, 'a row for each learning rate');
    t.match(await page.textContent('#row-count'), '3 rows, 6 runs, 3 ticked');
    t.equal(await curves(page, 'loss'), '6', 'training and validation of three rows');
    t.equal(await curves(page, 'accuracy'), '6');
    t.ok((await colorsOf(page, '.panel[data-metric="loss"]')) > 20, 'and they are drawn');
    t.match(await page.getAttribute('.panel[data-metric="loss"] .chart', 'aria-label'), 'loss by epoch: 6 curves');

    await t.test('what is ticked is drawn', async (t) => {
      await page.locator('.runs tbody input').first().uncheck();
      t.equal(await curves(page, 'loss'), '4');
      t.match(await page.textContent('#curves .notice'), '2 of 3 rows are drawn');
      await page.getByRole('button', {name: 'Untick all'}).click();
      t.match(await page.textContent('#curves .notice'), 'Tick rows in the table');
      await page.getByRole('button', {name: 'Tick all', exact: true}).click();
      await page.selectOption('#curves select >> nth=1', 'judged');
      t.equal(await curves(page, 'loss'), '3', 'the validation set by itself');
      await page.selectOption('#curves select >> nth=1', 'both');
      await page.getByRole('button', {name: 'batchLoss'}).click();
      t.equal(await curves(page, 'batchLoss'), '3');
    });

    await t.test('smoothing, logarithm, and time along the axis', async (t) => {
      await page.fill('#smooth', '0.9');
      t.equal(await page.textContent('#curves output'), '0.9');
      await page.getByLabel('log scale').check();
      for (const x of ['step', 'time', 'epoch']) {
        await page.selectOption('#curves select >> nth=0', x);
        t.match(await page.getAttribute('.panel[data-metric="loss"] .chart', 'aria-label'), `loss by ${x}: 6 curves`);
        t.ok((await colorsOf(page, '.panel[data-metric="loss"]')) > 20, x);
      }
      await page.hover('.panel[data-metric="loss"] .chart', {position: {x: 250, y: 100}});
      t.match(await page.textContent('.panel[data-metric="loss"] .tip'), /epoch \d.*learningRate 0\.03/s, 'a tooltip');
    });

    await t.test('the table sorts by clicks and keys, and filters', async (t) => {
      const column = (await headings(page)).indexOf('val_loss');
      t.ok(isSorted(numbers(await cells(page, column)), 1), 'the best first');
      const heading = page.locator('.runs thead th', {hasText: 'val_loss'});
      t.equal(await heading.getAttribute('aria-sort'), 'ascending');
      await heading.locator('button').click();
      t.ok(isSorted(numbers(await cells(page, column)), -1), 'a click turns it around');
      t.equal(await heading.getAttribute('aria-sort'), 'descending');
      const parameters = (await headings(page)).indexOf('test_loss');
      for (let steps = 0; steps < 20; steps++) {
        if (await ask(page, `document.activeElement.textContent.startsWith('test_loss')`)) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      t.ok(isSorted(numbers(await cells(page, parameters)), 1), 'so does a key');
      t.match(await ask(page, 'document.activeElement.textContent'), 'test_loss', 'the focus stays');
      await page.fill('#filter', 'learningrate>0.001');
      t.equal((await cells(page, 1)).length, 2);
      t.match(await page.textContent('#row-count'), '2 of 3 rows, 4 runs');
      await page.fill('#filter', 'nothing-like-this');
      t.match(await page.textContent('.runs .empty'), 'No row fits the filter.');
      await page.fill('#filter', '');
      await page.locator('.runs tbody th button').first().click();
      t.equal((await cells(page, 1)).length, 5, 'a row opens to its two runs');
    });

    await t.test('settings, matrices, differences, and one run', async (t) => {
      t.match(await page.textContent('.importance'), /learningRate.*%.*Kruskal–Wallis/s);
      t.ok((await colorsOf(page, '.parallel-chart')) > 10);
      t.ok((await colorsOf(page, '.scatter-chart')) > 5);
      t.equal(await page.getAttribute('.scatter-chart', 'data-runs'), '6');
      const sum = await ask<number>(
        page,
        `[...document.querySelector('table.matrix').querySelectorAll('tbody td')].reduce((sum, cell) => sum + Number(cell.textContent), 0)`,
      );
      t.equal(sum, 60, 'thirty test examples of two seeds');
      t.match(await page.textContent('[data-diff="spec"]'), /training\.optimizer\.learningRate/);
      t.match(await page.textContent('#run'), /dense.*\[8\].*40.*\[3\].*27/s, 'layers, shapes and parameters');
      t.match(await page.textContent('#run'), /67 parameters/);
    });
    t.same(complaints, [], 'no error, and nothing leaves the page');
    await page.context().close();
  });

  await t.test('a baseline of runs, and of a file', async (t) => {
    const ids = readdirSync(runsDir).sort();
    const rateOf = (id: string): string =>
      /learningRate: ([\d.]+)/.exec(readFileSync(path.join(runsDir, id, 'resolved.yaml'), 'utf8'))![1]!;
    const slow = ids.filter((id) => rateOf(id) === '0.0003');
    const fast = ids.filter((id) => rateOf(id) === '0.03');
    const lossOf = (list: readonly string[]): number => {
      const values = list.map((id) => {
        const summary = JSON.parse(readFileSync(path.join(runsDir, id, 'summary.json'), 'utf8'));
        return Number(summary.metrics.best.metrics.val_loss);
      });
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const rowOf = (page: Page, rate: string) => page.locator('.runs tbody tr', {hasText: `±`}).filter({hasText: rate});

    const own = await openPage(browser, await writeReport('own.html', ['--baseline', ...slow]));
    const column = (await headings(own.page)).indexOf('val_loss');
    t.equal(await own.page.locator('tbody.baseline tr').count(), 0, 'it is among the rows');
    t.equal(await own.page.locator('tr.is-baseline').count(), 1);
    t.match(await own.page.textContent('tr.is-baseline'), /0\.0003/);
    t.match(await own.page.textContent('tr.is-baseline th'), /baseline$/);
    t.equal(await own.page.locator('tr.is-baseline .delta').count(), 0);
    const cell = rowOf(own.page, '0.03').locator('td, th').nth(column);
    const told = Number.parseFloat((await cell.locator('.delta').textContent())!.replace('Δ ', ''));
    const delta = lossOf(fast) - lossOf(slow);
    t.ok(Math.abs(told - delta) <= 0.001 * Math.abs(delta), `${told} is ${delta}`);
    t.match(await cell.getAttribute('title'), /from the baseline's .* ± .*; Welch's p = /);
    t.match(await own.page.textContent('#runs .notes'), /Δ the difference from the baseline /);
    t.same(own.complaints, []);
    await own.page.context().close();

    const apart = await openPage(browser, await writeReport('apart.html', [...fast, '--baseline', slow[0]!]));
    t.equal((await cells(apart.page, 1)).length, 2, 'runs of a baseline that were not named are rows as well');
    t.equal(await apart.page.locator('tr.is-baseline').count(), 1);
    t.same(apart.complaints, []);
    await apart.page.context().close();

    const file = path.join(folder, 'baselines', '<i>main.json');
    const saved = await exp(folder, ['compare', ...slow, '--save-baseline', file]);
    t.equal(saved.exitCode, 0, saved.stderr);
    const other = await openPage(browser, await writeReport('file.html', [...fast, '--baseline', file]));
    const pinned = other.page.locator('tbody.baseline tr');
    t.equal(await pinned.count(), 1, 'what a file has is no run and stands above them');
    t.match(await pinned.locator('th').textContent(), /iris-small × 2baseline/);
    const there = Number.parseFloat((await pinned.locator('td, th').nth(column).textContent())!);
    t.ok(Math.abs(there - lossOf(slow)) <= 0.001 * lossOf(slow), `${there} is ${lossOf(slow)}`);
    t.equal(await pinned.locator('input').count(), 0, 'there is nothing to tick');
    t.match(await other.page.textContent('#row-count'), '1 row, 2 runs');
    await other.page.fill('#filter', 'nothing-like-this');
    t.equal(await pinned.count(), 1, 'it stays');
    t.match(await other.page.textContent('#runs .notes'), /<i>main\.json/, 'names are text');
    t.same(other.complaints, []);
    await other.page.setViewportSize({width: 360, height: 740});
    await until(other.page, 'document.documentElement.scrollWidth === 360');
    await other.page.context().close();

    const unknown = await exp(folder, ['report', '--baseline', 'nobody']);
    t.equal(unknown.exitCode, 2);
    t.match(unknown.stderr, /--baseline nobody: there is no baselines\/nobody\.json, and no run/);
  });

  await t.test('light and dark, by the system and by the button', async (t) => {
    const url = pathToFileURL(path.join(folder, 'report.html')).href;
    const {page, complaints} = await openPage(browser, url, {colorScheme: 'dark'});
    const ground = (): Promise<string> => ask(page, 'getComputedStyle(document.body).backgroundColor');
    const inks = (): Promise<string> => ask(page, `document.querySelector('.panel canvas').toDataURL()`);
    const [dark, darkInks] = [await ground(), await inks()];
    t.equal(dark, 'rgb(18, 19, 22)');
    await page.getByRole('button', {name: 'light colours'}).click();
    t.equal(await ground(), 'rgb(246, 246, 244)');
    t.not(await inks(), darkInks, 'charts change with it');
    t.same(complaints, []);
    await page.context().close();
  });

  await t.test('a phone of 360 pixels, and paper', async (t) => {
    const url = pathToFileURL(path.join(folder, 'report.html')).href;
    const {page, complaints} = await openPage(browser, url, {viewport: {width: 360, height: 740}, isMobile: true});
    t.equal(await ask(page, 'document.documentElement.scrollWidth'), 360, 'the page does not scroll sideways');
    t.same(complaints, []);
    const pdf = await page.pdf({format: 'A4'});
    t.ok(pdf.length > 20_000, 'prints');
    await page.context().close();
  });

  await t.test('hostile, damaged and unfinished runs are shown and do nothing', async (t) => {
    const hostile = path.join(folder, 'hostile');
    const [first] = readdirSync(runsDir).sort();
    const markup = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=2">';
    const names = [
      markup,
      '=HYPERLINK("http://example.com")',
      '\u001B[31mred\u001B[0m\u202Eesrever\u2028',
      'x'.repeat(5000),
      '<!--<script>',
      '__proto__',
    ];
    for (const [index, name] of names.entries()) {
      const target = path.join(hostile, `run${index}`);
      cpSync(path.join(runsDir, first!), target, {recursive: true});
      const summary = JSON.parse(readFileSync(path.join(target, 'summary.json'), 'utf8'));
      summary.name = name;
      summary.metrics.best.metrics.val_loss = [1e308, 'NaN', -1e-308, 0, 1, 2][index];
      writeFileSync(path.join(target, 'summary.json'), JSON.stringify(summary));
      const resolved = readFileSync(path.join(target, 'resolved.yaml'), 'utf8');
      writeFileSync(path.join(target, 'resolved.yaml'), `${resolved}\nhostile: ${JSON.stringify(name)}\n`);
      const table = path.join(target, 'confusion-matrix.test.csv');
      writeFileSync(table, readFileSync(table, 'utf8').replaceAll('setosa', '<b>setosa</b>'));
    }
    writeFileSync(
      path.join(hostile, 'run5/metrics.csv'),
      'epoch,step,loss,<i>val_loss\n1,1,NaN,1e308\n2,2,Infinity,\n3,3,',
    );
    writeFileSync(path.join(hostile, 'run4/summary.json'), '{');
    mkdirSync(path.join(hostile, 'broken'));
    writeFileSync(path.join(hostile, 'broken/status.json'), 'not JSON');
    mkdirSync(path.join(hostile, 'diverged'));
    const status = {
      state: 'diverged',
      pid: 1,
      host: 'h',
      startedAt: '2026-11-23T12:00:00Z',
      heartbeatAt: '2026-11-23T12:00:00Z',
    };
    writeFileSync(
      path.join(hostile, 'diverged/status.json'),
      JSON.stringify({...status, message: `the loss is NaN ${markup}`}),
    );
    const url = await writeReport('hostile.html', ['--runs-dir', hostile, '--group-by', 'none', '--title', markup]);
    const {page, complaints} = await openPage(browser, url);
    for (const id of ['run5', 'diverged', 'broken']) await page.selectOption('#run select', id);
    await page.getByRole('button', {name: 'Tick all', exact: true}).click();
    await page.selectOption('#run select', 'run3');
    for (const part of await page.locator('#run summary').all()) await part.click();
    t.equal((await cells(page, 1)).length, 8, 'all are rows');
    const states = (await cells(page, 2)).join();
    for (const state of ['finished', 'diverged', 'corrupt', 'crashed']) t.match(states, state);
    t.equal(await ask(page, 'window.pwned'), undefined);
    t.equal(await ask(page, `document.querySelectorAll('#page img, #page script, #page i, .matrix b').length`), 0);
    t.match(await page.title(), '</script><script>');
    t.match(await page.textContent('#runs'), '</script><script>', 'names are there, as text');
    t.match(await page.textContent('#tables'), '<b>setosa</b>');
    t.equal(await ask(page, 'document.documentElement.scrollWidth'), 1280);
    t.same(complaints, []);
    await page.context().close();
  });

  await t.test('one run, and fifty of 100 epochs in less than 2 MB', async (t) => {
    const [only] = readdirSync(runsDir);
    const one = await openPage(browser, await writeReport('one.html', [path.join(runsDir, only!)]));
    t.equal((await cells(one.page, 1)).length, 1);
    t.equal(await curves(one.page, 'loss'), '2');
    t.notOk(await one.page.isVisible('#settings'), 'nothing to hold against each other');
    t.notOk(await one.page.isVisible('#differences'));
    t.same(one.complaints, []);
    await one.page.context().close();

    writeGeneratedRuns(path.join(folder, 'many'), 50, 100);
    const url = await writeReport('many.html', ['--runs-dir', path.join(folder, 'many')]);
    t.ok(statSync(path.join(folder, 'many.html')).size < 2e6);
    const many = await openPage(browser, url);
    t.match(await many.page.textContent('#row-count'), '17 rows, 50 runs, 8 ticked');
    t.equal(await curves(many.page, 'loss'), '16');
    t.equal(await ask(many.page, `document.querySelector('.panel[data-metric="loss"]').dataset.points`), '100');
    t.same(many.complaints, []);
    await many.page.context().close();
  });
});

t.test('exp report without a browser', async (t) => {
  const html = readFileSync(path.join(folder, 'report.html'), 'utf8');
  t.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
  t.notMatch(html, /<(script|link|img)[^>]+(src|href)="?(http|\/)/, 'refers to nothing');
  t.equal(html.match(/<\/script>/g)?.length, 2, 'the data and the script');
  const gone = await exp(folder, ['report', '--runs-dir', path.join(folder, 'none')]);
  t.equal(gone.exitCode, 2);
  t.match(gone.stderr, 'there are no runs');
  const unwritable = await exp(folder, ['report', '--out', path.join(folder, 'no/such/report.html')]);
  t.equal(unwritable.exitCode, 1);
  t.match(unwritable.stderr, 'cannot be written');
  t.equal((await exp(folder, ['report', '--out', folder])).exitCode, 2);
});
