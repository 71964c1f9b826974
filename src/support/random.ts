/**
 * Seeded random numbers as a value. A stream is xoshiro128** (Blackman & Vigna 2018) seeded through splitmix32 from a
 * 32-bit hash of (seed, path), so `rng.split('shuffle')` and `rng.split('dropout')` never disturb each other.
 */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param key what the whole stream follows from; another thread makes the same stream of it with `fromKey` */
  private constructor(readonly key: number) {
    let state = key;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1; // never the all-zero state
  }

  /** @param seed any safe integer, 0 included. */
  static fromSeed(seed: number): Rng {
    return new Rng(hash(0x811c9dc5, String(seed)));
  }

  /** The stream of that key, at its start. */
  static fromKey(key: number): Rng {
    return new Rng(key);
  }

  /** An independent stream for one purpose; it depends on this stream's key only, not on how much was drawn. */
  split(purpose: string | number): Rng {
    return new Rng(hash(this.key, `/${purpose}`));
  }

  /** Uniform integer in [0, 2^32). */
  nextUint32(): number {
    const result = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotl(this.#d, 11);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.nextUint32() / 4294967296;
  }

  /** Standard normal (polar Box-Muller without caching, so the stream's position is easy to reason about). */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** Uniform integer in [0, bound), unbiased (Lemire's rejection). @param bound integer in [1, 2^32). */
  below(bound: number): number {
    const threshold = 4294967296 % bound;
    for (;;) {
      const x = this.nextUint32();
      if (x >= threshold) return x % bound;
    }
  }

  /** Fisher-Yates, in place. */
  shuffle(values: Uint32Array): Uint32Array {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
    }
    return values;
  }
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** FNV-1a over the text's UTF-16 code units, started from `state`, finished with a 32-bit avalanche. */
function hash(state: number, text: string): number {
  let h = state | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
