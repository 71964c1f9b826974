import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D} from '@tensorflow/tfjs-core';
import type {FusedCell} from './fused.js';

/** An activation as the cell applies it. */
export type Activate = (x: Tensor2D) => Tensor2D;

/** What a cell computes its steps from. All sizes in units; G is the cell's number of gates. */
export interface CellParts {
  readonly units: number;
  /** [units, G · units] */
  readonly recurrentKernel: Tensor2D;
  /** [G · units], added to the recurrent product; only for cells that have one. */
  readonly recurrentBias: Tensor | undefined;
  readonly activate: Activate;
  /** For gates. */
  readonly activateGate: Activate;
  /** Recurrent dropout: what the recurrent product sees of the last output. */
  readonly dropState: Activate;
}

/**
 * One step: from the inputs' share of the gates ([batch, G · units], bias included) and the states ([batch, units] each) to the
 * next states, of which the first is the output.
 */
export type CellStep = (projected: Tensor2D, states: readonly Tensor2D[]) => readonly [Tensor2D, ...Tensor2D[]];

/**
 * The arithmetic of a kind of recurrent layer. A layer multiplies the inputs of all time steps by the kernel at once; what is left
 * for each step is one product with the last output and a few element-wise kernels.
 */
export interface RecurrentCell {
  /** How many vectors of `units` a step's products make. */
  readonly numGates: number;
  /** What its states are called, in their order; the first is the output. */
  readonly states: readonly [string, ...string[]];
  /** The bias is [2, G · units]: one for the inputs' product, one for the recurrent one. */
  readonly hasRecurrentBias: boolean;
  start(tf: typeof tfjs, parts: CellParts): CellStep;
  /** The same with a gradient of its own, where all activations are the standard ones: tanh, and sigmoid for gates. */
  readonly fused?: FusedCell;
}

/** Columns [from, to) · units of a matrix. */
export const columns = (tf: typeof tfjs, matrix: Tensor2D, units: number, from: number, to: number): Tensor2D =>
  tf.slice(matrix, [0, from * units], [-1, (to - from) * units]);
