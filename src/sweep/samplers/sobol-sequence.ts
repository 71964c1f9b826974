import {directionNumbers} from './sobol-directions.js';

const numBits = 32;

/** How many dimensions there are direction numbers for. */
export const maxSobolDimensions = 256;

const entries = (): readonly (readonly number[])[] =>
  directionNumbers.split(';').map((entry) => entry.trim().split(/\s+/).map(Number));

/** The 32 direction numbers of each dimension, v_k in the upper k bits (Bratley and Fox 1988, algorithm 659). */
function directionsOf(numDimensions: number): readonly Uint32Array[] {
  const table = entries();
  return Array.from({length: numDimensions}, (_, dimension) => {
    const v = new Uint32Array(numBits);
    if (dimension === 0) return v.map((_, k) => 2 ** (numBits - 1 - k)); // the sequence of van der Corput
    const [polynomial, ...initial] = table[dimension - 1]!;
    const degree = initial.length;
    for (let k = 0; k < numBits; k++) {
      if (k < degree) {
        v[k] = initial[k]! << (numBits - 1 - k);
        continue;
      }
      let next = v[k - degree]! ^ (v[k - degree]! >>> degree);
      for (let i = 1; i < degree; i++) if ((polynomial! >>> (degree - i)) & 1) next ^= v[k - i]!;
      v[k] = next;
    }
    return v;
  });
}

function reverseBits(x: number): number {
  let r = x;
  r = ((r >>> 1) & 0x55555555) | ((r & 0x55555555) << 1);
  r = ((r >>> 2) & 0x33333333) | ((r & 0x33333333) << 2);
  r = ((r >>> 4) & 0x0f0f0f0f) | ((r & 0x0f0f0f0f) << 4);
  r = ((r >>> 8) & 0x00ff00ff) | ((r & 0x00ff00ff) << 8);
  return (r >>> 16) | (r << 16);
}

/**
 * Owen's nested uniform scrambling by a hash: each bit is flipped or not depending on the bits above it (Burley 2020, "Practical
 * hash-based Owen scrambling", with the hash of Vegdahl 2021). Keeps every property of the net that makes it even.
 */
function owenScramble(x: number, seed: number): number {
  let r = reverseBits(x);
  r ^= Math.imul(r, 0x3d20adea);
  r = (r + seed) | 0;
  r = Math.imul(r, (seed >>> 16) | 1);
  r ^= Math.imul(r, 0x05526c56);
  r ^= Math.imul(r, 0x53a22864);
  return reverseBits(r);
}

/**
 * Points of Sobol's sequence in [0, 1)^d, in the order of Antonov and Saleev (that of scipy.stats.qmc.Sobol).
 * @param scrambles one number of 32 bits for each dimension; absent: not scrambled
 */
export function sobolSequence(
  numDimensions: number,
  scrambles?: readonly number[],
): (index: number) => readonly number[] {
  const directions = directionsOf(numDimensions);
  return (index) => {
    const gray = (index ^ (index >>> 1)) >>> 0;
    return directions.map((v, dimension) => {
      let x = 0;
      for (let k = 0; gray >>> k !== 0 && k < numBits; k++) if ((gray >>> k) & 1) x ^= v[k]!;
      return ((scrambles ? owenScramble(x, scrambles[dimension]!) : x) >>> 0) / 2 ** numBits;
    });
  };
}
