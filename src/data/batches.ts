import {BatchAssembler, type BatchRequest, batchIn, floatsPerExample} from './batch-assembler.js';
import type {BatchRecipe} from './batch-recipe.js';
import type {Batch, Split} from './dataset.js';

/** Another way to come by the batches of a request. @param inThisThread the plain way */
export type Preparer = (request: BatchRequest, inThisThread: () => Iterable<Batch>) => Iterable<Batch>;

/** A part of a data set. @param prepare batches are made in this thread without it */
export function createSplit(recipe: BatchRecipe, prepare?: Preparer): Split {
  const numExamples = recipe.rows?.length ?? recipe.examples.numExamples;
  let assembler: BatchAssembler | undefined;
  return {
    numExamples,
    batches(batchSize, order, epoch) {
      if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batch size ${batchSize}`);
      const request = {batchSize, order, epoch};
      const inThisThread = (): Iterable<Batch> => {
        assembler ??= new BatchAssembler(recipe);
        return assemble(recipe, assembler, request);
      };
      return prepare ? prepare(request, inThisThread) : inThisThread();
    },
  };
}

function* assemble(recipe: BatchRecipe, assembler: BatchAssembler, request: BatchRequest): Generator<Batch> {
  const {batchSize, order} = request;
  const numOrdered = order?.length ?? assembler.numExamples;
  const capacity = Math.min(batchSize, numOrdered);
  const buffer = new Float32Array(capacity * floatsPerExample(recipe));
  for (let start = 0; start < numOrdered; start += batchSize) {
    const batch = batchIn(buffer, recipe, capacity, Math.min(batchSize, numOrdered - start));
    assembler.fill(batch, start, request);
    yield batch;
  }
}
