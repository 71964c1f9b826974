import {setImmediate} from 'node:timers/promises';

const intervalMillis = 50;

/** Steps of an engine block; this lets signals, timers and the progress bar live in between. */
export class Breather {
  #lastMillis = performance.now();

  /** Whether the event loop has waited long enough; a cheap check for every step. */
  get isDue(): boolean {
    return performance.now() - this.#lastMillis >= intervalMillis;
  }

  /** Runs whatever waits in the event loop. */
  async breathe(): Promise<void> {
    await setImmediate();
    this.#lastMillis = performance.now();
  }
}
