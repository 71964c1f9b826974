import {readFileSync} from 'node:fs';
import path from 'node:path';
import {displayPath} from '../data/files/paths.js';
import {ExpError} from '../support/errors.js';
import {sizeOf, type TensorData} from '../support/tensor.js';
import {withAverages} from '../training/optimizers/average.js';
import {checkpointFiles} from './layout.js';
import {type RunCheckpoint, weightsInFolder} from './run-weights.js';
import {readSafetensors} from './safetensors.js';
import {openWeightFile} from './weight-files/open.js';

/** Weights of a run, whole and finite. */
export interface SavedWeights {
  readonly checkpoint: RunCheckpoint;
  /** The file they come from, for messages. */
  readonly shown: string;
  /** Of the checkpoint; the final model does not say. */
  readonly epoch?: number;
  readonly step?: number;
  /** By name, `conv2d/kernel`. */
  readonly weights: ReadonlyMap<string, TensorData>;
}

/**
 * Reads the weights of a run as they were evaluated: with `training.weightAverage` the averages, which the last checkpoint keeps beside the
 * latest weights.
 * @param wanted the best checkpoint by default, else the final model, else the last checkpoint
 * @throws ExpError DATA_MISSING where there are none, DATA_INVALID for a damaged file, which it names
 */
export async function readSavedWeights(
  run: {readonly path: string},
  wanted: RunCheckpoint | undefined,
  {isAveraged}: {readonly isAveraged: boolean},
): Promise<SavedWeights> {
  const {file, checkpoint} = weightsInFolder(run.path, displayPath(path.resolve(run.path)), wanted);
  const shown = displayPath(path.resolve(file));
  const opened = await openWeightFile(path.resolve(file));
  const weights = new Map<string, TensorData>();
  for (const [name, {shape, problem}] of opened.arrays) {
    if (problem !== undefined) throw new ExpError('DATA_INVALID', `${shown}: ${name} ${problem}`, damagedHint);
    weights.set(name, {shape, values: await opened.read(name)});
  }
  for (const [name, {shape, values}] of weights) checkWeight(shown, name, shape, values);
  if (checkpoint === undefined || checkpoint === 'model') return {checkpoint: 'model', shown, weights};
  const folder = path.dirname(path.resolve(file));
  const state = readState(path.join(folder, checkpointFiles.state));
  if (checkpoint !== 'last' || !isAveraged) return {checkpoint, shown, ...state, weights};
  const slots = readSafetensors(path.join(folder, checkpointFiles.optimizer));
  return {checkpoint, shown, ...state, weights: withAverages({weights, slots}).weights};
}

const damagedHint = 'the file is damaged; --checkpoint names other weights of the run';

function checkWeight(shown: string, name: string, shape: readonly number[], values: Float32Array): void {
  if (values.length !== sizeOf(shape)) {
    const message = `${shown}: ${name} has ${values.length} values, its shape says ${sizeOf(shape)}`;
    throw new ExpError('DATA_INVALID', message, damagedHint);
  }
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new ExpError('DATA_INVALID', `${shown}: ${name} holds ${values[at]} (value ${at + 1})`, damagedHint);
}

/** Epoch and step are for people: weights without them can be used. */
function readState(file: string): {readonly epoch?: number; readonly step?: number} {
  try {
    const {epoch, step}: {epoch?: unknown; step?: unknown} = JSON.parse(readFileSync(file, 'utf8'));
    return typeof epoch === 'number' && typeof step === 'number' ? {epoch, step} : {};
  } catch {
    return {};
  }
}
