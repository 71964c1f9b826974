import {Type} from '@sinclair/typebox';
import {defineInitializer} from './definition.js';

export const zeros = defineInitializer({
  type: 'zeros',
  summary: 'All zeros.',
  args: Type.Object({}),
  fill: (_args, values) => void values.fill(0),
  stock: (initializers) => initializers.zeros(),
});

export const ones = defineInitializer({
  type: 'ones',
  summary: 'All ones.',
  args: Type.Object({}),
  fill: (_args, values) => void values.fill(1),
  stock: (initializers) => initializers.ones(),
});

export const constant = defineInitializer({
  type: 'constant',
  summary: 'One value everywhere.',
  args: Type.Object({value: Type.Number({examples: [0.1], description: 'The value of every element.'})}),
  fill: ({value}, values) => void values.fill(value),
  stock: (initializers, {value}) => initializers.constant({value}),
});
