import {Type} from '@sinclair/typebox';
import {isYesNo, judgeRows, numClassesOf} from './class-rows.js';
import {meanMetric, meanOverElements} from './mean.js';
import {defineMetric, type Metric, type MetricContext} from './metric.js';
import {softplus} from './probabilities.js';

const smallest = 1e-7;
const surprise = (probability: number): number => -Math.log(Math.max(smallest, probability));

/** Mean of −log of the probability given to the right answer, and a function of it where one is given. */
function surpriseMetric(context: MetricContext, resultOf?: (mean: number) => number): Metric {
  const numClasses = numClassesOf(context);
  const isProbability = context.outputs === 'probabilities';
  if (isYesNo(context)) {
    const each = isProbability
      ? (output: number, target: number) => target * surprise(output) + (1 - target) * surprise(1 - output)
      : (output: number, target: number) => softplus(output) - target * output;
    return meanOverElements(each, resultOf);
  }
  return meanMetric((examples, outputs) => {
    let sum = 0;
    const count = judgeRows(context, examples, outputs, (start, truth) => {
      const right = outputs[start + truth]!;
      if (isProbability) {
        sum += surprise(right);
        return;
      }
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = start; i < start + numClasses; i++) largest = Math.max(largest, outputs[i]!);
      let exponentials = 0;
      for (let i = start; i < start + numClasses; i++) exponentials += Math.exp(outputs[i]! - largest);
      sum += Math.log(exponentials) + largest - right;
    });
    return {sum, count};
  }, resultOf);
}

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
  needsProbabilities: true,
  column: () => 'logLoss',
  create: (_spec, context) => surpriseMetric(context),
});

/** e to the power of {@link logLoss}: among how many equally likely classes the model seems to guess; 1 at best. Perplexity of KerasHub. */
export const perplexity = defineMetric({
  type: 'perplexity',
  summary:
    'e to the power of logLoss, for language models: among how many equally likely tokens the model seems to guess.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'classes',
  needsProbabilities: true,
  column: () => 'perplexity',
  create: (_spec, context) => surpriseMetric(context, Math.exp),
});
