import type {SpecUnion} from '../../spec/define.js';
import {cifar10, cifar100} from './cifar.js';
import {csv} from './csv.js';
import type {SourceDefinition} from './definition.js';
import {fashionMnist} from './fashion-mnist.js';
import {idx} from './idx.js';
import {imageFolder} from './image-folder.js';
import {iris} from './iris.js';
import {jsonl} from './jsonl.js';
import {mnist} from './mnist.js';
import {npy} from './npy.js';
import {npz} from './npz.js';
import {parquet} from './parquet.js';
import {synthetic} from './synthetic.js';
import {text} from './text.js';

/** Every data source by name. */
export const sources = {
  mnist,
  fashionMnist,
  cifar10,
  cifar100,
  iris,
  synthetic,
  csv,
  jsonl,
  parquet,
  text,
  idx,
  npy,
  npz,
  imageFolder,
} as const satisfies Readonly<Record<string, SourceDefinition>>;

export type SourceSpec = SpecUnion<typeof sources>;
