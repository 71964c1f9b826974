import {Type} from '@sinclair/typebox';
import {defineInitializer} from './definition.js';
import {fillNormal, fillTruncatedNormal, fillUniform} from './distributions.js';

const normalArguments = Type.Object({
  mean: Type.Number({default: 0, description: 'Mean.'}),
  stddev: Type.Number({default: 0.05, minimum: 0, description: 'Standard deviation, at least 0.'}),
});

export const randomUniform = defineInitializer({
  type: 'randomUniform',
  summary: 'Uniform in [minval, maxval).',
  args: Type.Object({
    minval: Type.Number({default: -0.05, description: 'Smallest value.'}),
    maxval: Type.Number({default: 0.05, description: 'Largest value, not reached.'}),
  }),
  fill: ({minval, maxval}, values, _shape, _fans, rng) => fillUniform(values, minval, maxval, rng),
  stock: (initializers, {minval, maxval}) => initializers.randomUniform({minval, maxval}),
});

export const randomNormal = defineInitializer({
  type: 'randomNormal',
  summary: 'Normal with a given mean and standard deviation.',
  args: normalArguments,
  fill: ({mean, stddev}, values, _shape, _fans, rng) => fillNormal(values, mean, stddev, rng),
  stock: (initializers, {mean, stddev}) => initializers.randomNormal({mean, stddev}),
});

export const truncatedNormal = defineInitializer({
  type: 'truncatedNormal',
  summary: 'Normal; values beyond two standard deviations are drawn again.',
  args: normalArguments,
  fill: ({mean, stddev}, values, _shape, _fans, rng) => fillTruncatedNormal(values, mean, stddev, rng),
  stock: (initializers, {mean, stddev}) => initializers.truncatedNormal({mean, stddev}),
});
