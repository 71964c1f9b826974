import {Type} from '@sinclair/typebox';
import {meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

const smallest = 1e-7;

/** Mean of 100 · |output − target| / |target| over all elements; targets count as at least 1e-7, as in Keras. */
export const meanAbsolutePercentageError = defineMetric({
  type: 'meanAbsolutePercentageError',
  summary: 'Mean of the absolute differences in per cent of the target; for targets away from 0.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanAbsolutePercentageError',
  create: () =>
    meanOverElements((output, target) => (100 * Math.abs(output - target)) / Math.max(smallest, Math.abs(target))),
});
