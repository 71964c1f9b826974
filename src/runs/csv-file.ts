import {closeSync, fdatasync, fstatSync, ftruncateSync, openSync, writeSync} from 'node:fs';
import {promisify} from 'node:util';
import {stringify} from 'csv-stringify/sync';
import {writing} from './unwritable.js';

/** A cell: numbers are written with full precision (the shortest text that reads back the same), an absent one as an empty cell. */
export type CsvCell = number | string | undefined;

/**
 * A CSV file that grows by whole rows. Its columns are fixed when it is made; the header is there from the start.
 * A row that cannot be written (disk full) is taken back, so the file always ends with a line break.
 */
export class CsvFile {
  readonly #descriptor: number;
  #size: number;

  /** @param keptBytes cuts off what is behind them, rows that a resumed run makes again @throws ExpError RUN_UNWRITABLE */
  constructor(
    readonly path: string,
    readonly columns: readonly string[],
    keptBytes = Number.POSITIVE_INFINITY,
  ) {
    this.#descriptor = writing(path, () => openSync(path, 'a'));
    this.#size = fstatSync(this.#descriptor).size;
    if (this.#size > keptBytes) {
      writing(path, () => ftruncateSync(this.#descriptor, keptBytes));
      this.#size = keptBytes;
    }
    if (this.#size === 0) this.#write(stringify([[...columns]]));
  }

  /**
   * Appends rows in one write. A key that is no column is a bug of the caller.
   * @throws ExpError RUN_UNWRITABLE
   */
  append(...rows: readonly Readonly<Record<string, CsvCell>>[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      const unknown = Object.keys(row).filter((key) => !this.columns.includes(key));
      if (unknown.length > 0) throw new Error(`${this.path} has no column ${unknown.join(', ')}`);
    }
    this.#write(stringify(rows.map((row) => this.columns.map((column) => row[column]))));
  }

  /** So far. */
  get bytes(): number {
    return this.#size;
  }

  /** Waits until all of it is on the disk. */
  async sync(): Promise<void> {
    await promisify(fdatasync)(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    writing(this.path, () => {
      try {
        for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.#descriptor, bytes, offset);
      } catch (error) {
        ftruncateSync(this.#descriptor, this.#size);
        throw error;
      }
    });
    this.#size += bytes.length;
  }
}
