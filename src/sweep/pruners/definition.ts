import type {TProperties} from '@sinclair/typebox';
import type {Definition, SpecOf} from '../../spec/define.js';
import {keyHints} from './key-hints.js';
import type {Pruner, PruningContext} from './pruner.js';

/** A pruner of the catalogue: how it is written in a sweep, and how it is made. */
export interface PrunerDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  /** @throws ExpError SPEC_INVALID if its words contradict each other, or lack what the sweep does not tell */
  build(spec: Spec, context: PruningContext): Pruner;
}

/** Types a pruner from its own arguments, and has them answer to the names that others give them. */
export const definePruner = <const Name extends string, Args extends TProperties>(
  definition: PrunerDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): PrunerDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => ({
  ...definition,
  args: {...definition.args, 'x-hints': keyHints(Object.keys(definition.args.properties))},
});
