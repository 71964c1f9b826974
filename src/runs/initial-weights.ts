import type {LeftWeight} from '../model/init/match-weights.js';
import type {RunCheckpoint} from './run-weights.js';

/** What a model starts from, other than random numbers: `init` in plan.json, so that a run can be traced to where its weights came from. */
export interface InitialWeights {
  /** A path or an address, as people read it. */
  readonly from: string;
  /** If it is a run: the name of its folder, and which of its weights. */
  readonly run?: string;
  readonly checkpoint?: RunCheckpoint;
  /** Everything that was read. */
  readonly files: readonly {readonly path: string; readonly sha256: string}[];
  /** Weights of the model, each with the arrays it was made of where they have other names. */
  readonly loaded: readonly {readonly name: string; readonly from?: readonly string[]}[];
  /** Weights that start as their initializers say. */
  readonly left: readonly LeftWeight[];
  /** Arrays of the file that went nowhere. */
  readonly unused: readonly string[];
}
