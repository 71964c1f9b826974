import {existsSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {findRun, isRunFolder, listRuns} from './find-runs.js';
import {checkpointFiles, modelFiles, runFiles} from './layout.js';
import type {Run} from './run.js';

/** Which weights of a run: a checkpoint, or the final model. */
export type RunCheckpoint = 'best' | 'last' | 'model';

/**
 * The run that a name means: the newest finished one of the experiment of that name; else the run folder of that name, or the only one
 * that begins so, finished or not.
 * @throws ExpError RUN_NOT_FOUND
 */
export function findNamedRun(name: string, runsDir: string): Run {
  if (isRunFolder(path.join(runsDir, name))) return findRun(name, runsDir);
  const all = listRuns(runsDir);
  if (!all.some((run) => run.id.startsWith(name))) {
    throw new ExpError(
      'RUN_NOT_FOUND',
      `there is no run of ${name} in ${runsDir}`,
      'train it first: exp run SPEC; --runs-dir says where runs are, and exp ls shows them',
    );
  }
  const ofExperiment = all.filter((run) => run.name === name);
  const finished = ofExperiment.findLast((run) => run.state === 'finished');
  if (finished) return finished;
  if (ofExperiment.length > 0) {
    const states = ofExperiment.slice(-5).map((run) => `${run.id} (${run.state})`);
    throw new ExpError(
      'RUN_NOT_FOUND',
      `no run of ${name} in ${runsDir} is finished: ${states.join(', ')}`,
      'finish one, or name the folder of one of them for its checkpoint',
    );
  }
  return findRun(name, runsDir);
}

/** What a folder holds that weights can be read from. */
export interface FolderWeights {
  /** Path of the file to open: weights.safetensors or model.json. */
  readonly file: string;
  /** If the folder is a run's. */
  readonly checkpoint?: RunCheckpoint;
}

/**
 * The weights in a folder: a run's (best checkpoint where there is one, else the final model, else the last checkpoint, unless `wanted`
 * says which), a checkpoint's, or a TensorFlow.js model's.
 * @param shown the folder, for messages
 * @throws ExpError DATA_MISSING where there are none
 */
export function weightsInFolder(folder: string, shown: string, wanted?: RunCheckpoint): FolderWeights {
  const [checkpointFile, modelFile] = [checkpointFiles.weights, modelFiles.topology];
  if (!isRunFolder(folder)) {
    const file = [checkpointFile, modelFile].map((name) => path.join(folder, name)).find((name) => existsSync(name));
    if (file !== undefined && wanted === undefined) return {file};
    throw file === undefined
      ? new ExpError('DATA_MISSING', `${shown} holds neither ${checkpointFile} nor ${modelFile}`, folderHint)
      : new ExpError('DATA_INVALID', `${shown} is not a run folder, so it has no checkpoint \`${wanted}\``);
  }
  const present: FolderWeights[] = [];
  for (const checkpoint of ['best', 'model', 'last'] as const) {
    const places =
      checkpoint === 'model'
        ? [path.join(runFiles.model, modelFile)]
        : // A run that died between two renames has left the checkpoint before.
          ['', '.previous'].map((suffix) => path.join(runFiles.checkpoints, `${checkpoint}${suffix}`, checkpointFile));
    const file = places.map((place) => path.join(folder, place)).find((place) => existsSync(place));
    if (file !== undefined) present.push({file, checkpoint});
  }
  const chosen = present.find(({checkpoint}) => wanted === undefined || checkpoint === wanted);
  if (chosen) return chosen;
  const kept = present.map(({checkpoint}) => `\`${checkpoint}\``).join(', ');
  throw new ExpError(
    'DATA_MISSING',
    wanted === undefined || kept === ''
      ? `the run ${shown} has no weights: neither a checkpoint nor a model`
      : `the run ${shown} has no \`${wanted}\` weights; it has ${kept}`,
    wanted === 'best' ? 'a run without validation and checkpoint.monitor keeps no best checkpoint' : undefined,
  );
}

const folderHint = 'name a run folder, a checkpoint folder, or the folder of a TensorFlow.js model';
