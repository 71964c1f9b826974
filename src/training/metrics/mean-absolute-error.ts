import {Type} from '@sinclair/typebox';
import {meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

/** Mean of |output − target| over all elements, in the target's unit. */
export const meanAbsoluteError = defineMetric({
  type: 'meanAbsoluteError',
  summary: 'Mean of the absolute differences between outputs and targets, in the unit of the target.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanAbsoluteError',
  create: () => meanOverElements((output, target) => Math.abs(output - target)),
});
