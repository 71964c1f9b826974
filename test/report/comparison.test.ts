import {parse} from 'csv-parse/sync';
import t from 'tap';
import {baselineOf} from '../../src/comparison/baseline.js';
import {compareRuns} from '../../src/comparison/compare.js';
import {judge} from '../../src/comparison/gate.js';
import {holdAgainst} from '../../src/comparison/held.js';
import {comparisonCsv, comparisonJson, comparisonScreen} from '../../src/report/comparison-formats.js';
import {comparisonMarkdown} from '../../src/report/comparison-markdown.js';
import {diffMarkdown} from '../../src/report/diff-markdown.js';
import {createStyle} from '../../src/report/style.js';
import {runOf, seedsOf} from '../comparison/fixtures.js';

const plain = {style: createStyle(false), width: Number.POSITIVE_INFINITY};

t.test('the screen: what differs, what came out, who is ahead and why', async (t) => {
  const runs = seedsOf({0.001: [0.97, 0.98, 0.99], 0.01: [0.5, 0.51, 0.52]});
  t.equal(
    comparisonScreen(compareRuns(runs), plain),
    [
      'run      learningRate     val_accuracy',
      'net × 3  0.001         0.9800 ± 0.0100*',
      'net × 3  0.01          0.5100 ± 0.0100',
      '',
      "net × 3 is ahead of net × 3 by 0.4700 in val_accuracy (Welch's p = 5.5e-7): learningRate 0.001 against 0.01",
      'sorted by val_accuracy, larger is better',
      'runs that differ only in seed share a row: mean ± sample standard deviation',
      '',
    ].join('\n'),
  );
});

t.test('a narrow screen says what it leaves out, and no line is wider', async (t) => {
  const metrics = Object.fromEntries(Array.from({length: 12}, (_, i) => [`val_metric${i}`, i]));
  const runs = [0.1, 0.2].map((rate) =>
    runOf(`run-${rate}`, {spec: {training: {rate}}, last: {val_loss: rate, ...metrics}, durationSeconds: 3}),
  );
  for (const width of [40, 60, 80]) {
    const screen = comparisonScreen(compareRuns(runs), {...plain, width});
    t.match(screen, /left out for want of width: /, `${width}`);
    t.ok(
      screen.split('\n').every((line) => [...line].length <= width),
      `${width} columns`,
    );
    t.match(screen, /val_loss/, 'the column it is sorted by stays');
  }
});

t.test('hostile names do no harm in any format', async (t) => {
  const names = [
    '=HYPERLINK("x")',
    '\u001B[31mred\u001B[0m',
    'a|b\n<script>alert(1)</script>',
    `long${'g'.repeat(5000)}`,
  ];
  const runs = names.map((id, index) => runOf(id, {last: {val_loss: index === 3 ? 1e308 : index}}));
  const comparison = compareRuns(runs);
  const screen = comparisonScreen(comparison, plain);
  t.notMatch(screen, '\u001B');
  t.match(screen, '\\u001b[31mred');
  t.equal(
    screen.split('\n').filter((line) => line.includes('script')).length,
    1,
    'a line break in a name breaks no line',
  );
  t.ok(screen.length < 3000);
  const markdown = comparisonMarkdown(comparison);
  t.notMatch(markdown, '<script>');
  t.match(markdown, 'a\\|b');
  const rows: string[][] = parse(comparisonCsv(comparison));
  t.equal(rows.length, 5);
  t.ok(
    rows.flat().every((cell) => !/^[=+@]/.test(cell)),
    'no cell is a formula',
  );
  t.equal(JSON.parse(JSON.stringify(comparisonJson(comparison))).rows.length, 4);
});

t.test('csv has full precision, the deviation and the count', async (t) => {
  const csv = comparisonCsv(compareRuns(seedsOf({0.001: [0.1, 0.2], 0.01: [0.5]})));
  const rows: Record<string, string>[] = parse(csv, {columns: true});
  t.match(rows[0], {run: 'r0.01-1', val_accuracy: '0.5', 'val_accuracy std': '', 'val_accuracy n': '1'});
  t.match(rows[1], {run: 'net × 2', 'val_accuracy n': '2', folders: 'runs/r0.001-1 runs/r0.001-2'});
  t.equal(Number(rows[1]!['val_accuracy std']), 0.07071067811865477);
});

t.test('a comment for a pull request stays below the limit of GitHub, whatever it tells', async (t) => {
  const rates = Array.from({length: 3000}, (_, index) => index + 1);
  const runs = rates.map((rate) =>
    runOf(`run-${rate}`, {
      spec: {training: {rate}},
      last: {val_loss: rate},
      epochs: [1, 2, 3].map((epoch) => ({epoch, val_loss: rate / epoch})),
    }),
  );
  const comparison = compareRuns(runs);
  const held = holdAgainst(comparison, baselineOf('main', [runOf('main', {last: {val_loss: 2}})]));
  const gate = judge(comparison.rows, {clauses: ['val_loss > baseline'], baseline: held.baseline});
  const comment = comparisonMarkdown(comparison, {held, gate});
  t.ok(comment.length <= 65_536 && comment.length > 60_000, `${comment.length} characters`);
  t.match(comment, /^- and 2,\d{3} more$/m, 'clauses that held');
  t.match(comment, /^[12],\d{3} more rows left out: a comment holds 65,536 characters$/m);
  t.match(comment, /^\| run-1 \| 1 \| \*\*1\.000\*\* \| -1\.000 \| █▃▁ \|$/m, 'value, difference and curve');
  t.match(comment, /<\/details>\n$/, 'the end is not cut off');
});

t.test('differences from a baseline stay readable in a narrow terminal', async (t) => {
  const rows = compareRuns(seedsOf({0.001: [0.97, 0.98, 0.99], 0.01: [0.5, 0.51, 0.52]}));
  const held = holdAgainst(rows, baselineOf('main', seedsOf({0.001: [0.96, 0.98, 1], 0.1: [0.9, 0.91]})));
  t.equal(
    comparisonScreen(rows, {...plain, width: 50}, {held})
      .split('\n')
      .slice(0, 3)
      .join('\n'),
    [
      'run      learningRate     val_accuracy    Δ',
      'net × 3  0.001         0.9800 ± 0.0100*  0≈',
      'net × 3  0.01          0.5100 ± 0.0100',
    ].join('\n'),
  );
  const screen = comparisonScreen(rows, plain, {held});
  t.match(screen, 'in the baseline main only: learningRate 0.1 × 2');
  t.match(screen, 'not in the baseline main: learningRate 0.01 × 3');
});

t.test('exp diff as Markdown: tables that hostile values cannot leave', async (t) => {
  const side = (value: unknown) => ({value, origin: {kind: 'override', text: 'name=a|b'}}) as const;
  const run = (id: string) => ({id, path: id, state: 'finished', warnings: []}) as const;
  const markdown = diffMarkdown({
    a: run('a'),
    b: run('b|<b>@x'),
    spec: [
      {key: 'name', a: side('a|b\n<img src=x>'), b: side('`c`')},
      ...Array.from({length: 500}, (_, index) => ({key: `k${index}`, a: side('x'.repeat(200))})),
    ],
    metrics: [{moment: 'best', metric: 'val_loss', a: 0.5, b: 0.25, delta: -0.25, goal: 'minimize'}],
    sameMetrics: ['last loss'],
    facts: {
      outcome: [{key: 'durationSeconds', a: 61, b: undefined}],
      data: [],
      versions: undefined,
      environment: [],
      git: [],
    },
  });
  t.match(markdown, '| name | a\\|b\\\\u000a&lt;img src=x&gt;<br>*override name=a\\|b* | \\`c\\`<br>');
  t.match(markdown, '**B** b\\|&lt;b&gt;@\u200Bx, finished');
  t.match(markdown, '| best val\\_loss | 0.5000 | 0.2500 | -0.2500 | B is better |');
  t.match(markdown, '| durationSeconds | 1 min 01 s | none |');
  t.match(markdown, /^and 4\d\d more$/m);
  t.match(markdown, 'the same in both: data, environment, git, last loss\n\nnot recorded in both: versions\n');
});
