/** Measures how long a loop waits for what it goes through. */
export class WaitClock {
  #millis = 0;

  /** Since the start, or since `reset`. */
  get millis(): number {
    return this.#millis;
  }

  /** @param millis waited before, where a measurement goes on */
  reset(millis = 0): void {
    this.#millis = millis;
  }

  /** The same items. */
  *watch<Item>(items: Iterable<Item>): Generator<Item> {
    const iterator = items[Symbol.iterator]();
    let isOver = false;
    try {
      for (;;) {
        const start = performance.now();
        const next = iterator.next();
        this.#millis += performance.now() - start;
        if (next.done) {
          isOver = true;
          return;
        }
        yield next.value;
      }
    } finally {
      if (!isOver) iterator.return?.();
    }
  }
}
