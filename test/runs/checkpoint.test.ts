import {existsSync, readdirSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {readCheckpoint, writeCheckpoint} from '../../src/runs/checkpoint.js';
import type {TrainingState} from '../../src/training/session.js';
import {mountSmallDisk} from './full-disk.js';

const stateWith = (value: number, length = 1): TrainingState => ({
  weights: new Map([['dense/kernel', {shape: [length], values: new Float32Array(length).fill(value)}]]),
  slots: new Map([['dense/kernel/m', {shape: [length], values: new Float32Array(length).fill(-value)}]]),
});
const at = (epoch: number) => ({
  epoch,
  step: 10 * epoch,
  metrics: {loss: 1 / epoch},
  savedAt: '2026-01-02T03:04:05.000Z',
});

t.test('what is read is what was written, and the one before is gone', async (t) => {
  const folder = path.join(t.testdir(), 'last');
  writeCheckpoint(folder, stateWith(1), at(1));
  writeCheckpoint(folder, stateWith(2), at(2));
  t.strictSame(readCheckpoint(folder), {training: stateWith(2), state: at(2)});
  t.strictSame(readdirSync(path.dirname(folder)), ['last']);
});

t.test('a process that dies while writing leaves the one before in place', async (t) => {
  const folder = path.join(t.testdir({'last.tmp': {'weights.safetensors': 'half'}}), 'last');
  writeCheckpoint(folder, stateWith(1), at(1));
  writeFileSync(path.join(path.dirname(folder), 'last.tmp'), 'half again');
  t.strictSame(readCheckpoint(folder).state, at(1));
  writeCheckpoint(folder, stateWith(2), at(2));
  t.strictSame(readdirSync(path.dirname(folder)), ['last'], 'the next one cleans up');
});

t.test('a process that dies between the two renames leaves it under its second name', async (t) => {
  const folder = path.join(t.testdir(), 'last');
  writeCheckpoint(folder, stateWith(1), at(1));
  renameSync(folder, `${folder}.previous`);
  t.strictSame(readCheckpoint(folder), {training: stateWith(1), state: at(1)});
  writeCheckpoint(folder, stateWith(2), at(2));
  t.strictSame(readCheckpoint(folder).state, at(2));
});

t.test('no checkpoint', async (t) => {
  const folder = path.join(t.testdir(), 'best');
  t.throws(() => readCheckpoint(folder), {code: 'RUN_NOT_FOUND', message: `${folder} holds no checkpoint`});
});

t.test('a disk that fills up keeps the checkpoint before', async (t) => {
  const disk = mountSmallDisk(256 * 4096);
  if (!disk) {
    t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
    return;
  }
  t.teardown(() => disk.unmount());
  const folder = path.join(disk.path, 'last');
  writeCheckpoint(folder, stateWith(1), at(1));
  disk.fill(8 * 4096);
  t.throws(() => writeCheckpoint(folder, stateWith(2, 20_000), at(2)), {
    code: 'RUN_UNWRITABLE',
    message: `cannot write ${folder}: the disk is full (ENOSPC)`,
  });
  t.strictSame(readCheckpoint(folder), {training: stateWith(1), state: at(1)});
  t.notOk(existsSync(`${folder}.tmp`), 'the half-written one is removed');
});
