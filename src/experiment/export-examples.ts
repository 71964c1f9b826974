import {loadData} from '../data/load.js';
import {openNewExamples} from '../data/new-examples/open.js';
import {ExpError} from '../support/errors.js';
import {Rng} from '../support/random.js';
import {type Shape, sizeOf} from '../support/tensor.js';
import {outputsOf} from '../training/outputs.js';
import {outputTargets} from './prepare.js';
import type {SavedRun} from './saved-run.js';

/** A few prepared examples of a run's data, by input: [size, ...shape]. */
export interface RealExamples {
  readonly size: number;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** For people: `the validation set`, or the name of a file. */
  readonly from: string;
}

/** Enough to tell examples from each other; a deep network on plain JavaScript takes seconds for each. */
const numExamples = 8;

/**
 * The first examples of the run's validation set, of its training set where it has none, or of a file of new examples.
 * @throws ExpError where the data are not there any more, with the way out
 */
export async function realExamples(
  saved: SavedRun,
  options: {
    readonly examples?: string | undefined;
    readonly warn: (message: string) => void;
    readonly notify?: (message: string) => void;
  },
): Promise<RealExamples> {
  return options.examples === undefined ? ownExamples(saved, options) : fileExamples(saved, options.examples, options);
}

type Tellers = Pick<Parameters<typeof realExamples>[1], 'warn' | 'notify'>;

async function ownExamples({run, spec, plan, baseDir}: SavedRun, {warn, notify}: Tellers): Promise<RealExamples> {
  const outputs = outputTargets(outputsOf(spec.training));
  const context = {baseDir, outputs, rng: Rng.fromSeed(spec.seed), warn, ...(notify ? {notify} : {})};
  // A few examples are not worth threads.
  const dataset = await loadData({...spec.data, workers: 0}, context).catch((error: unknown) => {
    if (!(error instanceof ExpError) || error.code !== 'DATA_MISSING') throw error;
    const message = `${error.message}; an export is checked on examples of the run's data`;
    throw new ExpError(error.code, message, 'name a file of examples with --examples, as exp predict takes it', {
      cause: error,
    });
  });
  try {
    if (dataset.fingerprint !== plan.dataFingerprint) {
      warn(`the data are not those that ${run.id} was trained on; the export is checked on what is there now`);
    }
    const [split, name] = dataset.validation ? [dataset.validation, 'validation'] : [dataset.train, 'training'];
    const [batch] = split.batches(Math.min(numExamples, split.numExamples));
    const {size, inputs} = batch!;
    return {size, inputs: copied(inputs, plan.inputShapes, size), from: `the ${name} set`};
  } finally {
    await dataset.dispose();
  }
}

async function fileExamples({spec, plan}: SavedRun, file: string, {warn, notify}: Tellers): Promise<RealExamples> {
  const opened = await openNewExamples(spec.data, plan, {path: file, warn, ...(notify ? {notify} : {})});
  try {
    for await (const {size, inputs} of opened.batches(Math.min(numExamples, opened.numExamples))) {
      return {size, inputs: copied(inputs, plan.inputShapes, size), from: file};
    }
    throw new ExpError('DATA_INVALID', `${file} holds no examples`);
  } finally {
    opened.close();
  }
}

/** Batches share their arrays. */
const copied = (
  inputs: Readonly<Record<string, Float32Array>>,
  shapes: Readonly<Record<string, Shape>>,
  size: number,
): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, inputs[name]!.slice(0, size * sizeOf(shape))]),
  );
