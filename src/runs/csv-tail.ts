import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {parse} from 'csv-parse/sync';
import type {CsvRow} from './run.js';

const lineFeed = 0x0a;
const quote = '"';

/** A CSV file of numbers that another process appends to: reads what was added since the last look, whole rows only. */
export class CsvTail {
  #columns: readonly string[] | undefined;
  #offset = 0;
  #inode: number | undefined;

  constructor(readonly path: string) {}

  /**
   * Rows that were added since the last call; `isNew` when the file is another one than before (shorter, or put in its place), so that these are
   * all there are. A file that is not there, is being replaced or cannot be read has none; a row that is no row of the table is left out.
   */
  read(): {readonly rows: readonly CsvRow[]; readonly isNew: boolean} {
    const {text, isNew} = this.#readText();
    const lines = text.split(/\r?\n/).filter(Boolean);
    const rows = lines.flatMap((line) => {
      if (this.#columns) return rowOf(line, this.#columns);
      this.#columns = line.includes(quote) ? (parse(line) as string[][])[0]! : line.split(',');
      return [];
    });
    return {rows, isNew};
  }

  /** Whole lines behind the last place. */
  #readText(): {readonly text: string; readonly isNew: boolean} {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, 'r');
    } catch {
      return {text: '', isNew: false};
    }
    try {
      const {size, ino} = fstatSync(descriptor);
      const isNew = size < this.#offset || (this.#inode !== undefined && ino !== this.#inode);
      this.#inode = ino;
      if (isNew) [this.#offset, this.#columns] = [0, undefined];
      const buffer = Buffer.alloc(size - this.#offset);
      const length = readSync(descriptor, buffer, 0, buffer.length, this.#offset);
      const end = buffer.subarray(0, length).lastIndexOf(lineFeed) + 1;
      this.#offset += end;
      return {text: buffer.toString('utf8', 0, end), isNew};
    } catch {
      return {text: '', isNew: false};
    } finally {
      closeSync(descriptor);
    }
  }
}

function rowOf(line: string, columns: readonly string[]): readonly CsvRow[] {
  const cells = line.split(',');
  if (cells.length !== columns.length) return [];
  const row: Record<string, number> = {};
  for (const [index, cell] of cells.entries()) if (cell !== '') row[columns[index]!] = Number(cell);
  return [row];
}
