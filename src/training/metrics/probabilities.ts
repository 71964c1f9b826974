import {numClassesOf} from './class-rows.js';
import type {MetricContext} from './metric.js';

/** log(1 + e^x) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The outputs of one row, or of one yes/no question, as probabilities in double precision. */
export interface Probabilities {
  /** Of the classes. The array is used again by the next call. @param start where the row begins */
  ofRow(outputs: Float32Array, start: number): Float64Array;
  ofYes(output: number): number;
}

/** Softmax and sigmoid, or nothing where the model's outputs are probabilities already. */
export function probabilitiesOf(context: MetricContext): Probabilities {
  const row = new Float64Array(numClassesOf(context));
  const areOutputs = context.outputs === 'probabilities';
  return {
    ofRow(outputs, start) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < row.length; i++) {
        row[i] = outputs[start + i]!;
        largest = Math.max(largest, row[i]!);
      }
      if (areOutputs) return row;
      let sum = 0;
      for (let i = 0; i < row.length; i++) {
        row[i] = Math.exp(row[i]! - largest);
        sum += row[i]!;
      }
      for (let i = 0; i < row.length; i++) row[i]! /= sum;
      return row;
    },
    ofYes: (output) => (areOutputs ? output : 1 / (1 + Math.exp(-output))),
  };
}
