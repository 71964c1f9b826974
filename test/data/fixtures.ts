import {rejects, throws} from 'node:assert/strict';
import path from 'node:path';
import type {Dataset, DatasetInfo, Split, TargetEncoding} from '../../src/data/dataset.js';
import {describeData} from '../../src/data/describe.js';
import {loadData} from '../../src/data/load.js';
import type {DataSpec} from '../../src/data/section.js';
import type {ErrorCode} from '../../src/support/errors.js';
import {Rng} from '../../src/support/random.js';

/** An IDX file written without the code under test. @param type third byte @param write puts one big-endian number */
export function idxBytes(type: number, shape: readonly number[], values: readonly number[]): Buffer {
  const write = {
    8: (view: DataView, at: number, value: number) => view.setUint8(at, value),
    9: (view: DataView, at: number, value: number) => view.setInt8(at, value),
    11: (view: DataView, at: number, value: number) => view.setInt16(2 * at, value),
    12: (view: DataView, at: number, value: number) => view.setInt32(4 * at, value),
    13: (view: DataView, at: number, value: number) => view.setFloat32(4 * at, value),
    14: (view: DataView, at: number, value: number) => view.setFloat64(8 * at, value),
  }[type]!;
  const width = {8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8}[type]!;
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  const payload = new DataView(new ArrayBuffer(width * values.length));
  values.forEach((value, index) => {
    write(payload, index, value);
  });
  return Buffer.concat([header, new Uint8Array(payload.buffer)]);
}

/** A data section with defaults filled, as the loader makes it. */
export const dataSpec = (source: DataSpec['source'], more: Partial<DataSpec> = {}): DataSpec => ({
  source,
  transforms: [],
  augment: [],
  test: 'atEnd',
  storage: 'auto',
  workers: 'auto',
  ...more,
});

export const idxSource = (more: Partial<Extract<DataSpec['source'], {type: 'idx'}>> = {}) =>
  ({type: 'idx', images: 'images.idx', labels: 'labels.idx', task: 'auto', ...more}) as const;

type SourceOf<T extends DataSpec['source']['type']> = Extract<DataSpec['source'], {type: T}>;

const tableDefaults: Omit<SourceOf<'jsonl'>, 'type' | 'path'> = {
  target: 'y',
  task: 'auto',
  columns: {},
  ignore: [],
  splitSeed: 0,
};

export const csvSource = (more: Partial<SourceOf<'csv'>> = {}): SourceOf<'csv'> => ({
  type: 'csv',
  path: 'table.csv',
  header: true,
  delimiter: ',',
  ...tableDefaults,
  ...more,
});

export const jsonlSource = (more: Partial<SourceOf<'jsonl'>> = {}): SourceOf<'jsonl'> => ({
  type: 'jsonl',
  path: 'table.jsonl',
  ...tableDefaults,
  ...more,
});

export const parquetSource = (more: Partial<SourceOf<'parquet'>> = {}): SourceOf<'parquet'> => ({
  type: 'parquet',
  path: 'table.parquet',
  ...tableDefaults,
  ...more,
});

export const textSource = (more: Partial<SourceOf<'text'>> = {}): SourceOf<'text'> => ({
  type: 'text',
  path: 'text.txt',
  tokens: 'character',
  length: 64,
  lowercase: false,
  ...more,
});

export const npySource = (more: Partial<SourceOf<'npy'>> = {}): SourceOf<'npy'> => ({
  type: 'npy',
  inputs: 'x.npy',
  targets: 'y.npy',
  task: 'auto',
  ...more,
});

export const npzSource = (more: Partial<SourceOf<'npz'>> = {}): SourceOf<'npz'> => ({
  type: 'npz',
  path: 'data.npz',
  inputs: 'x_train',
  targets: 'y_train',
  task: 'auto',
  ...more,
});

export const imageFolderSource = (more: Partial<SourceOf<'imageFolder'>> = {}): SourceOf<'imageFolder'> => ({
  type: 'imageFolder',
  path: '.',
  height: 2,
  width: 2,
  channels: 3,
  fit: 'cover',
  splitSeed: 0,
  maxMegabytes: 2000,
  ...more,
});

/** Files that NumPy and Arrow wrote; `make-files.py` beside them says how. */
export const madeFiles: string = path.join(import.meta.dirname, 'files');

export const syntheticSource = (more: Partial<Extract<DataSpec['source'], {type: 'synthetic'}>> = {}) =>
  ({
    type: 'synthetic',
    pattern: 'blobs',
    numExamples: 30,
    numTest: 0,
    noise: 0.1,
    numClasses: 2,
    numFeatures: 2,
    seed: 0,
    ...more,
  }) as const satisfies DataSpec['source'];

export const irisSource = (testFraction = 0.2) => ({type: 'iris', testFraction, splitSeed: 0}) as const;

export const load = (
  spec: DataSpec,
  baseDir: string = process.cwd(),
  encoding: TargetEncoding = 'classIndex',
  seed = 1,
): Promise<Dataset> => loadData(spec, {baseDir, outputs: {output: {encoding}}, rng: Rng.fromSeed(seed)});

export const describe = (spec: DataSpec, baseDir: string): Promise<DatasetInfo> =>
  describeData(spec, {baseDir, rng: Rng.fromSeed(1)});

/** Of data with one input and one target. */
export const plainInfo = ({inputs, targets, ...counts}: DatasetInfo) => {
  const {shape, ...target} = targets.target!;
  return {...counts, ...target, inputShape: inputs.input!.shape, targetShape: shape};
};

/** All examples of a split, copied out of its batches. */
export function collect(
  split: Split,
  batchSize = 1000,
  order?: Uint32Array,
): {inputs: number[]; targets: number[]; sizes: number[]} {
  const inputs: number[] = [];
  const targets: number[] = [];
  const sizes: number[] = [];
  for (const batch of split.batches(batchSize, order)) {
    for (const value of batch.inputs.input!) inputs.push(value);
    for (const value of batch.targets.output!) targets.push(value);
    sizes.push(batch.size);
  }
  return {inputs, targets, sizes};
}

export interface ExpectedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Fails unless `promise` rejects with exactly this code, message and hint. */
export const rejectsWith = (promise: Promise<unknown>, {code, message, hint}: ExpectedError): Promise<void> =>
  rejects(promise, {name: 'ExpError', code, message, hint});

export const throwsWith = (action: () => unknown, {code, message, hint}: ExpectedError): void =>
  throws(action, {name: 'ExpError', code, message, hint});

/** A path as messages show it. */
export const shown = (dir: string, name: string): string => path.join(path.relative(process.cwd(), dir), name);
