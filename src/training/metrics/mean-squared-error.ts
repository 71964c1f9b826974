import {Type} from '@sinclair/typebox';
import {meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

/** Mean of (output − target)² over all elements; the meanSquaredError loss without regularization penalties. */
export const meanSquaredError = defineMetric({
  type: 'meanSquaredError',
  summary: 'Mean of the squared differences between outputs and targets, without the penalties that the loss includes.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanSquaredError',
  create: () => meanOverElements((output, target) => (output - target) ** 2),
});
