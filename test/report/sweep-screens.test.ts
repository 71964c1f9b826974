import {stripVTControlCharacters} from 'node:util';
import t from 'tap';
import {rankPoints} from '../../src/comparison/rank-points.js';
import {plainSink, streamSink} from '../../src/report/sink.js';
import {createStyle} from '../../src/report/style.js';
import {SweepBoard} from '../../src/report/sweep-board.js';
import {sweepFrame} from '../../src/report/sweep-frame.js';
import {SweepJsonReporter} from '../../src/report/sweep-json-reporter.js';
import {SweepLineReporter} from '../../src/report/sweep-line-reporter.js';
import {SweepLiveReporter} from '../../src/report/sweep-live-reporter.js';
import {sweepMarkdown} from '../../src/report/sweep-markdown.js';
import {elapsedSeconds, secondsLeft} from '../../src/report/sweep-progress.js';
import {sweepHeading, sweepScreen} from '../../src/report/sweep-screen.js';
import type {SweepView} from '../../src/report/sweep-view.js';
import {widthOf} from '../../src/report/text.js';
import type {TrialRecord} from '../../src/runs/sweep/records.js';

const startedAt = '2026-01-02T03:04:05.000Z';
const after = (seconds: number): Date => new Date(Date.parse(startedAt) + 1000 * seconds);
const view80 = {style: createStyle(false), width: 80};
const wide = {style: createStyle(false), width: Number.POSITIVE_INFINITY};

const trialOf = (trial: number, more: Partial<TrialRecord> = {}): TrialRecord => ({
  trial,
  point: trial,
  values: {'training.optimizer.learningRate': trial / 100, 'training.batchSize': 32},
  state: 'finished',
  attempts: 1,
  startedAt,
  epochs: 4,
  seconds: 10,
  reported: new Map(),
  ...more,
});

const viewOf = (trials: readonly TrialRecord[], more: Partial<SweepView> = {}): SweepView => ({
  name: 'rates',
  folder: 'runs/rates-20260102-030405-abcd',
  metric: {name: 'val_loss', goal: 'minimize'},
  sampler: 'tpe',
  parameters: ['training.optimizer.learningRate', 'training.batchSize'],
  numPlanned: 8,
  state: 'finished',
  startedAt,
  endedAt: after(90).toISOString(),
  trials,
  ...more,
});

const mixed = [
  trialOf(1, {value: 0.5, epoch: 3}),
  trialOf(2, {value: 0.25, epoch: 4}),
  trialOf(3, {state: 'pruned', value: 0.75, epochs: 1, seconds: 2, message: 'median: worse than 0.5 at epoch 1'}),
  trialOf(4, {state: 'failed', message: 'no such file', epochs: 0, seconds: 1}),
  trialOf(5, {state: 'failed', message: 'no such file', epochs: 0, seconds: 1}),
  trialOf(6, {state: 'diverged', message: 'the loss is NaN in epoch 2', epochs: 1}),
];

t.test('at the end: ranking, what became of all, the best, why some failed, and how to go on', async (t) => {
  t.equal(
    sweepScreen(viewOf(mixed), wide),
    `rank  trial  val_loss  learningRate  batchSize  epochs  duration  state
   1      2    0.2500  0.02          32              4    10.0 s  finished
   2      1    0.5000  0.01          32              4    10.0 s  finished
          3    0.7500  0.03          32              1     2.0 s  pruned at 1
          4            0.04          32              0     1.0 s  failed
          5            0.05          32              0     1.0 s  failed
          6            0.06          32              1    10.0 s  diverged

6 of 8 trials in 1 min 30 s: 2 finished, 1 pruned, 2 failed, 1 diverged
best val_loss 0.2500: trial 2, epoch 4, learningRate 0.02, batchSize 32
trials 4, 5 failed: no such file
trial 6 diverged: the loss is NaN in epoch 2

exp sweep best runs/rates-20260102-030405-abcd --emit best.yaml  writes the best as a spec of its own
exp report runs/rates-20260102-030405-abcd                       draws curves, parallel coordinates, importance
exp sweep --resume runs/rates-20260102-030405-abcd               runs what is missing
`,
  );
  const short = sweepScreen(viewOf(mixed), wide, {top: 2});
  t.match(short, '4 more points: exp sweep status runs/rates-20260102-030405-abcd --top 6');
  t.notMatch(short, '0.7500');
  t.match(
    sweepScreen(viewOf([], {state: 'interrupted'}), wide),
    /^no trial was begun\n\n0 of 8 trials .*; the sweep is interrupted\n\nexp sweep --resume /,
  );
  const ties = [trialOf(1, {value: 0.5}), trialOf(2, {value: 0.5}), trialOf(3, {value: 0.5})];
  t.match(
    sweepScreen(viewOf(ties), wide),
    'best val_loss 0.5000: trial 1, learningRate 0.01, batchSize 32; 2 more points with the same value',
  );
});

t.test('seeds: mean ± deviation and how many, and who may be as good', async (t) => {
  const values = [0.5, 0.7, 0.9, 0.6, 0.7, 0.85, 0.1];
  const trials = values.map((value, index) =>
    trialOf(index + 1, {point: Math.floor(index / 3) + 1, seed: index % 3, value}),
  );
  const screen = sweepScreen(
    viewOf(trials, {seeds: [0, 1, 2], metric: {name: 'val_accuracy', goal: 'maximize'}}),
    wide,
  );
  const lines = screen.split('\n').slice(0, 5);
  // (0.6, 0.7, 0.85): mean 0.71667, squares (0.11667² + 0.01667² + 0.13333²) / 2 = 0.0158333, root 0.12583.
  t.strictSame(lines, [
    'rank  point     val_accuracy   n  learningRate  batchSize  epochs  duration  state',
    '   1      2  0.7167 ± 0.1258   3  0.04          32              4    30.0 s  finished',
    '   2      1  0.7000 ± 0.2000≈  3  0.01          32              4    30.0 s  finished',
    '          3           0.1000   1  0.07          32              4    10.0 s  1/3 finished',
    'mean ± sample standard deviation over the seeds that finished',
  ]);
  t.match(
    screen,
    "1 other marked ≈ may be as good: the difference may be chance (Welch's t-test over seeds, p ≥ 0.05)",
  );
});

t.test('while it goes: no line wider, no more lines than there are rows', async (t) => {
  const running = Array.from({length: 12}, (_, index) => trialOf(index + 7, {state: 'running'}));
  const board = new SweepBoard(viewOf([...mixed, ...running], {state: 'running', numPlanned: 100, numWorkers: 12}));
  board.progress.set(7, {epoch: 2, numEpochs: 4, value: 0.3});
  const frame = sweepFrame(board, {...view80, width: 79, height: 23, now: after(60)});
  t.equal(
    frame.split('\n').slice(0, 7).join('\n'),
    `rates  ━━────────────────────────────  6/100 trials  1:00  ETA 1:02
best val_loss 0.2500  trial 2  learningRate 0.02  batchSize 32
12 running  2 finished  1 pruned  2 failed  1 diverged

trial  epoch  val_loss  time  learningRate  batchSize
    7    2/4    0.3000  1:00  0.07          32
    8                   1:00  0.08          32`,
  );
  for (const width of [200, 79, 49, 30, 20]) {
    for (const height of [40, 23, 12, 8, 4]) {
      const lines = sweepFrame(board, {...view80, width, height, now: after(60)}).split('\n');
      t.ok(lines.length <= Math.max(4, height), `${lines.length} lines of ${height}`);
      t.strictSame(
        lines.filter((line) => widthOf(line) > width),
        [],
        `at ${width} columns`,
      );
    }
  }
  t.match(sweepFrame(board, {...view80, height: 12, now: after(60)}), /\nand 6 more$/);
  const early = new SweepBoard(viewOf([], {state: 'running'}));
  t.match(
    sweepFrame(early, {...view80, height: 23, now: after(3)}),
    /^rates .* 0\/8 trials {2}0:03\nbest val_loss: no trial has finished yet$/,
  );
});

t.test('time and time left', async (t) => {
  const running = viewOf(
    [
      trialOf(1, {value: 1}),
      trialOf(2, {state: 'pruned', seconds: 4}),
      trialOf(3, {state: 'running'}),
      trialOf(4, {state: 'running'}),
    ],
    {
      state: 'running',
      numWorkers: 2,
      numEpochs: 10,
    },
  );
  const {endedAt: _ended, ...goesOn} = running;
  t.equal(elapsedSeconds(goesOn, after(20)), 20);
  t.equal(elapsedSeconds({...running, state: 'stopped'}, after(20)), 90, 'what is over took as long as it took');
  // Left are 8 − 2 − 0.5 = 5.5 trials of (10 + 4) / 2 = 7 s on 2 workers.
  const progress = new Map([[3, {epoch: 5}]]);
  t.equal(secondsLeft(goesOn, progress, after(20)), (5.5 * 7) / 2);
  t.equal(secondsLeft({...goesOn, budget: {maxMinutes: 0.5}}, progress, after(20)), 10, 'the budget ends it before');
  const {numPlanned: _planned, ...endless} = goesOn;
  t.equal(secondsLeft(endless, progress, after(20)), undefined);
  t.equal(secondsLeft({...goesOn, state: 'stopping'}, progress, after(20)), undefined);
});

t.test('what is told trial by trial comes to the same as the ranking of all', async (t) => {
  for (const goal of ['minimize', 'maximize'] as const) {
    const board = new SweepBoard(viewOf([], {seeds: [1, 2], metric: {name: 'm', goal}}));
    const all: TrialRecord[] = [];
    for (let step = 1; step <= 60; step++) {
      // Every value comes up, some trials are taken up again and end otherwise.
      const trial = ((step * 7) % 30) + 1;
      const state = (['running', 'finished', 'pruned', 'failed', 'finished'] as const)[(step * 11) % 5]!;
      const value = state === 'finished' ? {value: ((step * 37) % 17) / 10} : {};
      const record = trialOf(trial, {point: Math.ceil(trial / 2), state, ...value});
      const at = all.findIndex((one) => one.trial === trial);
      if (at < 0) all.push(record);
      else all[at] = record;
      board.set(record);
      const expected = rankPoints(all, {goal, numSeeds: 2}).find(({sample}) => sample);
      t.equal(board.best?.point, expected?.point);
      t.strictSame(board.best?.sample, expected?.sample);
    }
  }
});

t.test('a line a trial; of long ones now and then a line about all', async (t) => {
  let written = '';
  let now = after(0);
  const sink = plainSink((text) => {
    written += text;
  });
  const reporter = new SweepLineReporter(sink, {now: () => now, summaryMillis: 60_000});
  const plan = viewOf([], {
    state: 'running',
    numPlanned: 2,
    pruner: 'asha',
    numWorkers: 2,
    budget: {maxMinutes: 30, target: 0.1},
  });
  reporter.sweepStarted(plan);
  reporter.trialStarted(trialOf(1, {state: 'running'}));
  reporter.trialStarted(trialOf(2, {state: 'running'}));
  now = after(59);
  reporter.trialProgress(1, {epoch: 1, numEpochs: 4, value: 0.6});
  now = after(61);
  reporter.trialProgress(1, {epoch: 2, numEpochs: 4, value: 0.6});
  reporter.trialEnded(trialOf(2, {value: 0.25, seed: 7}));
  reporter.trialEnded(trialOf(1, {state: 'failed', message: 'no\nsuch \u001b[31mfile'}));
  reporter.warn('careful');
  reporter.close();
  t.equal(
    written,
    `rates: 2 trials, tpe with asha, by val_loss (smaller is better), 2 workers, 30 min at most, until 0.1
runs/rates-20260102-030405-abcd
0/2 trials, 2 running, ETA 28:59
1/2  trial 2 finished  val_loss 0.2500  learningRate 0.02  batchSize 32  seed 7  10.0 s  best so far
2/2  trial 1 failed  learningRate 0.01  batchSize 32  10.0 s
  no\\u000asuch \\u001b[31mfile
warning: careful
`,
  );
  written = '';
  const quiet = new SweepLineReporter(sink, {quiet: true});
  quiet.sweepStarted(plan);
  quiet.trialEnded(trialOf(2, {value: 0.25}));
  t.equal(written, '');
  quiet.sweepEnded(viewOf([trialOf(2, {value: 0.25})]));
  t.match(written, /^rank .*\n/);
  t.match(
    sweepHeading(viewOf(mixed, {shard: '1/4'}), wide),
    /^rates: 8 trials, shard 1\/4, .*\n6 trials of it are done already\n/,
  );
});

t.test('JSON lines', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const sink = plainSink((text) => {
    lines.push(JSON.parse(text));
  });
  const reporter = new SweepJsonReporter(sink, () => after(90));
  reporter.sweepStarted(viewOf([], {state: 'running'}));
  reporter.trialStarted(trialOf(1, {state: 'running'}));
  reporter.trialProgress(1, {epoch: 1, value: Number.NaN});
  reporter.trialProgress(1, {epoch: 1, value: Number.NaN});
  reporter.trialEnded(mixed[1]!);
  reporter.workersChanged(2);
  reporter.warn('careful');
  reporter.sweepEnded(viewOf(mixed));
  t.strictSame(
    lines.map(({type}) => type),
    ['sweepStarted', 'trialStarted', 'trialProgress', 'trialEnded', 'workers', 'warning', 'sweepEnded'],
  );
  t.match(lines[2], {trial: 1, epoch: 1, value: 'NaN', time: after(90).toISOString()});
  t.match(lines[3], {trial: 2, state: 'finished', value: 0.25});
  t.notOk('reported' in lines[3]!, 'curves are in the journals');
  t.match(lines.at(-1), {
    counts: {finished: 2, pruned: 1, failed: 2, diverged: 1, over: 6},
    best: {point: 2, rank: 1, mean: 0.25, n: 1, trials: [2]},
    elapsedSeconds: 90,
  });
});

t.test('on a terminal lines scroll by and a frame stays below', async (t) => {
  let written = '';
  const stream = {
    isTTY: true,
    columns: 50,
    rows: 12,
    write: (text: string) => {
      written += text;
    },
  };
  const sink = streamSink(stream, {});
  const reporter = new SweepLiveReporter(stream, sink, sink, () => after(5));
  reporter.sweepStarted(viewOf([], {state: 'running', numWorkers: 1}));
  reporter.trialStarted(trialOf(1, {state: 'running'}));
  reporter.trialEnded(trialOf(1, {value: 0.5}));
  stream.columns = 30;
  reporter.warn('careful');
  reporter.sweepEnded(viewOf([trialOf(1, {value: 0.5})]));
  reporter.close();
  const plain = stripVTControlCharacters(written);
  t.match(plain, '1/8  trial 1 finished  val_loss 0.5000');
  t.match(plain, 'warning: careful');
  t.match(plain, /1\/8 trials/);
  t.match(plain, /\ntrial {2}val_loss {2}state\n/);
  t.ok(written.includes('\u001B['), 'drawn in place');
  t.equal(written.split('best val_loss 0.5000: trial 1').length, 2, 'the end is printed once');
});

t.test('Markdown, and names that would do harm', async (t) => {
  t.equal(
    sweepMarkdown(viewOf(mixed)),
    `### Sweep rates

6 of 8 trials in 1 min 30 s: 2 finished, 1 pruned, 2 failed, 1 diverged

**best val\\_loss 0.2500: trial 2, epoch 4, learningRate 0.02, batchSize 32**

| rank | trial | val\\_loss | learningRate | batchSize | state |
| --: | --: | --: | --- | --- | --- |
| 1 | 2 | **0.2500** | 0.02 | 32 | finished |
| 2 | 1 | 0.5000 | 0.01 | 32 | finished |
|  | 3 | 0.7500 | 0.03 | 32 | pruned at 1 |
|  | 4 |  | 0.04 | 32 | failed |
|  | 5 |  | 0.05 | 32 | failed |
|  | 6 |  | 0.06 | 32 | diverged |

- trials 4, 5 failed: no such file
- trial 6 diverged: the loss is NaN in epoch 2

Sampler tpe; \`exp report\` of the folder runs/rates-20260102-030405-abcd draws it.
`,
  );
  const evil = '\u001b]0;x\u0007|<img src=x>`@all`\u202e';
  const hostile = viewOf(
    [
      trialOf(1, {value: 1e308, values: {[evil]: evil, b: 'x'.repeat(999), c: [1, {d: evil}], d: null}}),
      trialOf(2, {state: 'failed', message: `${evil}\n${'y'.repeat(5000)}`}),
    ],
    {
      name: evil,
      folder: `runs/${evil}'s`,
      metric: {name: evil, goal: 'maximize'},
      parameters: [evil, 'b', 'c', 'd'],
      sampler: evil,
      pruner: evil,
      reason: evil,
    },
  );
  const board = new SweepBoard({...hostile, state: 'running'});
  board.set(trialOf(3, {state: 'running', values: {[evil]: evil}}));
  const texts = [
    sweepScreen(hostile, view80),
    sweepHeading(hostile, view80),
    sweepFrame(board, {...view80, height: 20, now: after(5)}),
    sweepMarkdown(hostile),
  ];
  for (const text of texts) t.notMatch(text, /[^\P{Cc}\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
  const markdown = texts.at(-1)!;
  t.notMatch(markdown, /<img|(?<!\\)`@all|@all/);
  const table = markdown.split('\n').filter((line) => line.startsWith('|'));
  t.strictSame(
    table.map((line) => line.match(/(?<!\\)\|/g)?.length),
    table.map(() => 9),
    'every row has as many cells as the header',
  );
  t.ok(Math.max(...texts[0]!.split('\n').map((line) => line.length)) < 1200);
});
