import {Type} from '@sinclair/typebox';
import {sizeOf} from '../../support/tensor.js';
import {joinKept, KeptValues, splitKept} from './kept-values.js';
import {defineMetric} from './metric.js';

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Median over the examples of |output − target|, the mean over the outputs; median_absolute_error of scikit-learn. */
export const medianAbsoluteError = defineMetric({
  type: 'medianAbsoluteError',
  summary:
    'Median of the absolute differences between outputs and targets, in the unit of the target: outliers do not count.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  isCostly: true,
  column: () => 'medianAbsoluteError',
  create(_spec, {outputShape}) {
    const errors = Array.from({length: sizeOf(outputShape)}, () => new KeptValues());
    return {
      update({targets}, outputs) {
        for (let i = 0; i < outputs.length; i++) errors[i % errors.length]!.push(Math.abs(outputs[i]! - targets[i]!));
      },
      result: () => errors.reduce((sum, {values}) => sum + medianOf(values), 0) / errors.length,
      gathered: () => joinKept(errors),
      restore: (gathered) => splitKept(gathered, errors),
      reset() {
        for (const values of errors) values.clear();
      },
    };
  },
});
