import {Type} from '@sinclair/typebox';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

/** Mean of |output − target| over all elements, in the target's unit. */
export const meanAbsoluteError = defineMetric({
  type: 'meanAbsoluteError',
  summary: 'Mean of the absolute differences between outputs and targets, in the unit of the target.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanAbsoluteError',
  create: () =>
    meanMetric((batch, outputs) => {
      let sum = 0;
      for (let i = 0; i < outputs.length; i++) sum += Math.abs(outputs[i]! - batch.targets[i]!);
      return {sum, count: outputs.length};
    }),
});
