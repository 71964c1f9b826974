import {MessageChannel, type MessagePort, receiveMessageOnPort, Worker} from 'node:worker_threads';
import {type BatchRequest, batchIn, floatsPerExample} from '../batch-assembler.js';
import type {BatchRecipe} from '../batch-recipe.js';
import type {Batch} from '../dataset.js';
import {type BatchJob, errorFromSent, type SentError, toSend, type WorkerSetup} from './messages.js';
import {createRing, RingReader} from './ring.js';
import {workerEntry} from './worker-file.js';

/** What the slots of all workers may take together, as long as each has two. */
const maxSlotBytes = 64 << 20;
/** More would only be older. */
const maxSlotsPerWorker = 4;

interface Member {
  readonly worker: Worker;
  readonly errors: MessagePort;
  slots: readonly SharedArrayBuffer[];
}

/**
 * Threads that make the batches of a data set's parts ahead of time. They are started once and kept; the batches are the same as those
 * made without them, whatever their number. One part is worked on at a time.
 */
export class BatchWorkers {
  readonly #recipes: readonly BatchRecipe[];
  readonly #members: readonly Member[];
  #isBusy = false;
  #isEnded = false;

  /** @param recipes of the parts; their arrays in shared memory @param numWorkers at least 1 */
  constructor(recipes: readonly BatchRecipe[], numWorkers: number) {
    this.#recipes = recipes;
    const sent = recipes.map(toSend);
    this.#members = Array.from({length: numWorkers}, () => startMember(sent));
  }

  /**
   * The batches of a part.
   * @param inThisThread makes them while the threads are busy with another request @throws what making them throws
   */
  *batches(part: number, request: BatchRequest, inThisThread: () => Iterable<Batch>): Generator<Batch> {
    if (this.#isBusy || this.#isEnded) {
      yield* inThisThread();
      return;
    }
    this.#isBusy = true;
    try {
      yield* this.#run(part, request);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Ends the threads. */
  async dispose(): Promise<void> {
    this.#isEnded = true;
    await Promise.all(this.#members.map(({worker}) => worker.terminate()));
  }

  *#run(part: number, request: BatchRequest): Generator<Batch> {
    const recipe = this.#recipes[part]!;
    const {batchSize, order, epoch} = request;
    const numOrdered = order?.length ?? recipe.rows?.length ?? recipe.examples.numExamples;
    const capacity = Math.min(batchSize, numOrdered);
    const slotFloats = capacity * floatsPerExample(recipe);
    const stride = this.#members.length;
    const common = {part, batchSize, order: order && sharedOrder(order), epoch, stride};
    const lanes = this.#members.map((member, first) => {
      member.slots = slotsOf(member.slots, 4 * slotFloats, stride);
      const ring = {control: createRing(0, 0).control, slots: member.slots};
      member.worker.postMessage({...common, first, ring} satisfies BatchJob);
      const buffers = ring.slots.map((slot) => new Float32Array(slot, 0, slotFloats));
      return {reader: new RingReader(ring), buffers, errors: member.errors};
    });
    try {
      for (let start = 0, number = 0; start < numOrdered; start += batchSize, number++) {
        const {reader, buffers, errors} = lanes[number % stride]!;
        const slot = reader.take();
        if (slot === undefined) throw sentError(errors);
        yield batchIn(buffers[slot]!, recipe, capacity, Math.min(batchSize, numOrdered - start));
        reader.release();
      }
    } finally {
      if (!this.#isEnded) for (const {reader} of lanes) reader.cancel();
    }
  }
}

function startMember(recipes: WorkerSetup['recipes']): Member {
  const {port1, port2} = new MessageChannel();
  const {source, eval: isCode} = workerEntry();
  const setup: WorkerSetup = {recipes, errors: port2};
  const worker = new Worker(source, {eval: isCode, workerData: setup, transferList: [port2], execArgv: []});
  // Neither keeps a process that has nothing else to do.
  worker.unref();
  port1.unref();
  return {worker, errors: port1, slots: []};
}

function slotsOf(known: Member['slots'], slotBytes: number, numWorkers: number): Member['slots'] {
  if (known.length > 0 && known[0]!.byteLength >= slotBytes) return known;
  const numFitting = Math.floor(maxSlotBytes / numWorkers / Math.max(1, slotBytes));
  return createRing(Math.min(Math.max(numFitting, 2), maxSlotsPerWorker), slotBytes).slots;
}

function sharedOrder(order: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(order.byteLength));
  copy.set(order);
  return copy;
}

/** The worker sent it before it marked its ring. */
function sentError(errors: MessagePort): Error {
  const received = receiveMessageOnPort(errors) as {readonly message: SentError} | undefined;
  return received ? errorFromSent(received.message) : new Error('a thread that prepares batches ended without a word');
}
