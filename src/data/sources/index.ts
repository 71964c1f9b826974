import type {SpecUnion} from '../../spec/define.js';
import {csv} from './csv.js';
import type {SourceDefinition} from './definition.js';
import {idx} from './idx.js';
import {iris} from './iris.js';
import {mnist} from './mnist.js';
import {synthetic} from './synthetic.js';

/** Every data source by name. */
export const sources = {mnist, iris, synthetic, csv, idx} as const satisfies Readonly<Record<string, SourceDefinition>>;

export type SourceSpec = SpecUnion<typeof sources>;
