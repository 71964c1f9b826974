import {Type} from '@sinclair/typebox';
import {defineMetric} from './metric.js';

/** The largest |output − target| of all elements of the set, in the target's unit; max_error of scikit-learn. */
export const maxError = defineMetric({
  type: 'maxError',
  summary: 'The largest absolute difference between an output and its target, in the unit of the target.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'maxError',
  create() {
    let largest = Number.NEGATIVE_INFINITY;
    return {
      update({targets}, outputs) {
        for (let i = 0; i < outputs.length; i++) largest = Math.max(largest, Math.abs(outputs[i]! - targets[i]!));
      },
      result: () => (largest < 0 ? Number.NaN : largest),
      gathered: () => Float64Array.of(largest),
      restore(gathered) {
        largest = gathered[0]!;
      },
      reset() {
        largest = Number.NEGATIVE_INFINITY;
      },
    };
  },
});
