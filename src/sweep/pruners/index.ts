import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {asha} from './asha.js';
import {lastEpoch} from './curves.js';
import type {PrunerDefinition} from './definition.js';
import {hyperband} from './hyperband.js';
import {median} from './median.js';
import {patience} from './patience.js';
import {percentile} from './percentile.js';
import type {Pruner, PruningContext} from './pruner.js';
import {threshold} from './threshold.js';

/** Every pruner of the catalogue, by the name users type. */
export const pruners = {median, percentile, asha, hyperband, patience, threshold} as const;

export type PrunerSpec = SpecUnion<typeof pruners>;

/**
 * The pruner of a sweep. After a trial's last epoch nothing is left to save: it is never stopped there.
 * @throws ExpError SPEC_INVALID if the words contradict each other, or lack what the sweep does not tell
 */
export function buildPruner(spec: PrunerSpec, context: PruningContext): Pruner {
  const definition: PrunerDefinition<string, TProperties, PrunerSpec> = pruners[spec.type];
  const pruner = definition.build(spec, context);
  const {numEpochs = Number.POSITIVE_INFINITY} = context;
  return {
    comparesTrials: pruner.comparesTrials,
    decide: (request) => ((lastEpoch(request.trial) ?? 0) < numEpochs ? pruner.decide(request) : undefined),
  };
}
