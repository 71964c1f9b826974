import {Type} from '@sinclair/typebox';
import {meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

const logarithm = (value: number): number => Math.log1p(Math.max(0, value));

/** Mean of (log(1 + output) − log(1 + target))² over all elements, negative numbers counting as 0; MeanSquaredLogarithmicError of Keras. */
export const meanSquaredLogarithmicError = defineMetric({
  type: 'meanSquaredLogarithmicError',
  summary: 'Mean of the squared differences of the logarithms of 1 + output and 1 + target: ratios count.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'values',
  column: () => 'meanSquaredLogarithmicError',
  create: () => meanOverElements((output, target) => (logarithm(output) - logarithm(target)) ** 2),
});
