import {parse} from 'csv-parse/sync';
import t from 'tap';
import {compareRuns} from '../../src/comparison/compare.js';
import {comparisonCsv, comparisonJson, comparisonScreen} from '../../src/report/comparison-formats.js';
import {comparisonMarkdown} from '../../src/report/comparison-markdown.js';
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
