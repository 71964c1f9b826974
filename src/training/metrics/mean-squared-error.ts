import {Type} from '@sinclair/typebox';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

/** Mean of (output − target)² over all elements; the meanSquaredError loss without regularization penalties. */
export const meanSquaredError = defineMetric({
  type: 'meanSquaredError',
  summary: 'Mean of the squared differences between outputs and targets, without the penalties that the loss includes.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanSquaredError',
  create: () =>
    meanMetric((batch, outputs) => {
      let sum = 0;
      for (let i = 0; i < outputs.length; i++) sum += (outputs[i]! - batch.targets[i]!) ** 2;
      return {sum, count: outputs.length};
    }),
});
