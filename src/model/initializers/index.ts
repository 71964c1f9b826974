import type {TProperties} from '@sinclair/typebox';
import {choiceOf, type SpecUnion} from '../../spec/define.js';
import {constant, ones, zeros} from './constants.js';
import type {InitializerDefinition} from './definition.js';
import {orthogonal} from './orthogonal.js';
import {randomNormal, randomUniform, truncatedNormal} from './random.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  torchUniform,
} from './variance-scaling.js';

/** Every way a weight can start. */
export const initializers = {
  zeros,
  ones,
  constant,
  randomUniform,
  randomNormal,
  truncatedNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  torchUniform,
  orthogonal,
} as const satisfies Readonly<Record<string, InitializerDefinition<string, TProperties>>>;

export type InitializerSpec = SpecUnion<typeof initializers>;

const defaults = {
  glorotUniform: {type: 'glorotUniform'},
  zeros: {type: 'zeros'},
  ones: {type: 'ones'},
  orthogonal: {type: 'orthogonal', gain: 1},
  randomUniform: {type: 'randomUniform', minval: -0.05, maxval: 0.05},
} as const satisfies Partial<Record<keyof typeof initializers, InitializerSpec>>;

/** Schema field of an initializer with its default. */
export const initializerField = (description: string, type: keyof typeof defaults) =>
  choiceOf(initializers, {title: 'initializer', description, shorthand: true, default: defaults[type]});

/** The definition a spec names, with the argument types forgotten. */
export const initializerOf = (spec: InitializerSpec): InitializerDefinition => initializers[spec.type];
