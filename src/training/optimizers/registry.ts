import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {adadelta} from './adadelta.js';
import {adafactor} from './adafactor.js';
import {adagrad} from './adagrad.js';
import {adam} from './adam.js';
import {adamax} from './adamax.js';
import {adamw} from './adamw.js';
import {lamb} from './lamb.js';
import {lion} from './lion.js';
import {nadam} from './nadam.js';
import {radam} from './radam.js';
import {rmsprop} from './rmsprop.js';
import type {OptimizerDefinition, RuleChoice} from './rule.js';
import {sgd} from './sgd.js';

/** Every optimizer of the catalogue, by the name users type. */
export const optimizers = {
  sgd,
  adam,
  adamw,
  nadam,
  radam,
  adamax,
  adagrad,
  adadelta,
  rmsprop,
  lion,
  lamb,
  adafactor,
} as const;

export type OptimizerSpec = SpecUnion<typeof optimizers>;

/** The spec's optimizer as arithmetic. */
export function optimizerRule(spec: OptimizerSpec): RuleChoice {
  const definition: OptimizerDefinition<string, TProperties, OptimizerSpec> = optimizers[spec.type];
  return definition.rule(spec);
}
