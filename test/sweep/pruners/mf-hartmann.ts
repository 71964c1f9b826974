import type {Rng} from '../../../src/support/random.js';

interface HartmannTables {
  readonly widths: readonly (readonly number[])[];
  /** In ten-thousandths. */
  readonly centres: readonly (readonly number[])[];
  readonly minimum: number;
}

const weights = [1, 1.2, 3, 3.2];

const tables: Readonly<Record<3 | 6, HartmannTables>> = {
  3: {
    widths: [
      [3, 10, 30],
      [0.1, 10, 35],
      [3, 10, 30],
      [0.1, 10, 35],
    ],
    centres: [
      [3689, 1170, 2673],
      [4699, 4387, 7470],
      [1091, 8732, 5547],
      [381, 5743, 8828],
    ],
    minimum: -3.86278,
  },
  6: {
    widths: [
      [10, 3, 17, 3.5, 1.7, 8],
      [0.05, 10, 17, 0.1, 8, 14],
      [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ],
    centres: [
      [1312, 1696, 5569, 124, 8283, 5886],
      [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650],
      [4047, 8828, 8732, 5743, 1091, 381],
    ],
    minimum: -3.32237,
  },
};

/** How much the first epochs mislead: mfpbench's `mfh3`, `mfh3_good`, …; the bias flattens, the noise is added. */
export const deceits = {
  plain: {bias: 0.5, noise: 0.1},
  good: {bias: 2.5, noise: 2},
  moderate: {bias: 3, noise: 3},
  bad: {bias: 3.5, noise: 4},
  terrible: {bias: 4, noise: 5},
} as const;

/**
 * Hartmann's function of 3 or 6 variables in [0, 1] with a fidelity, after Kandasamy et al. 2017 in the form of mfpbench: at the last epoch it is the
 * true one; before, its peaks are lower by bias · (1 - log epoch / log numEpochs).
 */
export function mfHartmann(point: readonly number[], epoch: number, numEpochs: number, bias: number): number {
  const {widths, centres} = tables[point.length as 3 | 6];
  const missing = 1 - Math.log(epoch) / Math.log(numEpochs);
  return -widths.reduce((sum, width, i) => {
    const distance = width.reduce((total, w, d) => total + w * (point[d]! - centres[i]![d]! / 10_000) ** 2, 0);
    return sum + (weights[i]! - bias * missing) * Math.exp(-distance);
  }, 0);
}

/** A trial's learning curve: the function by epoch, with half-normal noise that ends with the last epoch. */
export function hartmannCurve(
  point: readonly number[],
  numEpochs: number,
  {bias, noise}: {readonly bias: number; readonly noise: number},
  rng: Rng,
): number[] {
  return Array.from({length: numEpochs}, (_, i) => {
    const missing = 1 - Math.log(i + 1) / Math.log(numEpochs);
    return mfHartmann(point, i + 1, numEpochs, bias) + Math.abs(rng.normal()) * noise * missing;
  });
}

/** How far a value is from the least there is. */
export const regretOf = (value: number, dims: 3 | 6): number => value - tables[dims].minimum;
