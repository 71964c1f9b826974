import type {ExpError} from '../../support/errors.js';
import {isShape, type Shape} from '../../support/tensor.js';

/** How an array was made smaller: halves, or whole numbers that times `scale` plus `min` are the values. */
export type Quantization =
  | {readonly dtype: 'float16'}
  | {readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number};

/** An array as model.json describes it. */
export interface ManifestWeight {
  readonly name: string;
  readonly shape: Shape;
  /** Per number in the shards. */
  readonly bytes: number;
  readonly quantization?: Quantization;
  /** Why it cannot be a weight. */
  readonly problem?: string;
}

/** Arrays that lie behind each other in some shards. */
export interface ManifestGroup {
  /** Names of the shards, as written. */
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
}

const typeBytes: Readonly<Record<string, number>> = {float32: 4, int32: 4, bool: 1, complex64: 8};
const quantizedBytes = {float16: 2, uint8: 1, uint16: 2} as const;

/** The `weightsManifest` of a model.json. @throws what `invalid` makes of a reason */
export function readManifest(json: string, invalid: (what: string) => ExpError): readonly ManifestGroup[] {
  let model: unknown;
  try {
    model = JSON.parse(json);
  } catch {
    throw invalid('it is not JSON');
  }
  const manifest = fieldOf(model, 'weightsManifest');
  if (!Array.isArray(manifest)) throw invalid('it has no weightsManifest');
  return manifest.map((group: unknown) => {
    const paths = fieldOf(group, 'paths');
    const weights = fieldOf(group, 'weights');
    if (
      !Array.isArray(paths) ||
      !paths.every((name): name is string => typeof name === 'string') ||
      !Array.isArray(weights)
    )
      throw invalid('its weightsManifest lacks paths or weights');
    return {paths, weights: weights.map((weight: unknown) => weightOf(weight, invalid))};
  });
}

function weightOf(weight: unknown, invalid: (what: string) => ExpError): ManifestWeight {
  const name = fieldOf(weight, 'name');
  const shape = fieldOf(weight, 'shape');
  const dtype = fieldOf(weight, 'dtype');
  if (typeof name !== 'string' || !isShape(shape) || typeof dtype !== 'string')
    throw invalid(`it describes ${typeof name === 'string' ? name : 'a weight'} incompletely`);
  const written = fieldOf(weight, 'quantization');
  if (written !== undefined) {
    const quantization = quantizationOf(written);
    if (!quantization) throw invalid(`it describes the quantization of ${name} incompletely`);
    return {name, shape, bytes: quantizedBytes[quantization.dtype], quantization, ...problemOf(dtype)};
  }
  const bytes = typeBytes[dtype];
  if (bytes === undefined) throw invalid(`${name} is of a type ${dtype} that cannot be read`);
  return {name, shape, bytes, ...problemOf(dtype)};
}

const problemOf = (dtype: string): {readonly problem?: string} =>
  dtype === 'float32' ? {} : {problem: `holds ${dtype}; weights are float32`};

function quantizationOf(written: unknown): Quantization | undefined {
  const dtype = fieldOf(written, 'dtype');
  if (dtype === 'float16') return {dtype};
  const scale = fieldOf(written, 'scale');
  const min = fieldOf(written, 'min');
  if ((dtype !== 'uint8' && dtype !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number')
    return undefined;
  return {dtype, scale, min};
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
