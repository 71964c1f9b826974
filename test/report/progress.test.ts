import {stripVTControlCharacters} from 'node:util';
import t from 'tap';
import {LiveReporter} from '../../src/report/live-reporter.js';
import {type Progress, progressLine} from '../../src/report/progress.js';
import {plainSink, streamSink, type TextStream} from '../../src/report/sink.js';
import {createStyle} from '../../src/report/style.js';
import {widthOf} from '../../src/report/text.js';
import type {TrainingEvent} from '../../src/training/events.js';

const progress: Progress = {
  epoch: 2,
  numEpochs: 6,
  stepInEpoch: 768,
  stepsPerEpoch: 1875,
  metrics: {loss: 0.12345, accuracy: 0.9712},
  examplesPerSecond: 4880.4,
  secondsLeft: 215,
};
const plain = createStyle(false);

t.test('a bar for each width, by hand', async (t) => {
  const lines: Readonly<Record<number, string>> = {
    120: 'epoch 2/6  ━━━━━━───────────   40 %   768/1875  loss 0.1235  accuracy 0.9712  4,880 examples/s  ETA 3:35',
    80: 'epoch 2/6  ━━━━──────   40 %   768/1875  loss 0.1235  accuracy 0.9712  ETA 3:35',
    60: 'epoch 2/6  ━━━━──────   40 %  loss 0.1235  accuracy 0.9712',
    40: 'epoch 2/6  ━━━━──────   40 %  loss 0.1235',
    20: 'epoch 2/6   40 %',
  };
  for (const [width, line] of Object.entries(lines)) {
    // The bar takes what is left; its length is checked below for every width.
    const blank = (text: string): string => text.replace(/[━─]+/, 'BAR');
    t.equal(blank(progressLine(progress, Number(width), plain)), blank(line), width);
  }
});

t.test('no line is wider than the terminal, epoch and percent are always there', async (t) => {
  for (let width = 20; width <= 200; width++) {
    for (const style of [plain, createStyle(true)]) {
      const line = progressLine(progress, width, style);
      if (widthOf(line) > width) t.fail(`${widthOf(line)} columns in ${width}: ${line}`);
      if (!/^epoch 2\/6 .*40 %/.test(stripVTControlCharacters(line))) t.fail(`incomplete: ${line}`);
    }
  }
  t.pass('20 to 200 columns');
});

t.test('the bar is as full as the epoch', async (t) => {
  const barOf = (stepInEpoch: number): string =>
    /[━─]+/.exec(progressLine({...progress, metrics: {}, stepInEpoch, stepsPerEpoch: 100}, 200, plain))?.[0] ?? '';
  t.equal(barOf(0), '─'.repeat(30));
  t.equal(barOf(50), '━'.repeat(15) + '─'.repeat(15));
  t.equal(barOf(100), '━'.repeat(30));
});

/** Text, a line break, or a control sequence: ESC [ numbers command. */
const tokens = /([^⎋\n\r]+)|\n|\r|⎋\[\??([\d;]*)([A-Za-z])/g;

/** A terminal's screen for what the reporter writes: line feeds, carriage returns, erased lines, cursor up. */
class Screen implements TextStream {
  readonly isTTY = true;
  rows = 24;
  #lines = [''];
  #row = 0;
  widest = 0;

  constructor(public columns: number) {}

  write(text: string): boolean {
    for (const [token, printed, count, command] of text.replaceAll('\u001B', '⎋').matchAll(tokens)) {
      if (token === '\n') {
        this.#row++;
        this.#lines[this.#row] ??= '';
      } else if (token === '\r' || command === 'G') {
        this.#isAtStart = true;
      } else if (command === 'K') {
        this.#lines[this.#row] = '';
      } else if (command === 'A') {
        this.#row -= Number(count || 1);
      } else if (printed) {
        this.#lines[this.#row] = this.#isAtStart ? printed : this.#lines[this.#row] + printed;
        this.widest = Math.max(this.widest, widthOf(this.#lines[this.#row]!));
        this.#isAtStart = false;
      }
    }
    return true;
  }

  #isAtStart = false;

  get text(): string {
    return this.#lines.join('\n').trimEnd();
  }
}

const step = (epoch: number, stepInEpoch: number): TrainingEvent => ({
  type: 'step',
  epoch,
  step: (epoch - 1) * 4 + stepInEpoch,
  stepInEpoch,
  batchLoss: 1,
  running: {loss: 1 / (epoch * stepInEpoch), accuracy: 0.5},
  learningRate: 0.1,
  numExamples: 32 * stepInEpoch,
});

const epochEnded = (epoch: number): TrainingEvent => ({
  type: 'epochEnded',
  epoch,
  step: 4 * epoch,
  metrics: {loss: 0.25, accuracy: 0.5},
  learningRate: 0.1,
  trainMillis: 2000,
  waitMillis: 0,
  evaluateMillis: 0,
  numExamples: 128,
  isBest: false,
});

t.test('live: lines stay, the bar moves below them and is gone at the end', async (t) => {
  for (const columns of [24, 40, 80]) {
    const screen = new Screen(columns);
    let clock = 0;
    const reporter = new LiveReporter(screen, streamSink(screen, {}), {warnings: plainSink(() => {})}, () => clock);
    reporter.listen({type: 'trainingStarted', numEpochs: 2, stepsPerEpoch: 4, numParameters: 1});
    for (const epoch of [1, 2]) {
      reporter.listen({type: 'epochStarted', epoch});
      for (const stepInEpoch of [1, 2, 3, 4]) {
        clock += 500;
        reporter.listen(step(epoch, stepInEpoch));
        t.match(screen.text.split('\n').at(-1), new RegExp(`^epoch ${epoch}/2 .* ${25 * stepInEpoch} %`));
        t.equal(screen.text.split('\n').length, epoch, 'one bar, redrawn in place');
      }
      reporter.listen(epochEnded(epoch));
      t.equal(screen.text.split('\n').length, epoch, 'the epoch’s line took the place of its bar');
    }
    reporter.close();
    t.match(screen.text, /^epoch 1\/2 {2}loss 0\.2500.*\nepoch 2\/2 {2}loss 0\.2500[^\n]*$/);
    t.ok(screen.widest <= columns, `${screen.widest} of ${columns} columns`);
  }
});

t.test('live: redrawn at most ten times a second, in the width the terminal has by then', async (t) => {
  const screen = new Screen(80);
  let clock = 1000;
  let numWrites = 0;
  const write = screen.write.bind(screen);
  screen.write = (text) => {
    numWrites++;
    return write(text);
  };
  const reporter = new LiveReporter(screen, streamSink(screen, {}), {warnings: plainSink(() => {})}, () => clock);
  reporter.listen({type: 'trainingStarted', numEpochs: 1, stepsPerEpoch: 5000, numParameters: 1});
  reporter.listen({type: 'epochStarted', epoch: 1});
  for (let i = 1; i <= 1000; i++) {
    clock += 1;
    reporter.listen(step(1, i));
  }
  t.ok(numWrites >= 9 && numWrites <= 11, `${numWrites} drawings in a second of a thousand steps`);
  screen.columns = 30;
  screen.widest = 0;
  clock += 100;
  reporter.listen(step(1, 1001));
  t.ok(screen.widest <= 30, 'the next drawing fits the smaller terminal');
  reporter.close();
});
