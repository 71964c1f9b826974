import {stat} from 'node:fs/promises';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {formatShape, sizeOf} from '../../support/tensor.js';
import type {InputRecipe} from '../batch-recipe.js';
import {createSplit} from '../batches.js';
import {DataSpecError} from '../data-error.js';
import type {Arrays} from '../dataset.js';
import {argumentsOf, type TransformStage, transformPath, transformStages} from '../describe.js';
import {checkKind, displayPath, missing} from '../files/paths.js';
import type {DataSpec} from '../section.js';
import type {NewExamples, NewInput, SavedData} from './definition.js';
import {isArrayName, openNewArray} from './new-arrays.js';
import {isImageName, openNewImages} from './new-images.js';
import {fittedTable, isTableSource, openNewTable} from './new-table.js';

/** A batch of new examples, ready for the model. */
export interface NewBatch {
  readonly size: number;
  /** The first example's place in the file, from 0. */
  readonly first: number;
  readonly inputs: Arrays;
  /** Where each example is a file: its path. */
  readonly files?: readonly string[] | undefined;
}

/** New examples as batches of a run's model. */
export interface NewBatches {
  readonly numExamples: number;
  readonly hasFiles: boolean;
  /** Arrays may be used again by the next batch. @throws ExpError at a cell or a file that cannot be used */
  batches(batchSize: number): AsyncIterable<NewBatch>;
  close(): void;
}

/**
 * Opens examples without targets and prepares them as those that the run was trained on were, by nothing but what it learnt.
 * @param spec of the run @throws ExpError for a file that is not what the run takes
 */
export async function openNewExamples(spec: DataSpec, saved: SavedData, input: NewInput): Promise<NewBatches> {
  const opened = await openAny(spec, saved, input);
  try {
    const recipes = recipesOf(spec, saved, opened);
    return {
      numExamples: opened.numExamples,
      hasFiles: opened.hasFiles,
      batches: (batchSize) => batchesOf(opened, recipes, batchSize),
      close: () => opened.close(),
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

async function openAny({source}: DataSpec, saved: SavedData, input: NewInput): Promise<NewExamples> {
  const file = path.resolve(input.path);
  const stats = await stat(file).catch(async (error: NodeJS.ErrnoException) => {
    const {message, hint} = await missing(file, error);
    throw new ExpError('DATA_MISSING', message, hint?.startsWith('did you mean') ? hint : undefined, {cause: error});
  });
  await checkKind(file);
  if (source.type === 'text') {
    throw new ExpError(
      'USAGE',
      'the run is a language model, whose outputs are a distribution for every token: exp predict has no rows for them',
      'exp evaluate tells its loss; load its model/ folder to write texts with it',
    );
  }
  if (stats.isDirectory() || isImageName(file)) return openNewImages(source, saved, input);
  if (isTableSource(source)) return openNewTable(source, fittedTable(saved.fitted['data.source']), input);
  if (isArrayName(file)) return openNewArray(source, input);
  throw new ExpError(
    'USAGE',
    `${displayPath(file)} is nothing that a run trained on ${source.type} data takes`,
    'name a .npy or .npz file of examples, an image or a folder of images',
  );
}

/** The transforms of the spec with what they learnt. @throws ExpError where the examples have another shape than the model takes */
function recipesOf(spec: DataSpec, {fitted, inputShapes}: SavedData, {shown, inputs}: NewExamples): InputRecipe[] {
  const stages = stagesOf(spec, inputs, shown);
  return Object.entries(inputs).map(([name, {shape}]) => {
    const own = stages.map((stage, index) => ({...stage, index})).filter(({input}) => input === name);
    const after = own.at(-1)?.after ?? shape;
    const expected = inputShapes[name];
    if (String(after) !== String(expected)) {
      const takes = expected === undefined ? `no input ${name}` : formatShape(expected);
      const what = own.length > 0 ? `, after the transforms ${formatShape(after)}` : '';
      const message = `${shown} holds examples of shape ${formatShape(shape)}${what}; the run's model takes ${takes}`;
      throw new ExpError('DATA_INVALID', message, 'the first axis counts the examples');
    }
    return {
      name,
      size: sizeOf(shape),
      transforms: own.map(({index, before}) => ({
        spec: argumentsOf(spec.transforms[index]!),
        shape: before,
        fitted: fitted[transformPath(index)],
      })),
    };
  });
}

function stagesOf(spec: DataSpec, inputs: NewExamples['inputs'], shown: string): readonly TransformStage[] {
  try {
    return transformStages(spec, inputs);
  } catch (error) {
    if (!(error instanceof DataSpecError)) throw error;
    const shapes = Object.values(inputs).map(({shape}) => formatShape(shape));
    const message = `${shown} holds examples of shape ${shapes.join(', ')}, which the run's transforms do not take: ${error.message}`;
    throw new ExpError('DATA_INVALID', message, 'the first axis counts the examples', {cause: error});
  }
}

async function* batchesOf(
  opened: NewExamples,
  inputs: readonly InputRecipe[],
  batchSize: number,
): AsyncGenerator<NewBatch> {
  let first = 0;
  for await (const {examples, rows, files} of opened.pieces(batchSize)) {
    const split = createSplit({examples: {...examples, targets: {}}, rows, inputs, targets: []});
    let place = 0;
    for (const {size, inputs: values} of split.batches(batchSize)) {
      yield {size, first, inputs: values, files: files?.slice(place, place + size)};
      place += size;
      first += size;
    }
  }
}
