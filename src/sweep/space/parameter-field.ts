import type {Json} from './distribution.js';

/** How a parameter may be written. */
export type ParameterSpec = readonly Json[] | ParameterMap;

/** Exactly one of `values`, `min` with `max`, and `repeat` is there. */
export interface ParameterMap {
  readonly values?: readonly Json[];
  readonly min?: number;
  readonly max?: number;
  readonly scale?: 'linear' | 'log';
  readonly step?: number;
  readonly type?: 'int' | 'float';
  /** How many times a list item stands, one behind the other. */
  readonly repeat?: number | readonly number[] | {readonly [key: string]: Json};
  /** The item, or the items, that `repeat` is about; parts of it may be written like parameters. */
  readonly of?: Json;
  readonly when?: string;
}

const when = {
  type: 'string',
  minLength: 1,
  description: 'The parameter counts only where this condition holds: training.optimizer.type == "sgd".',
} as const;

/** A parameter that is written as a map. */
export const parameterMap = {
  type: 'object',
  additionalProperties: false,
  title: 'parameter',
  description: 'Values to choose from, or a range, or a list item that is repeated.',
  properties: {
    values: {
      'x-expected': 'a list of values, at least one',
      type: 'array',
      items: {},
      minItems: 1,
      description: 'Values to choose from, in no order; any values of YAML.',
    },
    min: {type: 'number', description: 'Smallest value of a range.'},
    max: {type: 'number', description: 'Largest value of a range.'},
    scale: {
      type: 'string',
      enum: ['linear', 'log'],
      description:
        'log: what counts is the ratio of values, so that 0.001 to 0.01 is as wide as 0.01 to 0.1. linear when left out.',
    },
    step: {
      type: 'number',
      exclusiveMinimum: 0,
      description: 'Only min, min + step, min + 2 · step, … up to max; above 0.',
    },
    type: {
      type: 'string',
      enum: ['int', 'float'],
      description:
        'Whole numbers or any. When left out: whole ones where min, max and step are, and the experiment wants them.',
    },
    repeat: {
      anyOf: [
        {type: 'array', items: {type: 'integer', minimum: 0}, minItems: 1},
        {type: 'object', additionalProperties: {}},
        {type: 'integer', minimum: 0},
      ],
      'x-expected': 'a range {min: 1, max: 3}, or a list of counts',
      description: 'Of a list item: how many times it stands there, one behind the other: {min: 1, max: 3}.',
    },
    of: {
      description:
        'What is repeated, a list item or a list of them, with ranges in place of values; the item of the experiment when left out.',
    },
    when,
  },
  'x-hints': {
    low: 'write `min` and `max`',
    high: 'write `min` and `max`',
    choices: 'write `values`',
    value: 'a fixed value belongs into `overrides`',
    distribution: 'write {min, max}, with `scale: log` for a logarithmic range, or {values: [...]}',
    log: 'write `scale: log`',
    q: 'write `step`',
  },
} as const;

/** The schema of one parameter. */
export const parameterField = {
  anyOf: [{type: 'array', items: {}, minItems: 1}, parameterMap],
  'x-expected': 'a list of values, {values: [...]}, {min, max}, or {repeat, of}',
} as const;
