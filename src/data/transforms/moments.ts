import type {ExamplePass} from './definition.js';

/**
 * Mean and population standard deviation per channel in double precision, in two passes (no cancellation).
 * A constant channel has std 1, as in scikit-learn's StandardScaler, so that dividing by it is harmless.
 */
export function momentsOf(pass: ExamplePass, numChannels: number): {mean: number[]; std: number[]} {
  const mean = new Float64Array(numChannels);
  let numValues = 0;
  for (const values of pass()) {
    for (let i = 0; i < values.length; ) for (let c = 0; c < numChannels; c++, i++) mean[c]! += values[i]!;
    numValues += values.length / numChannels;
  }
  for (let c = 0; c < numChannels; c++) mean[c]! /= numValues;
  const squares = new Float64Array(numChannels);
  for (const values of pass()) {
    for (let i = 0; i < values.length; ) {
      for (let c = 0; c < numChannels; c++, i++) squares[c]! += (values[i]! - mean[c]!) ** 2;
    }
  }
  const std = Array.from(squares, (sum, c) => {
    const deviation = Math.sqrt(sum / numValues);
    return deviation > 1e-10 * Math.abs(mean[c]!) ? deviation : 1;
  });
  return {mean: Array.from(mean), std};
}
