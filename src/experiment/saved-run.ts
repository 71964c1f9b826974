import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExampleInfo, FittedValues} from '../data/dataset.js';
import {displayPath} from '../data/files/paths.js';
import {blockExpander} from '../model/blocks/expand.js';
import {findRun} from '../runs/find-runs.js';
import {runFiles} from '../runs/layout.js';
import type {Run} from '../runs/run.js';
import type {SavedWeights} from '../runs/saved-weights.js';
import {loadSpec} from '../spec/load.js';
import {asSpecText} from '../spec/write-yaml.js';
import {ExpError} from '../support/errors.js';
import {formatShape, type Shape} from '../support/tensor.js';
import type {TrainingSession} from '../training/session.js';
import {type ExperimentSpec, experimentSchema} from './schema.js';

/** What plan.json has to say for a run to be used again. */
export interface SavedPlan {
  /** After the transforms. */
  readonly data: ExampleInfo;
  /** Of the model, by input of the data. */
  readonly inputShapes: Readonly<Record<string, Shape>>;
  readonly dataFingerprint: string;
  /** What source and transforms learnt, by its place in the spec. */
  readonly fitted: Readonly<Record<string, FittedValues>>;
}

/** A run to be used again. */
export interface SavedRun {
  readonly run: Run;
  /** As it was trained, but for `model.init`: the weights are in the run folder. */
  readonly spec: ExperimentSpec;
  readonly plan: SavedPlan;
  /** Where relative paths of the spec start; the working folder where the spec's own is gone. */
  readonly baseDir: string;
}

/** @throws ExpError RUN_NOT_FOUND; DATA_MISSING, DATA_INVALID or SPEC_INVALID for a folder that lacks what it takes or is of another layout */
export async function openSavedRun(reference: string, runsDir: string): Promise<SavedRun> {
  const run = findRun(reference, runsDir);
  const spec = await readSpec(run);
  const plan = readPlan(run);
  const written = run.environment()?.spec;
  const folder = written === undefined ? undefined : path.dirname(written);
  return {run, spec, plan, baseDir: folder !== undefined && existsSync(folder) ? folder : process.cwd()};
}

async function readSpec(run: Run): Promise<ExperimentSpec> {
  const file = path.resolve(run.path, runFiles.resolved);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ExpError('DATA_MISSING', `${displayPath(file)} cannot be read: ${error.message}`, wholeHint, {
      cause: error,
    });
  });
  // References are resolved already, but for secrets.
  const {value} = await loadSpec(experimentSchema, {text: asSpecText(text), path: file}, {}, blockExpander);
  const {model, ...rest} = value as ExperimentSpec;
  const {init: _init, ...built} = model;
  return {...rest, model: built} as ExperimentSpec;
}

const wholeHint = 'the spec, the plan and the weights of a run have to be in its folder';

function readPlan(run: Run): SavedPlan {
  const file = displayPath(path.resolve(run.path, runFiles.plan));
  if (run.find('plan') === undefined) throw new ExpError('DATA_MISSING', `${file} is not there`, wholeHint);
  const plan = run.plan() as Partial<SavedPlan> | undefined;
  if (!plan) throw new ExpError('DATA_INVALID', `${file} is damaged`, wholeHint);
  const lacking = (['data', 'inputShapes', 'dataFingerprint', 'fitted'] as const).find(
    (key) => plan[key] === undefined,
  );
  const part = lacking ?? (plan.data!.inputs && plan.data!.targets ? undefined : 'data.inputs');
  if (part === undefined) return plan as SavedPlan;
  throw new ExpError(
    'DATA_INVALID',
    `${file} has no \`${part}\`: the run was made by an older version of exp${madeBy(run)}`,
    'use the version that made it, or train it again',
  );
}

function madeBy(run: Run): string {
  const version = run.environment()?.exp;
  return version === undefined ? '' : ` (${version})`;
}

/**
 * Puts saved weights into a session made of the run's spec.
 * @throws ExpError DATA_INVALID where they are another model's
 */
export async function useWeights(session: TrainingSession, {weights, shown}: SavedWeights): Promise<void> {
  const state = await session.readState();
  for (const [name, {shape}] of state.weights) {
    const saved = weights.get(name);
    if (saved && String(saved.shape) === String(shape)) continue;
    const has = saved ? `${name} of shape ${formatShape(saved.shape)}` : `no ${name}`;
    throw new ExpError(
      'DATA_INVALID',
      `${shown} has ${has}; the run's model has one of shape ${formatShape(shape)}`,
      "the file is another model's, or the data have changed since, and with them the model",
    );
  }
  const used = new Map([...state.weights.keys()].map((name) => [name, weights.get(name)!]));
  await session.writeState({weights: used, slots: state.slots});
}
