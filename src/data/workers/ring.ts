/** Words of a ring's control memory. */
const produced = 0;
const released = 1;
const state = 2;
const numWords = 3;

const running = 0;
const failed = 1;
const cancelled = 2;
const ended = 3;

/** Slots that one thread fills and another empties, in order. Plain shared memory: hand it to a worker as it is. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  /** All of one size. */
  readonly slots: readonly SharedArrayBuffer[];
}

export const createRing = (numSlots: number, slotBytes: number): RingMemory => ({
  control: new SharedArrayBuffer(4 * numWords),
  slots: Array.from({length: numSlots}, () => new SharedArrayBuffer(slotBytes)),
});

/** The filling end. */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #numSlots: number;

  constructor({control, slots}: RingMemory) {
    this.#control = new Int32Array(control);
    this.#numSlots = slots.length;
  }

  /** Waits for a slot to fill. @returns its number, or undefined when nobody wants it any more */
  acquire(): number | undefined {
    const control = this.#control;
    for (;;) {
      const numReleased = Atomics.load(control, released);
      if (Atomics.load(control, state) === cancelled) return undefined;
      const numProduced = Atomics.load(control, produced);
      if (numProduced - numReleased < this.#numSlots) return numProduced % this.#numSlots;
      Atomics.wait(control, released, numReleased);
    }
  }

  /** Hands the slot over that was acquired last. */
  publish(): void {
    Atomics.add(this.#control, produced, 1);
    Atomics.notify(this.#control, produced);
  }

  /** Says that filling has failed; the reader is told after the slots that are full. */
  fail(): void {
    Atomics.compareExchange(this.#control, state, running, failed);
    Atomics.notify(this.#control, produced);
  }

  /** Says that this thread will not touch the ring again. */
  end(): void {
    Atomics.store(this.#control, state, ended);
    Atomics.notify(this.#control, state);
  }
}

/** The emptying end. All of it blocks the thread: the loop over batches has no pause. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #numSlots: number;

  constructor(
    {control, slots}: RingMemory,
    /** Without a sign of life for so long the writer counts as dead. */
    private readonly stallMillis = 120_000,
  ) {
    this.#control = new Int32Array(control);
    this.#numSlots = slots.length;
  }

  /** Waits for the next full slot. @returns its number, or undefined when filling failed */
  take(): number | undefined {
    const control = this.#control;
    for (;;) {
      const numReleased = Atomics.load(control, released);
      const numProduced = Atomics.load(control, produced);
      if (numProduced > numReleased) return numReleased % this.#numSlots;
      const now = Atomics.load(control, state);
      // What was published before the failure counts first.
      if (now !== running && Atomics.load(control, produced) === numProduced) return undefined;
      if (now !== running) continue;
      if (Atomics.wait(control, produced, numProduced, this.stallMillis) === 'timed-out')
        throw new Error(`the thread that prepares batches has done nothing for ${this.stallMillis / 1000} s`);
    }
  }

  /** Gives the slot back that was taken last. */
  release(): void {
    Atomics.add(this.#control, released, 1);
    Atomics.notify(this.#control, released);
  }

  /** Wants no more, and waits until the writer has left the ring. */
  cancel(): void {
    const control = this.#control;
    Atomics.compareExchange(control, state, running, cancelled);
    Atomics.add(control, released, 0x10000); // wakes a writer that waits for a slot
    Atomics.notify(control, released);
    for (let now = Atomics.load(control, state); now !== ended; now = Atomics.load(control, state)) {
      if (Atomics.wait(control, state, now, this.stallMillis) === 'timed-out')
        throw new Error(`the thread that prepares batches has not ended for ${this.stallMillis / 1000} s`);
    }
  }
}
