import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import type {SearchSpace} from '../space/search-space.js';
import {cmaEs} from './cma-es/cma-es.js';
import type {SamplerDefinition} from './definition.js';
import {grid} from './grid.js';
import {random} from './random.js';
import type {Sampler} from './sampler.js';
import {sobol} from './sobol.js';
import {tpe} from './tpe/tpe.js';

/** Every sampler of the catalogue, by the name users type. */
export const samplers = {grid, random, sobol, tpe, cmaEs} as const;

export type SamplerSpec = SpecUnion<typeof samplers>;

/** The spec's sampler for a space. */
export function buildSampler(spec: SamplerSpec, space: SearchSpace): Sampler {
  const definition: SamplerDefinition<string, TProperties, SamplerSpec> = samplers[spec.type];
  return definition.build(spec, space);
}
