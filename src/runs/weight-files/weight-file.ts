import type {ArrayInfo} from '../../model/init/match-weights.js';

/** A file of weights, or a folder of several, opened: what it holds is known, the numbers are read when asked for. */
export interface WeightFile {
  readonly format: 'safetensors' | 'npz' | 'tfjs';
  /** Absolute paths of everything that is read. */
  readonly files: readonly string[];
  /** By name, in the file's order. */
  readonly arrays: ReadonlyMap<string, ArrayInfo>;
  /** The numbers of an array without a `problem`, as 32-bit floats. @throws ExpError DATA_INVALID */
  read(name: string): Promise<Float32Array>;
}
