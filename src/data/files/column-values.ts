import type {ArrayFile} from '../storage/array-file.js';
import type {ArrayWriter} from '../storage/array-store.js';

/** Values that a column gathers before they go to a file. A thousand columns then gather 64 MB. */
const blockRows = 8192;

/** The values of a column, one per row. */
export interface ColumnValues {
  readonly numRows: number;
  /** All of them; read anew each time where they are in a file, so take them once, outside of loops. */
  readonly values: Float64Array;
  /** Those of some rows; not for keeping where they are in memory. @param end the row after the last */
  read(start: number, end: number): Float64Array;
}

/** What is to be known of a column in a file besides the file. */
export interface ColumnBlocks {
  readonly numRows: number;
  /** Where blocks of `blockRows` rows start, counted in values; the last may be shorter. */
  readonly blocks: readonly number[];
}

export const valuesInMemory = (values: Float64Array): ColumnValues => ({
  numRows: values.length,
  values,
  read: (start, end) => values.subarray(start, end),
});

/** @param file of single float64 numbers */
export function valuesInFile(file: ArrayFile, {numRows, blocks}: ColumnBlocks): ColumnValues {
  const read = (start: number, end: number): Float64Array => {
    const values = new Float64Array(end - start);
    for (let row = start; row < end; ) {
      const block = Math.floor(row / blockRows);
      const stop = Math.min(end, (block + 1) * blockRows);
      const at = blocks[block]! + (row - block * blockRows);
      values.set(file.readRange(at, at + stop - row), row - start);
      row = stop;
    }
    return values;
  };
  return {
    numRows,
    get values() {
      return read(0, numRows);
    },
    read,
  };
}

/** Collects values in memory, or block by block in a file that other columns share. */
export class ValuesBuilder {
  #values = new Float64Array(64);
  #length = 0;
  readonly #blocks: number[] = [];

  constructor(private readonly spill: BlockSpill | undefined) {}

  push(value: number): void {
    if (this.#length === this.#values.length) this.#makeRoom();
    this.#values[this.#length++] = value;
  }

  /** What was collected; in memory unless there are blocks. */
  finish(): ColumnValues & Partial<Pick<ColumnBlocks, 'blocks'>> {
    const values = this.#values.subarray(0, this.#length);
    if (!this.spill) return valuesInMemory(values);
    const numRows = this.#blocks.length * blockRows + this.#length;
    if (this.#length > 0) this.#blocks.push(this.spill.write(values));
    return {...valuesInMemory(new Float64Array(0)), numRows, blocks: this.#blocks};
  }

  #makeRoom(): void {
    if (this.spill && this.#length === blockRows) {
      this.#blocks.push(this.spill.write(this.#values));
      this.#length = 0;
      return;
    }
    const longer = new Float64Array(2 * this.#length);
    longer.set(this.#values);
    this.#values = longer;
  }
}

/** Where the blocks of all columns of a table go. */
export class BlockSpill {
  #numValues = 0;

  /** @param writer of single float64 numbers */
  constructor(private readonly writer: ArrayWriter) {}

  /** @returns where the block starts, counted in values */
  write(values: Float64Array): number {
    const start = this.#numValues;
    this.writer.append(values);
    this.#numValues += values.length;
    return start;
  }
}
