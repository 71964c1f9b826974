import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import t from 'tap';
import {loadExperiment} from '../../src/experiment/load.js';
import {
  formatSchedule,
  sampledSteps,
  scheduleCsv,
  scheduleJson,
  showSchedule,
} from '../../src/experiment/show-schedule.js';
import {writePieces} from '../../src/report/sink.js';
import {createStyle} from '../../src/report/style.js';
import {withTinySpec} from '../commands/cli.js';

/** 48 training examples in batches of 16, 3 epochs: nine updates. */
const shownWith = (folder: string, ...overrides: string[]) =>
  showSchedule({spec: path.join(withTinySpec(folder), 'tiny.yaml'), overrides});

t.test('the rate of every update, as a table', async (t) => {
  const linear = await shownWith(
    t.testdir({}),
    'training.schedule={type: linear, warmupSteps: 1}',
    'training.epochs=1',
  );
  // One update of warm-up, then 1 and 1/2 of 0.01.
  t.equal([...scheduleCsv(linear)].join(''), 'step,epoch,learningRate\n1,1,0.01\n2,1,0.01\n3,1,0.005\n');
  const drops = await shownWith(t.testdir({}), 'training.schedule={type: step, every: 1, factor: 0.5}');
  const rows = [...scheduleCsv(drops)].join('').trimEnd().split('\n').slice(1);
  t.same(
    rows.map((row) => row.split(',').map(Number)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => {
      const epoch = Math.ceil(step / 3);
      return [step, epoch, 0.01 * 0.5 ** (epoch - 1)];
    }),
  );
});

t.test('the picture says what is drawn, and where the curve begins, peaks and ends', async (t) => {
  const options = {width: 40, style: createStyle(false), unicode: false};
  const warm = await shownWith(
    t.testdir({}),
    'training.schedule={type: cosine, warmupSteps: 4}',
    'training.maxSteps=8',
  );
  const text = formatSchedule(warm, options);
  t.match(text, /^cosine after 4 warm-up updates, adam at 0\.01\n8 updates in 3 epochs of 3\n/);
  t.match(text, /\nfirst 0\.0025, highest 0\.01 at update 4, last 0\.001464\n$/); // 0.01 · (1 + cos(3π/4)) / 2
  t.ok(text.split('\n').every((line) => line.length <= 80));
  const plateau = await shownWith(t.testdir({}), 'training.schedule={type: reduceOnPlateau, patience: 1}');
  t.match(formatSchedule(plateau, options), /drops when val_loss stops improving, which only the run will tell/);
  const plain = await shownWith(t.testdir({}), 'training.epochs=1', 'training.maxSteps=1');
  t.match(formatSchedule(plain, options), /^constant, adam at 0\.01\n1 update in 1 epoch of 3\n/);
});

t.test('long runs are sampled, first and last update included', async (t) => {
  t.same(sampledSteps(5, 10), [1, 2, 3, 4, 5]);
  t.same(sampledSteps(9, 3), [1, 5, 9]);
  t.same(sampledSteps(1, 3), [1]);
  t.equal(new Set(sampledSteps(1e6, 4000)).size, 4000);
  const long = await shownWith(t.testdir({}), 'training.epochs=100000', 'training.schedule=cosine');
  const {points, ...about} = scheduleJson(long);
  t.equal(points.length, 1000);
  t.match(points[0], {step: 1, learningRate: 0.01});
  t.equal(points.at(-1)!.step, 300_000);
  t.match(about, {schedule: 'cosine', optimizer: 'adam', numSteps: 300_000, stepsPerEpoch: 3, numEpochs: 100_000});
  t.match(formatSchedule(long, {width: 60, style: createStyle(false), unicode: true}), /300,000 updates/);
});

t.test('a long text waits for its reader, and ends when the reader goes away', async (t) => {
  const pieces = Array.from({length: 50}, (_, i) => `${i},`.repeat(1000));
  const slow = new PassThrough({highWaterMark: 100});
  const writing = writePieces(slow, pieces);
  let text = '';
  for await (const part of slow.iterator({destroyOnReturn: false})) {
    text += String(part);
    if (text.length === pieces.join('').length) break;
  }
  await writing;
  t.equal(text, pieces.join(''));
  const gone = new PassThrough({highWaterMark: 100});
  let numWritten = 0;
  const counted = (function* () {
    for (const piece of pieces) {
      numWritten++;
      yield piece;
    }
  })();
  setImmediate(() => gone.destroy());
  await writePieces(gone, counted);
  t.ok(numWritten <= 2, `${numWritten} pieces`);
});

t.test('the examples of docs/training.md are valid, and the curve in it is what is drawn', async (t) => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/training.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
  t.ok(examples.length >= 4);
  for (const [index, example] of examples.entries()) {
    const folder = withTinySpec(t.testdir({}));
    writeFileSync(path.join(folder, 'example.yaml'), `extends: tiny.yaml\n${example}`);
    await t.resolves(loadExperiment({path: path.join(folder, 'example.yaml')}), `example ${index + 1}`);
  }
  const [, command, drawing] = page.match(/```console\n\$ exp show-schedule (.*?)\n(.*?)```/s)!;
  const [spec, ...overrides] = command!.split(' ');
  const shown = await showSchedule({spec: path.resolve(import.meta.dirname, '../..', spec!), overrides});
  t.equal(formatSchedule(shown, {width: 80, style: createStyle(false), unicode: true}), drawing);
});
