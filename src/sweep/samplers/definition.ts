import type {TProperties} from '@sinclair/typebox';
import type {Definition, SpecOf} from '../../spec/define.js';
import type {SearchSpace} from '../space/search-space.js';
import type {Sampler} from './sampler.js';

/** A sampler of the catalogue: its arguments, and what makes a `Sampler` of them for a space. */
export interface SamplerDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  build(spec: Spec, space: SearchSpace): Sampler;
}

/** Types a sampler from its own arguments; returns it unchanged. */
export const defineSampler = <const Name extends string, Args extends TProperties>(
  definition: SamplerDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): SamplerDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
