import type {SpecUnion} from '../../spec/define.js';
import type {TransformDefinition} from './definition.js';
import {normalize} from './normalize.js';
import {rescale} from './rescale.js';
import {reshape} from './reshape.js';
import {toFloat} from './to-float.js';

/** Every transform by name. */
export const transforms = {rescale, toFloat, normalize, reshape} as const satisfies Readonly<
  Record<string, TransformDefinition>
>;

export type TransformSpec = SpecUnion<typeof transforms>;
