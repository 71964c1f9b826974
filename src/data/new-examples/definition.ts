import type {FittedValues, InputInfo} from '../dataset.js';
import type {Examples} from '../sources/definition.js';
import type {Notices} from '../storage/keep.js';

/** What a run learnt and was made for: all that new examples need to become its model's inputs. */
export interface SavedData {
  /** By the dotted path of what learnt it, as `Dataset.fitted`. */
  readonly fitted: Readonly<Record<string, FittedValues>>;
  /** Of the model, by input, after the transforms. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
}

/** What to predict, as a person names it. */
export interface NewInput extends Notices {
  /** A file, or a folder of images. */
  readonly path: string;
  /** Which array of an archive. */
  readonly array?: string | undefined;
}

/** Examples of a file without targets, in its order. */
export interface NewExamples {
  /** The file, for messages. */
  readonly shown: string;
  readonly numExamples: number;
  /** As they are before the transforms. */
  readonly inputs: Readonly<Record<string, InputInfo>>;
  /** Whether each example is a file of its own. */
  readonly hasFiles: boolean;
  /** Examples that follow one another; no more of them are held in memory. @param numExamples of a piece, the last one may be shorter */
  pieces(numExamples: number): AsyncIterable<NewPiece>;
  close(): void;
}

/** Some of the examples. */
export interface NewPiece {
  readonly examples: Pick<Examples, 'numExamples' | 'inputs'>;
  /** Which of them, in this order; all by default. */
  readonly rows?: Uint32Array;
  /** Where each example is a file: its path. */
  readonly files?: readonly string[];
}

/** @param start first of them */
export const rowsFrom = (start: number, end: number): Uint32Array =>
  Uint32Array.from({length: end - start}, (_, i) => start + i);
