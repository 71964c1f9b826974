import {Type} from '@sinclair/typebox';
import {meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

/** Root of the mean of (output − target)² over all elements of the set, in the target's unit. */
export const rootMeanSquaredError = defineMetric({
  type: 'rootMeanSquaredError',
  summary: 'Root of the mean of the squared differences between outputs and targets, in the unit of the target.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'rootMeanSquaredError',
  create: () => meanOverElements((output, target) => (output - target) ** 2, Math.sqrt),
});
