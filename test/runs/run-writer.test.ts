import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {readCheckpoint} from '../../src/runs/checkpoint.js';
import {RunDirectory} from '../../src/runs/run-directory.js';
import {RunWriter} from '../../src/runs/run-writer.js';
import type {TrainingEvent} from '../../src/training/events.js';
import type {TrainingPosition} from '../../src/training/position.js';
import {mountSmallDisk} from './full-disk.js';

const step = (number: number): TrainingEvent => ({
  type: 'step',
  epoch: Math.ceil(number / 2),
  step: number,
  stepInEpoch: 2 - (number % 2),
  batchLoss: 1 / number,
  running: {loss: 0.5 / number, accuracy: 0.25},
  learningRate: 0.01,
  numExamples: 8,
});

const epochEnded = (epoch: number, metrics: Record<string, number>): TrainingEvent => ({
  type: 'epochEnded',
  epoch,
  step: 2 * epoch,
  metrics,
  learningRate: 0.01,
  trainMillis: 500,
  waitMillis: 100,
  evaluateMillis: 250,
  numExamples: 16,
  isBest: false,
});

const checkpoint = (kind: 'best' | 'last', epoch: number, canWait = true): TrainingEvent => {
  const step = 2 * epoch;
  const state = {weights: new Map([['w', {shape: [], values: Float32Array.of(epoch)}]]), slots: new Map()};
  const common = {type: 'checkpoint', epoch, step, metrics: {loss: epoch}, state} as const;
  if (kind === 'best') return {...common, kind, kept: [step]};
  const position: TrainingPosition = {
    ...{epoch, step, stepInEpoch: 2, numExamples: 16, at: 'concluded'},
    clock: {elapsed: 1, training: 1, validation: 0, waiting: 0},
    ...{values: {loss: epoch}, final: {loss: epoch}, tables: {last: [], best: []}},
  };
  return {...common, kind, position, canWait};
};

const options = {
  metricColumns: ['loss', 'accuracy', 'val_loss', 'val_accuracy'],
  runningColumns: ['loss', 'accuracy'],
  logEverySteps: 3,
};

t.test('events become the files of the run folder', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const read = (name: string): string => readFileSync(path.join(directory.path, name), 'utf8');
  const writer = new RunWriter(directory, options);
  t.equal(read('metrics.csv'), 'epoch,step,learningRate,loss,accuracy,val_loss,val_accuracy\n');
  t.equal(read('steps.csv'), 'step,epoch,batchLoss,learningRate,loss,accuracy\n');
  t.equal(read('timing.csv'), 'epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond\n');

  writer.listen({type: 'trainingStarted', numEpochs: 2, stepsPerEpoch: 2, numParameters: 1});
  for (const epoch of [1, 2]) {
    writer.listen({type: 'epochStarted', epoch});
    writer.listen(step(2 * epoch - 1));
    writer.listen(step(2 * epoch));
    writer.listen(epochEnded(epoch, {loss: 1 / 3, accuracy: 0.5, val_loss: 2, val_accuracy: 1}));
    if (epoch === 1) writer.listen(checkpoint('best', epoch));
    writer.listen(checkpoint('last', epoch));
  }
  await writer.flush();
  await writer.close();

  t.equal(
    read('metrics.csv'),
    'epoch,step,learningRate,loss,accuracy,val_loss,val_accuracy\n1,2,0.01,0.3333333333333333,0.5,2,1\n2,4,0.01,0.3333333333333333,0.5,2,1\n',
  );
  t.equal(
    read('steps.csv'),
    'step,epoch,batchLoss,learningRate,loss,accuracy\n3,2,0.3333333333333333,0.01,0.16666666666666666,0.25\n',
  );
  t.equal(
    read('timing.csv'),
    'epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond\n1,0.5,0.1,0.2,0.25,32\n2,0.5,0.1,0.2,0.25,32\n',
  );
  const checkpoints = path.join(directory.path, 'checkpoints');
  t.strictSame(readdirSync(checkpoints).sort(), ['best', 'last']);
  t.match(readCheckpoint(path.join(checkpoints, 'best')).state, {epoch: 1, step: 2, metrics: {loss: 1}});
  t.match(readCheckpoint(path.join(checkpoints, 'last')).state, {epoch: 2, step: 4, metrics: {loss: 2}});
  t.match(JSON.parse(read('status.json')), {state: 'running', pid: process.pid, epoch: 2, numEpochs: 2, step: 4});
});

t.test('quick epochs do not each cost a checkpoint on the disk; slow ones do', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const writer = new RunWriter(directory, options);
  const last = path.join(directory.path, 'checkpoints', 'last');
  const epochOf = (folder: string): number => readCheckpoint(folder).state.epoch;
  let clock = performance.now();
  t.intercept(performance, 'now', {value: () => clock, configurable: true});
  t.equal(writer.listen(checkpoint('last', 1)), undefined, 'training does not wait');
  t.notOk(existsSync(last), 'held back');
  clock += 3000;
  t.equal(writer.listen(checkpoint('last', 2)), undefined);
  t.notOk(existsSync(last), 'written while training goes on');
  clock += 100;
  writer.listen(checkpoint('last', 3));
  await writer.flush();
  t.strictSame([epochOf(last), epochOf(`${last}.previous`)], [3, 2], 'what was held back is written at the end');
  await writer.close();
});

t.test('a checkpoint that is due waits for the one before, and the best ones are there first', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const writer = new RunWriter(directory, options);
  const folder = path.join(directory.path, 'checkpoints');
  writer.listen(checkpoint('best', 1));
  writer.listen(checkpoint('last', 1, false));
  writer.listen(checkpoint('best', 2));
  await writer.listen(checkpoint('last', 2, false));
  t.strictSame(
    readdirSync(folder).filter((name) => !name.endsWith('.tmp')),
    ['best', 'last'],
  );
  t.equal(readCheckpoint(path.join(folder, 'last')).state.epoch, 1);
  await writer.flush();
  t.strictSame(readdirSync(folder), ['best', 'last', 'last.previous']);
  t.equal(readCheckpoint(path.join(folder, 'best')).state.epoch, 2);
  await writer.close();
});

t.test('a resumed run goes on behind the rows of its checkpoint', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const first = new RunWriter(directory, options);
  const rowOf = (epoch: number): TrainingEvent => epochEnded(epoch, {loss: epoch, accuracy: 1});
  first.listen(rowOf(1));
  first.listen(checkpoint('last', 1, false));
  first.listen(rowOf(2));
  await first.close();
  const {resume} = readCheckpoint(path.join(directory.path, 'checkpoints', 'last')).state;
  const second = new RunWriter(directory, {...options, from: resume});
  t.equal(second.totals.trainMillis, 500, 'one epoch');
  second.listen(rowOf(2));
  await second.flush();
  await second.close();
  const lines = readFileSync(path.join(directory.path, 'metrics.csv'), 'utf8').trimEnd().split('\n');
  t.strictSame(lines.slice(1), ['1,2,0.01,1,1,,', '2,4,0.01,2,1,,']);
  t.equal(second.totals.trainMillis, 1000);
  const anew = new RunWriter(directory, options);
  await anew.close();
  t.equal(readFileSync(path.join(directory.path, 'metrics.csv'), 'utf8'), `${lines[0]}\n`, 'from the beginning');
});

t.test('the heartbeat goes on between epochs', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const writer = new RunWriter(directory, options);
  const status = () => JSON.parse(readFileSync(path.join(directory.path, 'status.json'), 'utf8'));
  let clock = performance.now();
  t.intercept(performance, 'now', {value: () => clock, configurable: true});
  writer.listen({type: 'epochStarted', epoch: 1});
  writer.listen(step(1));
  t.equal(status().step, 0, 'not at every step');
  clock += 4000;
  writer.listen(step(2));
  t.match(status(), {step: 2, epoch: 1, state: 'running'});
  await writer.close();
});

t.test('a metric nobody announced is a bug, not a new column', async (t) => {
  const directory = RunDirectory.create({runsDir: t.testdir(), name: 'tiny'});
  const writer = new RunWriter(directory, options);
  t.throws(() => writer.listen(epochEnded(1, {loss: 1, surprise: 2})), /metrics\.csv has no column surprise/);
  await writer.close();
});

t.test('no file is torn when the disk fills up in the middle of a run', async (t) => {
  const disk = mountSmallDisk(64 * 4096);
  if (!disk) {
    t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
    return;
  }
  t.teardown(() => disk.unmount());
  const directory = RunDirectory.create({runsDir: disk.path, name: 'tiny'});
  const writer = new RunWriter(directory, options);
  writer.listen(epochEnded(1, {loss: 1, accuracy: 1, val_loss: 1, val_accuracy: 1}));
  disk.fill(0);
  let written = 1;
  const error = t.throws(() => {
    for (let epoch = 2; epoch < 1000; epoch++) {
      writer.listen(epochEnded(epoch, {loss: 1 / epoch, accuracy: 1, val_loss: 1, val_accuracy: 1}));
      written = epoch;
    }
  });
  t.match(error, {code: 'RUN_UNWRITABLE', hint: 'free some space or choose another disk with --runs-dir'});
  await writer.close();
  const rows = readFileSync(path.join(directory.path, 'metrics.csv'), 'utf8');
  t.ok(rows.endsWith('\n'), 'whole rows only');
  const numRows = rows.trimEnd().split('\n').length - 1;
  t.ok(numRows === written || numRows === written + 1, 'every epoch that was reported written is there');
  t.throws(() => directory.close('failed'), {code: 'RUN_UNWRITABLE'});
  t.match(
    JSON.parse(readFileSync(path.join(directory.path, 'status.json'), 'utf8')),
    {state: 'running'},
    'the old one, whole',
  );
  t.strictSame(
    readdirSync(directory.path).filter((name) => name.endsWith('.tmp')),
    [],
    'no temporary files stay',
  );
});
