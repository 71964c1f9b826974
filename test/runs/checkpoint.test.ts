import {existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {type Checkpoint, readCheckpoint, writeCheckpoint} from '../../src/runs/checkpoint.js';
import type {CheckpointState} from '../../src/runs/records.js';
import {findResumePoint} from '../../src/runs/resume-point.js';
import type {TrainingState} from '../../src/training/session.js';
import {mountSmallDisk} from './full-disk.js';

const stateWith = (value: number, length = 1): TrainingState => ({
  weights: new Map([['dense/kernel', {shape: [length], values: new Float32Array(length).fill(value)}]]),
  slots: new Map([['dense/kernel/m', {shape: [length], values: new Float32Array(length).fill(-value)}]]),
});
const at = (epoch: number): CheckpointState => ({
  epoch,
  step: 10 * epoch,
  metrics: {loss: 1 / epoch},
  savedAt: '2026-01-02T03:04:05.000Z',
});

/** Whatever JSON lacks, or would read as something else. */
const awkward = (epoch: number): Checkpoint => ({
  training: stateWith(epoch),
  state: {
    ...at(epoch),
    metrics: {loss: Number.NaN, accuracy: Number.NEGATIVE_INFINITY},
    resume: {
      csvBytes: {metrics: 0, steps: 0, timing: 0},
      totals: {
        trainMillis: 0.1,
        waitMillis: 0,
        evaluateMillis: 0,
        numExamples: 3,
        best: {epoch, metrics: {val_loss: 0.1}},
      },
      position: {
        ...{epoch, step: 10 * epoch, stepInEpoch: 3, numExamples: 24, at: 'step'},
        clock: {elapsed: 12.5, training: 1, validation: 0, waiting: 0},
        values: {loss: Number.NaN},
        final: {val_loss: Number.POSITIVE_INFINITY},
        stopper: {monitor: 'val_loss', mode: 'min', epoch: 1, value: 0.1 + 0.2, metrics: {val_loss: Number.NaN}},
        keeper: {kept: [{epoch: 1, step: 10, value: -1}]},
        plateau: {factor: 0.1, numBad: 2, cooling: 0},
        tables: {
          last: [
            {
              name: 'confusion-matrix',
              header: ['true', 'NaN'],
              rows: [
                ['NaN', 1],
                ['Infinity', 2],
              ],
            },
          ],
          best: [],
        },
        gathered: [Float64Array.of(-0, Number.NaN, 1 / 3), Float64Array.of()],
        bestWeights: stateWith(7).weights,
      },
    },
  },
});

const write = (folder: string, epoch: number, length = 1): Promise<void> =>
  writeCheckpoint(folder, {training: stateWith(epoch, length), state: at(epoch)});

t.test('what is read is what was written, and the one before stays', async (t) => {
  const folder = path.join(t.testdir(), 'last');
  for (const epoch of [1, 2, 3]) await write(folder, epoch);
  t.strictSame(readCheckpoint(folder), {training: stateWith(3), state: at(3)});
  t.strictSame(readCheckpoint(`${folder}.previous`), {training: stateWith(2), state: at(2)});
  t.strictSame(readdirSync(path.dirname(folder)), ['last', 'last.previous']);
});

t.test('a position is read back to the last bit', async (t) => {
  const folder = path.join(t.testdir(), 'last');
  await writeCheckpoint(folder, awkward(2));
  const read = readCheckpoint(folder);
  t.strictSame(read, awkward(2));
  t.ok(Object.is(read.state.resume!.position.gathered![0]![0], -0));
});

t.test('a process that dies while writing leaves the one before in place', async (t) => {
  const folder = path.join(t.testdir({'last.tmp': {'weights.safetensors': 'half'}}), 'last');
  await write(folder, 1);
  writeFileSync(path.join(path.dirname(folder), 'last.tmp'), 'half again');
  t.strictSame(readCheckpoint(folder).state, at(1));
  await write(folder, 2);
  t.strictSame(readdirSync(path.dirname(folder)), ['last', 'last.previous'], 'the next one cleans up');
});

t.test('a process that dies between the two renames leaves it under its second name', async (t) => {
  const run = t.testdir();
  const folder = path.join(run, 'checkpoints', 'last');
  for (const file of ['metrics.csv', 'steps.csv', 'timing.csv']) writeFileSync(path.join(run, file), '');
  await writeCheckpoint(folder, awkward(1));
  renameSync(folder, `${folder}.previous`);
  t.match(findResumePoint(run), {name: 'checkpoints/last.previous', checkpoint: {state: {epoch: 1}}, skipped: []});
  await writeCheckpoint(folder, awkward(2));
  t.match(findResumePoint(run), {name: 'checkpoints/last', checkpoint: {state: {epoch: 2}}, skipped: []});
});

t.test('no checkpoint', async (t) => {
  const folder = path.join(t.testdir(), 'best');
  t.throws(() => readCheckpoint(folder), {code: 'RUN_NOT_FOUND', message: `${folder} holds no checkpoint`});
  t.strictSame(findResumePoint(path.dirname(folder)), {skipped: []});
});

t.test('every bit of every file counts', async (t) => {
  const folder = path.join(t.testdir(), 'last');
  await writeCheckpoint(folder, awkward(1));
  const names = readdirSync(folder);
  t.equal(names.length, 5);
  let numTried = 0;
  for (const name of names) {
    const file = path.join(folder, name);
    const whole = readFileSync(file);
    const refused = (changed: Buffer, what: string): void => {
      writeFileSync(file, changed);
      let message = '';
      try {
        readCheckpoint(folder);
      } catch (error) {
        message = (error as Error).message;
      }
      if (!message.startsWith(file)) t.fail(`${what} of ${name} was not noticed: ${message}`);
      numTried++;
    };
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      refused(changed, `a flipped bit in byte ${at}`);
    }
    for (let length = 0; length < whole.length; length += 7)
      refused(whole.subarray(0, length), `a cut after ${length} bytes`);
    refused(Buffer.concat([whole, Buffer.from(' ')]), 'a byte more');
    writeFileSync(file, whole);
  }
  t.ok(numTried > 3000, `${numTried} damages`);
  t.strictSame(readCheckpoint(folder), awkward(1));
});

t.test('a damaged checkpoint is named and the one before taken; another format is refused', async (t) => {
  const run = t.testdir({'metrics.csv': 'epoch\n1\n', 'steps.csv': '', 'timing.csv': ''});
  const last = path.join(run, 'checkpoints', 'last');
  await writeCheckpoint(last, awkward(1));
  const later = awkward(2);
  const {resume} = later.state;
  await writeCheckpoint(last, {...later, state: {...later.state, resume: {...resume!, csvBytes: {metrics: 9}}}});
  t.match(findResumePoint(run), {
    name: 'checkpoints/last.previous',
    checkpoint: {state: {epoch: 1}},
    skipped: [`${run}/metrics.csv has 8 bytes, fewer than the 9 that its checkpoint knows of`],
  });
  writeFileSync(path.join(last, 'weights.safetensors'), 'short');
  t.match(findResumePoint(run), {skipped: [/last\/weights\.safetensors is damaged: it has 5 bytes, not \d+$/]});
  writeFileSync(path.join(`${last}.previous`, 'optimizer.safetensors'), '');
  t.throws(() => findResumePoint(run), {
    code: 'DATA_INVALID',
    message: /^no checkpoint of the run is intact: .*last\/weights.*; .*last\.previous\/optimizer/,
    hint: /^to train from the beginning in the same folder, remove /,
  });
  const state = path.join(last, 'state.json');
  writeFileSync(state, readFileSync(state, 'utf8').replace('"format": 1', '"format": 2'));
  t.throws(() => findResumePoint(run), {
    code: 'DATA_INVALID',
    message: /state\.json is of format 2; this version of exp \(\S+\) goes on from format 1$/,
    hint: 'use the version of exp that began the run',
  });
});

t.test('a disk that fills up keeps the checkpoint before', async (t) => {
  const disk = mountSmallDisk(256 * 4096);
  if (!disk) {
    t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
    return;
  }
  t.teardown(() => disk.unmount());
  const folder = path.join(disk.path, 'last');
  await write(folder, 1);
  disk.fill(8 * 4096);
  await t.rejects(write(folder, 2, 20_000), {
    code: 'RUN_UNWRITABLE',
    message: `cannot write ${folder}: the disk is full (ENOSPC)`,
  });
  t.strictSame(readCheckpoint(folder), {training: stateWith(1), state: at(1)});
  t.notOk(existsSync(`${folder}.tmp`), 'the half-written one is removed');
});
