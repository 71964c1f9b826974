import type {Rng} from '../../support/random.js';
import type {PlainExamples} from './plain-source.js';

/** What the formulas read of the arguments. */
export interface PatternArgs {
  readonly noise: number;
  readonly numClasses: number;
  readonly numFeatures: number;
}

/** Fixes what training and test examples share (the weights of `linear`); the result draws examples. */
type Pattern = (args: PatternArgs, shared: Rng) => (numExamples: number, rng: Rng) => PlainExamples;

/** Classes come in turn, so every prefix is balanced. @param point writes one example's coordinates. */
const classes =
  (
    numClasses: number,
    numFeatures: number,
    point: (row: Float32Array, label: number, index: number, rng: Rng) => void,
  ) =>
  (numExamples: number, rng: Rng): PlainExamples => {
    const inputs = new Float32Array(numExamples * numFeatures);
    const targets = numClasses > 256 ? new Int32Array(numExamples) : new Uint8Array(numExamples);
    for (let i = 0; i < numExamples; i++) {
      targets[i] = i % numClasses;
      point(inputs.subarray(i * numFeatures, (i + 1) * numFeatures), i % numClasses, i, rng);
    }
    return {numExamples, inputs, targets};
  };

const xor: Pattern = ({noise}) => {
  // Corners in the order 00, 01, 11, 10, so that the classes 0, 1, 0, 1 take turns.
  const corners = [0, 0, 0, 1, 1, 1, 1, 0];
  return classes(2, 2, (row, _, index, rng) => {
    for (let axis = 0; axis < 2; axis++) row[axis] = corners[(index % 4) * 2 + axis]! + noise * rng.normal();
  });
};

const blobs: Pattern = ({noise, numClasses, numFeatures}) =>
  classes(numClasses, numFeatures, (row, label, _, rng) => {
    const angle = (2 * Math.PI * label) / numClasses;
    for (let axis = 0; axis < numFeatures; axis++) {
      const center = axis === 0 ? Math.cos(angle) : axis === 1 ? Math.sin(angle) : 0;
      row[axis] = center + noise * rng.normal();
    }
  });

const spirals: Pattern = ({noise, numClasses}) =>
  classes(numClasses, 2, (row, label, _, rng) => {
    const radius = rng.uniform();
    const angle = 2 * Math.PI * (label / numClasses + radius);
    row[0] = radius * Math.cos(angle) + noise * rng.normal();
    row[1] = radius * Math.sin(angle) + noise * rng.normal();
  });

const linear: Pattern = ({noise, numFeatures}, shared) => {
  const weights = Float64Array.from({length: numFeatures}, () => shared.normal());
  const bias = shared.normal();
  return (numExamples, rng) => {
    const inputs = new Float32Array(numExamples * numFeatures);
    const targets = new Float32Array(numExamples);
    for (let i = 0; i < numExamples; i++) {
      let sum = bias;
      for (let j = 0; j < numFeatures; j++) {
        const x = Math.fround(rng.normal());
        inputs[i * numFeatures + j] = x;
        sum += weights[j]! * x;
      }
      targets[i] = sum + noise * rng.normal();
    }
    return {numExamples, inputs, targets};
  };
};

/** The formulas by name. */
export const patterns = {xor, blobs, spirals, linear} as const satisfies Readonly<Record<string, Pattern>>;

export type PatternName = keyof typeof patterns;
