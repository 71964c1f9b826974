import type {serialization} from '@tensorflow/tfjs-core';
import type {RecurrentCell} from './cell.js';
import type {RecurrentArguments} from './fields.js';

/** What tells an lstm from a gru, arguments included. */
export interface RecurrentKind {
  readonly cell: RecurrentCell;
  readonly args: RecurrentArguments;
  /** For the gates; only of cells that have some. */
  readonly recurrentActivation?: RecurrentArguments['activation'];
  /** Whether the bias starts with ones where the forget gate of an lstm reads it. */
  readonly forgetOnes?: boolean;
  /** Of the stock layer that a saved model names. */
  readonly className: string;
  /** What that one has beside the arguments which all share. */
  readonly config?: serialization.ConfigDict;
}
