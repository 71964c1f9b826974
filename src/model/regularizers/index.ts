import {type TProperties, Type} from '@sinclair/typebox';
import {choiceOf, type SpecUnion} from '../../spec/define.js';
import type {RegularizerDefinition} from './definition.js';
import {l1, l1l2, l2} from './norms.js';

/** Every penalty a weight can carry. */
export const regularizers = {l1, l2, l1l2} as const satisfies Readonly<
  Record<string, RegularizerDefinition<string, TProperties>>
>;

export type RegularizerSpec = SpecUnion<typeof regularizers>;

/** Optional schema field of a regularizer; none by default. */
export const regularizerField = (description: string) =>
  Type.Optional(choiceOf(regularizers, {title: 'regularizer', description, shorthand: true}));

/** The definition a spec names, with the argument types forgotten. */
export const regularizerOf = (spec: RegularizerSpec): RegularizerDefinition => regularizers[spec.type];
