import type {SpecUnion} from '../../spec/define.js';
import {categorical} from './categorical.js';
import type {ColumnDefinition} from './definition.js';
import {image} from './image.js';
import {numeric} from './numeric.js';
import {text} from './text.js';

/** Every kind of column by name. */
export const columnKinds = {numeric, categorical, text, image} as const satisfies Readonly<
  Record<string, ColumnDefinition>
>;

export type ColumnSpec = SpecUnion<typeof columnKinds>;

export type ColumnKindName = keyof typeof columnKinds;
