import {closeSync, openSync, readSync} from 'node:fs';
import {ExpError} from '../../support/errors.js';
import {displayPath} from '../files/paths.js';
import {bytesIn, bytesOf, type ElementKind, type Elements, elementsIn, newElements} from './elements.js';

/** Where an array lies in a file. */
export interface ArrayPlace {
  /** Absolute. */
  readonly file: string;
  /** Of the first row. */
  readonly byteOffset: number;
  /** As this machine stores them, rows one after another. */
  readonly kind: ElementKind;
  readonly numRows: number;
  /** Numbers in a row. */
  readonly rowSize: number;
}

/** Where numbers lie, whatever the rows they make. */
export type StoredLayout = Pick<ArrayPlace, 'file' | 'byteOffset' | 'kind'>;

/** An array in a file that is open; plain data, which the threads of a process share. */
export interface OpenArray extends ArrayPlace {
  readonly descriptor: number;
}

/** What is read at a time when an array is read from end to end. */
const blockBytes = 1 << 20;

/**
 * An array in a file, its rows read by their numbers. Nothing of it stays in memory but what the system caches of the file.
 * Reads block the thread: batches are made by loops without a pause.
 */
export class ArrayFile {
  readonly kind: ElementKind;
  readonly numRows: number;
  readonly rowSize: number;
  readonly #rowBytes: number;
  #scratch = new Uint8Array(0);

  /** @throws ExpError */
  static open(place: ArrayPlace): ArrayFile {
    try {
      return new ArrayFile({...place, descriptor: openSync(place.file, 'r')});
    } catch (error) {
      throw changed(place.file, (error as Error).message);
    }
  }

  constructor(readonly place: OpenArray) {
    this.kind = place.kind;
    this.numRows = place.numRows;
    this.rowSize = place.rowSize;
    this.#rowBytes = place.rowSize * bytesOf(place.kind);
  }

  /** Numbers in all. */
  get length(): number {
    return this.numRows * this.rowSize;
  }

  /**
   * Copies rows as floats, one after another. Rows that follow each other are read at one go.
   * @param into [rows.length × rowSize] @throws ExpError if the file has been cut or taken away
   */
  readRows(rows: Uint32Array, into: Float32Array): void {
    // A view for each row would take as long as reading it.
    const bytes = this.kind === 'float32' ? bytesIn(into) : undefined;
    for (let start = 0; start < rows.length; ) {
      let end = start + 1;
      while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++;
      if (bytes) this.#read(bytes, start * this.#rowBytes, rows[start]!, end - start);
      else into.set(this.#scratchRows(rows[start]!, end - start), start * this.rowSize);
      start = end;
    }
  }

  /** Some rows as they are, in an array of their own. @param end the row after the last @throws ExpError */
  readRange(start: number, end: number): Elements {
    const values = newElements(this.kind, (end - start) * this.rowSize);
    this.#read(bytesIn(values), 0, start, end - start);
    return values;
  }

  /** All rows in pieces, each of them valid until the next. @throws ExpError */
  *pieces(): Generator<{readonly start: number; readonly values: Elements}> {
    const numAtOnce = Math.max(1, Math.floor(blockBytes / this.#rowBytes));
    for (let start = 0; start < this.numRows; start += numAtOnce) {
      yield {start, values: this.#scratchRows(start, Math.min(numAtOnce, this.numRows - start))};
    }
  }

  /** Nothing can be read after it, in other threads neither. */
  close(): void {
    closeSync(this.place.descriptor);
  }

  #scratchRows(start: number, count: number): Elements {
    const numBytes = count * this.#rowBytes;
    if (this.#scratch.length < numBytes) this.#scratch = new Uint8Array(numBytes);
    this.#read(this.#scratch, 0, start, count);
    return elementsIn(this.kind, this.#scratch.buffer, 0, count * this.rowSize);
  }

  #read(into: Uint8Array, at: number, startRow: number, count: number): void {
    const {file, byteOffset, descriptor} = this.place;
    if (startRow + count > this.numRows) throw new RangeError(`row ${startRow + count - 1} of ${this.numRows}`);
    const numBytes = count * this.#rowBytes;
    let position = byteOffset + startRow * this.#rowBytes;
    for (let done = 0; done < numBytes; ) {
      const numRead = readSync(descriptor, into, at + done, numBytes - done, position);
      if (numRead === 0) throw changed(file, `it ends at byte ${position}`);
      done += numRead;
      position += numRead;
    }
  }
}

const changed = (file: string, what: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} changed while it was in use: ${what}`,
    'leave data and cache alone while a run reads them, and start it again',
  );
