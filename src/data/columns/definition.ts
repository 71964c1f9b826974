import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import type {ExpError} from '../../support/errors.js';
import type {Shape} from '../../support/tensor.js';
import type {FittedValues} from '../dataset.js';

/** A value of a table; undefined where it is missing. */
export type Cell = number | string | undefined;

/** What a column gives for each example. */
export interface ColumnLayout {
  /** [] for one number. */
  readonly shape: Shape;
  /** Present where all values are whole numbers from 0 to numValues − 1, such as tokens: what an embedding has to hold. */
  readonly numValues?: number;
}

/** What is wrong with a cell, or with a column's arguments; the message follows the column's name: `has the category "x", …`. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Writes a cell's numbers from `at` on; what it leaves untouched is 0. @returns why it cannot */
export type CellEncoder = (cell: Cell, into: Float32Array | Int32Array, at: number) => Refusal | undefined;

/** The column that is learnt, for messages. */
export interface Learner {
  readonly name: string;
  /** Makes the error for a column that cannot be learnt from; the message follows the column's name. */
  fail(message: string, hint?: string): ExpError;
}

/**
 * A kind of column: how its cells become numbers. What `fit` learns is plain JSON and, with nothing but that, `encoder` does the same to
 * a new row, in this run or in any later one.
 */
export interface ColumnDefinition<
  Name extends string = string,
  Args extends TProperties = TProperties,
  Fitted extends FittedValues = FittedValues,
> extends Definition<Name, Args> {
  /** What it gives: shapes, ranges. */
  readonly gives: string;
  /** A `columns:` section that uses it. */
  readonly example: string;
  /** How a reader keeps its cells. */
  readonly cells: 'numbers' | 'words';
  /** What is wrong with arguments that the schema accepts. */
  check?(spec: Readonly<Static<TObject<Args>>>): Refusal | undefined;
  /** @param spec one that `check` finds nothing wrong with. @param cells of the rows trained on; may be gone through more than once. @throws what the learner makes */
  fit(spec: Readonly<Static<TObject<Args>>>, cells: Iterable<Cell>, learner: Learner): Fitted;
  layout(fitted: Fitted): ColumnLayout;
  encoder(fitted: Fitted): CellEncoder;
}

/** Types a definition from its arguments and from what it learns. */
export const defineColumn = <const Name extends string, Args extends TProperties, Fitted extends FittedValues>(
  definition: ColumnDefinition<Name, Args, Fitted>,
): ColumnDefinition<Name, Args, Fitted> => definition;

/** Words for a message, the first ten of them. */
export const listWords = (words: readonly string[]): string =>
  words.length > 10 ? `${words.slice(0, 10).join(', ')}, … (${words.length} in all)` : words.join(', ');
