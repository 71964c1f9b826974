import {Type} from '@sinclair/typebox';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

/** Root of the mean of (output − target)² over all elements of the set, in the target's unit. */
export const rootMeanSquaredError = defineMetric({
  type: 'rootMeanSquaredError',
  summary: 'Root of the mean of the squared differences between outputs and targets, in the unit of the target.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'rootMeanSquaredError',
  create() {
    const mean = meanMetric((batch, outputs) => {
      let sum = 0;
      for (let i = 0; i < outputs.length; i++) sum += (outputs[i]! - batch.targets[i]!) ** 2;
      return {sum, count: outputs.length};
    });
    return {...mean, result: () => Math.sqrt(mean.result())};
  },
});
