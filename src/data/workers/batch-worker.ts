/** The entry of a thread that makes batches. */
import {parentPort, workerData} from 'node:worker_threads';
import {BatchAssembler, batchIn, floatsPerExample} from '../batch-assembler.js';
import type {BatchRecipe} from '../batch-recipe.js';
import {type BatchJob, errorToSend, fromSent, type WorkerSetup} from './messages.js';
import {RingWriter} from './ring.js';

const {recipes, errors} = workerData as WorkerSetup;
const parts = recipes.map((sent) => {
  const recipe = fromSent(sent);
  return {recipe, assembler: new BatchAssembler(recipe)};
});

parentPort!.on('message', (job: BatchJob) => {
  const {recipe, assembler} = parts[job.part]!;
  const writer = new RingWriter(job.ring);
  try {
    run(job, recipe, assembler, writer);
  } catch (error) {
    errors.postMessage(errorToSend(error));
    writer.fail();
  } finally {
    writer.end();
  }
});

function run(job: BatchJob, recipe: BatchRecipe, assembler: BatchAssembler, writer: RingWriter): void {
  const {batchSize, order, first, stride} = job;
  const numOrdered = order?.length ?? assembler.numExamples;
  const capacity = Math.min(batchSize, numOrdered);
  const buffers = job.ring.slots.map((slot) => new Float32Array(slot, 0, capacity * floatsPerExample(recipe)));
  for (let start = first * batchSize; start < numOrdered; start += stride * batchSize) {
    const slot = writer.acquire();
    if (slot === undefined) return;
    assembler.fill(batchIn(buffers[slot]!, recipe, capacity, Math.min(batchSize, numOrdered - start)), start, job);
    writer.publish();
  }
}
