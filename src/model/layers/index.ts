import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import type {LayerDefinition} from '../layer.js';
import {activation} from './activation.js';
import {averagePooling2d} from './average-pooling2d.js';
import {batchNormalization} from './batch-normalization.js';
import {concatenate} from './concatenate.js';
import {conv2d} from './conv2d.js';
import {dense} from './dense.js';
import {dot} from './dot.js';
import {dropout} from './dropout.js';
import {flatten} from './flatten.js';
import {globalAveragePooling2d} from './global-average-pooling2d.js';
import {maxPooling2d} from './max-pooling2d.js';
import {add, average, maximum, minimum, multiply, subtract} from './merge.js';
import {reshape} from './reshape.js';

/** Every layer a model can be made of. A new one is a file and a line here. */
export const layers = {
  dense,
  conv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  flatten,
  reshape,
  dropout,
  batchNormalization,
  activation,
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  dot,
} as const satisfies Readonly<Record<string, LayerDefinition<string, TProperties>>>;

/** A layer of a spec; `name` is unique within the model, `inputs` are names of other layers. */
export type LayerSpec = SpecUnion<typeof layers> & {
  readonly name?: string;
  readonly inputs?: string | readonly string[];
};

/** The definition a spec names, with the argument types forgotten. */
export const layerOf = (spec: LayerSpec): LayerDefinition => layers[spec.type];
