import t from 'tap';
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatDuration,
  formatMetric,
  formatRate,
  plural,
} from '../../src/report/format.js';
import {JsonReporter} from '../../src/report/json-reporter.js';
import {keyMetrics} from '../../src/report/run-list.js';
import {endScreen, epochLine, metricsTable} from '../../src/report/screens.js';
import {plainSink} from '../../src/report/sink.js';
import {sparkline} from '../../src/report/sparkline.js';
import {createStyle, wantsColor} from '../../src/report/style.js';
import {renderTable} from '../../src/report/table.js';
import {fitFields, truncate, widthOf} from '../../src/report/text.js';

const view = {style: createStyle(false), width: 80};

t.test('numbers as people read them', async (t) => {
  t.strictSame([0.98912, 1, 0.5, 2.30345, 123456.7, 1e-5, 1e9, 0, Number.NaN, -0.25].map(formatMetric), [
    '0.9891',
    '1.000',
    '0.5000',
    '2.303',
    '1.235e+5',
    '1.000e-5',
    '1.000e+9',
    '0',
    'NaN',
    '-0.2500',
  ]);
  const now = new Date(2026, 0, 20, 12);
  const ago = (seconds: number): string => formatAgo(new Date(now.getTime() - 1000 * seconds), now);
  t.strictSame([0, 59.9, 60, 3599, 3600, 86_399, 86_400, 7 * 86_400 - 1, 7 * 86_400, -60].map(ago), [
    ...['0 s ago', '59 s ago', '1 min ago', '59 min ago', '1 h ago', '23 h ago', '1 d ago', '6 d ago'],
    ...['2026-01-13', '2026-01-20 12:01'],
  ]);
  t.strictSame([0.0123, 0.7, 59.96, 60, 185, 3599.7, 7620].map(formatDuration), [
    '12 ms',
    '0.7 s',
    '1 min 00 s',
    '1 min 00 s',
    '3 min 05 s',
    '1 h 00 min',
    '2 h 07 min',
  ]);
  t.strictSame([7, 765, 3723].map(formatClock), ['0:07', '12:45', '1:02:03']);
  t.strictSame([0, 999, 1500, 999_949, 5.4e8, 1.25e9].map(formatBytes), [
    '0 B',
    '999 B',
    '1.5 kB',
    '1.0 MB',
    '540 MB',
    '1.3 GB',
  ]);
  t.strictSame([0.51, 12.4, 4880.4].map(formatRate), ['0.5 examples/s', '12 examples/s', '4,880 examples/s']);
  t.strictSame([plural(1, 'epoch'), plural(1875, 'step')], ['1 epoch', '1,875 steps']);
});

t.test('colour', async (t) => {
  const cases: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
    [true, {}, true],
    [false, {}, false],
    [true, {NO_COLOR: '1'}, false],
    [true, {NO_COLOR: ''}, true],
    [false, {FORCE_COLOR: '1'}, true],
    [true, {FORCE_COLOR: '0'}, false],
    [true, {FORCE_COLOR: '1', NO_COLOR: '1'}, false],
    [true, {TERM: 'dumb'}, false],
  ];
  for (const [isTTY, env, expected] of cases) t.equal(wantsColor({isTTY, env}), expected, JSON.stringify({isTTY, env}));
  t.equal(createStyle(true).red('x'), '\u001B[31mx\u001B[39m');
  t.equal(createStyle(false).red('x'), 'x');
});

t.test('text in columns', async (t) => {
  t.equal(widthOf('\u001B[31mrot\u001B[39m'), 3);
  t.equal(widthOf('日本'), 4);
  t.equal(widthOf('e\u0301'), 1);
  t.equal(truncate('abcdef', 4), 'abc…');
  t.equal(truncate('日本語', 4), '日…');
  t.equal(truncate('abc', 3), 'abc');
  const fields = [
    {text: 'aaa', priority: 1},
    {text: 'bbb', priority: 3},
    {text: 'ccc', priority: 2},
  ];
  t.equal(fitFields(fields, 13), 'aaa  bbb  ccc');
  t.equal(fitFields(fields, 12), 'aaa  ccc');
  t.equal(fitFields(fields, 7), 'aaa');
});

t.test('a table drops columns, then shortens the first', async (t) => {
  const columns = [{title: 'run'}, {title: 'state'}, {title: 'time', align: 'right', droppable: 1}] as const;
  const rows = [
    ['mnist-cnn', 'finished', '12.3 s'],
    ['x', 'failed', '1 s'],
  ];
  t.equal(
    renderTable(columns, rows),
    'run        state       time\nmnist-cnn  finished  12.3 s\nx          failed       1 s\n',
  );
  t.equal(renderTable(columns, rows, {width: 20}), 'run        state\nmnist-cnn  finished\nx          failed\n');
  t.equal(renderTable(columns, rows, {width: 15}), 'run    state\nmnis…  finished\nx      failed\n');
});

t.test('a curve', async (t) => {
  t.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█');
  t.equal(sparkline([5, 5]), '▄▄');
  t.equal(sparkline([1, Number.NaN, 0]), '█·▁');
  t.equal(sparkline([Number.NaN]), '·');
  t.equal(sparkline([0, 0, 7, 7, 0, 0], 3), '▁█▁', 'means of equal stretches');
  t.equal(sparkline([]), '');
});

const epoch = {
  type: 'epochEnded',
  epoch: 3,
  step: 30,
  metrics: {loss: 0.0412, accuracy: 0.9873, val_loss: 0.05, val_accuracy: 0.98},
  learningRate: 0.1,
  trainMillis: 12_000,
  waitMillis: 0,
  evaluateMillis: 300,
  numExamples: 60_000,
  isBest: true,
} as const;

t.test('an epoch in a line', async (t) => {
  t.equal(
    epochLine(epoch, 10, {...view, width: Number.POSITIVE_INFINITY}),
    'epoch  3/10  loss 0.04120  accuracy 0.9873  val_loss 0.05000  val_accuracy 0.9800  best  12.3 s  5,000 examples/s',
  );
  t.equal(epochLine(epoch, 10, {...view, width: 40}), 'epoch  3/10  loss 0.04120');
  t.equal(epochLine(epoch, 10, {...view, width: 45}), 'epoch  3/10  loss 0.04120  accuracy 0.9873');
});

t.test('metrics by set', async (t) => {
  t.equal(
    metricsTable({loss: 0.5, accuracy: 1, val_loss: 0.25, val_accuracy: 0.75, test_loss: 2, test_accuracy: 0}, view),
    [
      '          training  validation   test\n',
      'loss        0.5000      0.2500  2.000\n',
      'accuracy     1.000      0.7500      0\n',
    ].join(''),
  );
  t.equal(metricsTable({loss: 0.5}, view), '      training\nloss    0.5000\n');
  t.equal(keyMetrics({loss: 1, accuracy: 0.5, val_loss: 2, val_accuracy: 0.25}), 'val_accuracy 0.2500, val_loss 2.000');
  t.equal(keyMetrics({loss: 1}), 'loss 1.000');
  t.equal(keyMetrics({}), '');
});

t.test('how a run ended', async (t) => {
  t.equal(
    endScreen({state: 'interrupted', path: 'runs/x', epoch: 2, step: 1234}, view),
    'interrupted in epoch 2 after step 1,234; exp resume goes on from there\nruns/x\n',
  );
  t.equal(
    endScreen({state: 'diverged', path: 'runs/x', epoch: 1, step: 3, loss: Number.NaN, lastGood: {loss: 7}}, view),
    'last good values: loss 7.000\nruns/x\n',
  );
});

t.test('JSON lines', async (t) => {
  const lines: string[] = [];
  const now = () => new Date('2026-01-02T03:04:05.000Z');
  const reporter = new JsonReporter(
    plainSink((text) => lines.push(text)),
    {logEverySteps: 2, now},
  );
  for (const step of [1, 2, 3]) {
    const running = {loss: Number.NaN};
    const position = {epoch: 1, step, stepInEpoch: step, numExamples: step};
    reporter.listen({type: 'step', ...position, batchLoss: Number.POSITIVE_INFINITY, running, learningRate: 1});
  }
  const state = {weights: new Map(), slots: new Map()};
  reporter.listen({type: 'checkpoint', kind: 'best', epoch: 1, step: 3, metrics: {}, state, kept: [3]});
  reporter.warn('careful');
  const time = '"time":"2026-01-02T03:04:05.000Z"';
  t.strictSame(lines, [
    `{"type":"step",${time},"epoch":1,"step":2,"stepInEpoch":2,"numExamples":2,"batchLoss":"Infinity","running":{"loss":"NaN"},"learningRate":1}\n`,
    `{"type":"checkpoint",${time},"kind":"best","epoch":1,"step":3,"metrics":{}}\n`,
    `{"type":"warning",${time},"message":"careful"}\n`,
  ]);
});
