import {existsSync, statSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {type Checkpoint, isForeignFormat, previousSuffix, readCheckpoint} from './checkpoint.js';
import {runFiles} from './layout.js';
import type {CsvBytes} from './records.js';

/** Where a run can be resumed. */
export interface ResumePoint {
  /** `checkpoints/last`; absent for a run that has saved nothing yet. */
  readonly name?: string;
  readonly checkpoint?: Checkpoint;
  /** What is wrong with newer ones. */
  readonly skipped: readonly string[];
}

/**
 * The newest checkpoint of a run that is whole, byte for byte, and that its CSV files still reach.
 * @throws ExpError DATA_INVALID where there are checkpoints and all are damaged, or of a format that this version does not know
 */
export function findResumePoint(folder: string): ResumePoint {
  const names = ['last', `last${previousSuffix}`].map((name) => path.join(runFiles.checkpoints, name));
  const skipped: string[] = [];
  for (const name of names) {
    const target = path.join(folder, name);
    if (!existsSync(target)) continue;
    try {
      const checkpoint = readCheckpoint(target);
      if (!checkpoint.state.resume) throw new ExpError('DATA_INVALID', `${target} does not say where training stood`);
      checkRows(folder, checkpoint.state.resume.csvBytes);
      return {name, checkpoint, skipped};
    } catch (error) {
      if (!(error instanceof ExpError) || isForeignFormat(error)) throw error;
      skipped.push(error.message);
    }
  }
  if (skipped.length === 0) return {skipped};
  const hint = `to train from the beginning in the same folder, remove ${path.join(folder, runFiles.checkpoints)}`;
  throw new ExpError('DATA_INVALID', `no checkpoint of the run is intact: ${skipped.join('; ')}`, hint);
}

/** After a power cut a file may be shorter than it was. */
function checkRows(folder: string, csvBytes: CsvBytes): void {
  for (const [file, bytes] of Object.entries(csvBytes)) {
    const target = path.join(folder, runFiles[file as keyof CsvBytes]);
    const size = statSync(target, {throwIfNoEntry: false})?.size ?? 0;
    if (size >= bytes) continue;
    throw new ExpError(
      'DATA_INVALID',
      `${target} has ${size} bytes, fewer than the ${bytes} that its checkpoint knows of`,
    );
  }
}
