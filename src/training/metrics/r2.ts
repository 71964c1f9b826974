import {Type} from '@sinclair/typebox';
import {sizeOf} from '../../support/tensor.js';
import {defineMetric} from './metric.js';

/** Sums of one output over the set; targets are taken relative to the first one, so that a large mean costs no digits. */
interface Sums {
  shift: number;
  deviation: number;
  deviationSquared: number;
  error: number;
}

/** 1 − Σ error² / Σ (target − mean)²; where the targets are all equal 1 for no error at all and 0 otherwise. */
function determination({deviation, deviationSquared, error}: Sums, count: number): number {
  const spread = deviationSquared - deviation ** 2 / count;
  if (spread > 0) return 1 - error / spread;
  return error === 0 ? 1 : 0;
}

/** Coefficient of determination, the mean over the outputs; r2_score of scikit-learn. At most 1, and 0 for always saying the mean. */
export const r2 = defineMetric({
  type: 'r2',
  summary: 'Share of the variance of the targets that the outputs explain (R²); below 0 when the mean would do better.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'values',
  column: () => 'r2',
  create(_spec, {outputShape}) {
    const numOutputs = sizeOf(outputShape);
    let sums: Sums[] = [];
    let count = 0;
    return {
      update(batch, outputs) {
        for (let i = 0; i < outputs.length; i++) {
          const [output, target] = [outputs[i]!, batch.targets[i]!];
          sums[i % numOutputs] ??= {shift: target, deviation: 0, deviationSquared: 0, error: 0};
          const sum = sums[i % numOutputs]!;
          const deviation = target - sum.shift;
          sum.deviation += deviation;
          sum.deviationSquared += deviation ** 2;
          sum.error += (output - target) ** 2;
        }
        count += outputs.length / numOutputs;
      },
      result: () => sums.reduce((total, sum) => total + determination(sum, count), 0) / sums.length,
      reset() {
        [sums, count] = [[], 0];
      },
    };
  },
});
