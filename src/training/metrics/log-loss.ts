import {Type} from '@sinclair/typebox';
import {classOf, isYesNo} from './class-rows.js';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

const smallest = 1e-7;
const surprise = (probability: number): number => -Math.log(Math.max(smallest, probability));

/** log(1 + e^x) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * Mean of −log of the probability given to the right answer, in nats: log_loss of scikit-learn. What a cross-entropy loss is without
 * smoothing, weights and the layers' penalties; probabilities (not logits) are raised to 1e-7.
 */
export const logLoss = defineMetric({
  type: 'logLoss',
  summary: 'Cross-entropy of the right answers, without the penalties and smoothing that the loss may include.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'classes',
  column: () => 'logLoss',
  create(_spec, context) {
    const numClasses = context.outputShape.at(-1) ?? 1;
    const isProbability = context.outputs === 'probabilities';
    if (isYesNo(context)) {
      return meanMetric((batch, outputs) => {
        let sum = 0;
        for (let i = 0; i < outputs.length; i++) {
          const [output, target] = [outputs[i]!, batch.targets[i]!];
          sum += isProbability
            ? target * surprise(output) + (1 - target) * surprise(1 - output)
            : softplus(output) - target * output;
        }
        return {sum, count: outputs.length};
      });
    }
    return meanMetric((batch, outputs) => {
      const count = outputs.length / numClasses;
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const start = row * numClasses;
        const right = outputs[start + classOf(batch, row, numClasses, context.encoding)]!;
        if (isProbability) {
          sum += surprise(right);
          continue;
        }
        let largest = Number.NEGATIVE_INFINITY;
        for (let i = start; i < start + numClasses; i++) largest = Math.max(largest, outputs[i]!);
        let exponentials = 0;
        for (let i = start; i < start + numClasses; i++) exponentials += Math.exp(outputs[i]! - largest);
        sum += Math.log(exponentials) + largest - right;
      }
      return {sum, count};
    });
  },
});
