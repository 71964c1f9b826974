/** Numbers of a set that are all needed at its end; a growing array, so that each costs eight bytes. */
export class KeptValues {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const values = new Float64Array(2 * this.#length);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.#length++] = value;
  }

  /** What there is, not copied. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  set values(values: Float64Array) {
    if (this.#values.length < values.length) this.#values = new Float64Array(2 * values.length);
    this.#values.set(values);
    this.#length = values.length;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** The values of lists that are all of one length, one list after the other. */
export function joinKept(lists: readonly KeptValues[]): Float64Array {
  const joined = new Float64Array(lists.reduce((sum, {values}) => sum + values.length, 0));
  let at = 0;
  for (const {values} of lists) {
    joined.set(values, at);
    at += values.length;
  }
  return joined;
}

/** Gives lists back what {@link joinKept} took from them. */
export function splitKept(joined: Float64Array, lists: readonly KeptValues[]): void {
  const length = joined.length / lists.length;
  for (const [index, list] of lists.entries()) list.values = joined.subarray(index * length, (index + 1) * length);
}
