import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {syncDirectory} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import type {TrainingState} from '../training/session.js';
import {checkpointFiles} from './layout.js';
import type {CheckpointState} from './records.js';
import {readSafetensors, writeSafetensors} from './safetensors.js';
import {writing} from './unwritable.js';

const temporarySuffix = '.tmp';
const previousSuffix = '.previous';

/**
 * Writes a checkpoint folder: all into a temporary folder, to the disk, then renamed into place. The one before is moved aside
 * first and removed last, so at every moment one whole checkpoint is there under its name or its name + `.previous`.
 * @throws ExpError RUN_UNWRITABLE; the checkpoint before is then still in place.
 */
export function writeCheckpoint(folder: string, training: TrainingState, state: CheckpointState): void {
  const temporary = folder + temporarySuffix;
  const previous = folder + previousSuffix;
  writing(folder, () => {
    try {
      rmSync(temporary, {recursive: true, force: true});
      mkdirSync(temporary, {recursive: true});
      writeSafetensors(path.join(temporary, checkpointFiles.weights), training.weights, {format: 'exp'});
      writeSafetensors(path.join(temporary, checkpointFiles.optimizer), training.slots, {format: 'exp'});
      writeDurably(path.join(temporary, checkpointFiles.state), `${JSON.stringify(state, null, 2)}\n`);
      syncDirectory(temporary);
    } catch (error) {
      rmSync(temporary, {recursive: true, force: true});
      throw error;
    }
    if (existsSync(folder)) {
      rmSync(previous, {recursive: true, force: true});
      renameSync(folder, previous);
    }
    renameSync(temporary, folder);
    syncDirectory(path.dirname(folder));
    rmSync(previous, {recursive: true, force: true});
  });
}

/**
 * Reads a checkpoint back, the one before if the process died between the two renames.
 * @throws ExpError RUN_NOT_FOUND without any, DATA_INVALID when a file is damaged.
 */
export function readCheckpoint(folder: string): {readonly training: TrainingState; readonly state: CheckpointState} {
  const present = [folder, folder + previousSuffix].find((candidate) =>
    existsSync(path.join(candidate, checkpointFiles.state)),
  );
  if (present === undefined) throw new ExpError('RUN_NOT_FOUND', `${folder} holds no checkpoint`);
  const state: CheckpointState = JSON.parse(readFileSync(path.join(present, checkpointFiles.state), 'utf8'));
  const weights = readSafetensors(path.join(present, checkpointFiles.weights));
  const slots = readSafetensors(path.join(present, checkpointFiles.optimizer));
  return {training: {weights, slots}, state};
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, 'w');
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
