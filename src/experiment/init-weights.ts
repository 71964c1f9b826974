import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';
import {locateFile} from '../data/files/locate.js';
import {displayPath, resolveDataPath} from '../data/files/paths.js';
import type {SourceContext} from '../data/sources/definition.js';
import type {BuiltModel} from '../model/built-model.js';
import type {ModelPlan} from '../model/infer-shapes.js';
import {matchWeights, type WeightMatch} from '../model/init/match-weights.js';
import type {InitSpec} from '../model/init/section.js';
import {ModelProblem} from '../model/shape-problem.js';
import type {InitialWeights} from '../runs/initial-weights.js';
import {findNamedRun, type RunCheckpoint, weightsInFolder} from '../runs/run-weights.js';
import {openWeightFile} from '../runs/weight-files/open.js';
import type {WeightFile} from '../runs/weight-files/weight-file.js';
import {ExpError} from '../support/errors.js';

/** Where `model.init` may look. */
export interface InitContext extends SourceContext {
  /** Where `{run: NAME}` is looked for. */
  readonly runsDir: string;
}

/** Where weights were found. */
interface Place {
  /** Absolute path of the file to open. */
  readonly file: string;
  /** The file, run or address, for messages. */
  readonly shown: string;
  readonly run?: string;
  readonly checkpoint?: RunCheckpoint;
}

/** The file of `model.init`, opened and compared with the model; no weight is read yet. */
export interface OpenedInit extends Place {
  readonly weights: WeightFile;
  readonly match: WeightMatch;
}

/**
 * Finds the initial weights and compares names and shapes with the model's.
 * @throws ModelProblem where they do not fit, ExpError where there are none or the file is damaged
 */
export async function openInit(init: InitSpec, plan: ModelPlan, context: InitContext): Promise<OpenedInit> {
  const place = await placeOf(init, context);
  const weights = await openWeightFile(place.file);
  return {...place, weights, match: matchWeights(plan, init, weights.arrays, place.shown)};
}

/**
 * Reads the weights into the model.
 * @throws ExpError DATA_INVALID for a damaged file, or a weight that is not a finite number
 */
export async function loadInit(opened: OpenedInit, model: BuiltModel): Promise<void> {
  const {weights, match, shown} = opened;
  const tf = await import('@tensorflow/tfjs-core');
  const variables = new Map(model.weights.map(({name, variable}) => [name, variable]));
  for (const {recipe, from} of match.filled) {
    const arrays: Float32Array[] = [];
    for (const name of from) {
      const values = await weights.read(name);
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) {
        const message = `${name} of ${shown} holds ${values[at]} (value ${at + 1} of ${values.length})`;
        throw new ExpError('DATA_INVALID', message, 'weights are finite 32-bit numbers: take another checkpoint');
      }
      arrays.push(values);
    }
    const values = recipe.combine(arrays);
    tf.tidy(() => void variables.get(recipe.weight)!.write(tf.tensor(values, [...recipe.shape])));
  }
}

/** Everything that is read, the numbers last. */
export async function fingerprint({files}: WeightFile): Promise<InitialWeights['files']> {
  const found: {path: string; sha256: string}[] = [];
  for (const file of files) found.push({path: displayPath(file), sha256: await sha256Of(file)});
  return found;
}

/** What came from where, for people and for plan.json. @param files of `fingerprint` */
export function initialWeights(
  {match, shown, run, checkpoint}: OpenedInit,
  files: InitialWeights['files'],
): InitialWeights {
  return {
    from: shown,
    ...(run === undefined ? {} : {run}),
    ...(checkpoint === undefined ? {} : {checkpoint}),
    files,
    loaded: match.filled.map(({recipe: {weight}, from}) => ({
      name: weight,
      ...(from.length === 1 && from[0] === weight ? {} : {from}),
    })),
    left: match.left,
    unused: match.unused,
  };
}

async function placeOf({from, checkpoint}: InitSpec, context: InitContext): Promise<Place> {
  const onlyFile = (file: string, shown: string): Place => {
    if (checkpoint === undefined) return {file, shown};
    throw new ModelProblem(
      ['init', 'checkpoint'],
      `model.init.checkpoint is for runs; ${shown} is a file`,
      'remove it',
    );
  };
  if (typeof from !== 'string' && 'url' in from) return onlyFile(await locateFile(from, context), from.url);
  if (typeof from !== 'string') {
    const run = findNamedRun(from.run, context.runsDir);
    return {run: run.id, ...inFolder(path.resolve(run.path), checkpoint)};
  }
  const found = await resolveDataPath(from, context.baseDir, [context.runsDir]).catch((error: unknown) => {
    throw withRunHint(error, from, context.runsDir);
  });
  if (!(await stat(found)).isDirectory()) return onlyFile(found, displayPath(found));
  const place = inFolder(found, checkpoint);
  // A link inside the folder may lead elsewhere.
  return {...place, file: await resolveDataPath(place.file, context.baseDir, [context.runsDir])};
}

function inFolder(folder: string, wanted: RunCheckpoint | undefined): Place {
  const shown = displayPath(folder);
  const {file, checkpoint} = weightsInFolder(folder, shown, wanted);
  if (checkpoint === undefined) return {file, shown};
  return {
    file,
    shown: displayPath(checkpoint === 'model' ? path.dirname(file) : file),
    run: path.basename(folder),
    checkpoint,
  };
}

/** Somebody who writes `from: runs/mnist` most likely means a run. */
function withRunHint(error: unknown, from: string, runsDir: string): unknown {
  if (!(error instanceof ExpError) || error.code !== 'DATA_MISSING') return error;
  const name = path.basename(from);
  try {
    findNamedRun(name, runsDir);
  } catch {
    return error;
  }
  return new ExpError(error.code, error.message, `there is such a run in ${runsDir}: write \`from: {run: ${name}}\``);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
