import {closeSync, fstatSync, ftruncateSync, openSync, readdirSync, readSync, writeSync} from 'node:fs';
import path from 'node:path';
import {writing} from '../unwritable.js';
import type {SeenRecords, SweepRecord} from './records.js';

const extension = '.jsonl';
const lineFeed = 0x0a;

/** The journal of one process, which alone appends to it. */
export class JournalWriter {
  readonly #file: string;
  #descriptor: number | undefined;
  #size = 0;

  /** @param name unique among all processes that ever worked on the sweep: letters, digits, `.`, `_` and `-` */
  constructor(
    folder: string,
    readonly name: string,
  ) {
    this.#file = path.join(folder, `${name}${extension}`);
  }

  /** Adds a line with one write. @throws ExpError RUN_UNWRITABLE; half a line is taken back */
  append(record: SweepRecord): void {
    const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
    writing(this.#file, () => {
      // Made with the first line: a worker that finds nothing to do leaves nothing behind.
      this.#descriptor ??= openSync(this.#file, 'ax');
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
      } catch (error) {
        ftruncateSync(this.#descriptor, this.#size);
        throw error;
      }
      this.#size += bytes.length;
    });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** A record and where it stands. */
export interface JournalEntry {
  readonly journal: string;
  /** From 0, counting all lines. */
  readonly line: number;
  readonly record: SweepRecord;
}

interface Tail {
  offset: number;
  /** Whole lines read. */
  count: number;
}

/** Reads all journals of a sweep while others write them: what was added since the last look. */
export class JournalReader {
  readonly #tails = new Map<string, Tail>();

  constructor(readonly folder: string) {}

  /** How many lines of each journal have been read. */
  get seen(): SeenRecords {
    return Object.fromEntries(
      [...this.#tails].filter(([, {count}]) => count > 0).map(([name, {count}]) => [name, count]),
    );
  }

  /** Records that were added, in their order within each journal; a line that is torn at the end is left for later, one that is no record for good. */
  read(): readonly JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (const file of journalNames(this.folder)) {
      const name = file.slice(0, -extension.length);
      const tail = this.#tails.get(name) ?? {offset: 0, count: 0};
      this.#tails.set(name, tail);
      for (const line of this.#newLines(file, tail)) {
        const record = parseRecord(line);
        if (record) entries.push({journal: name, line: tail.count, record});
        tail.count++;
      }
    }
    return entries;
  }

  #newLines(file: string, tail: Tail): readonly string[] {
    let descriptor: number;
    try {
      descriptor = openSync(path.join(this.folder, file), 'r');
    } catch {
      return [];
    }
    try {
      const buffer = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - tail.offset));
      const length = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, tail.offset);
      const end = buffer.subarray(0, length).lastIndexOf(lineFeed) + 1;
      tail.offset += end;
      return end === 0 ? [] : buffer.toString('utf8', 0, end - 1).split('\n');
    } finally {
      closeSync(descriptor);
    }
  }
}

function journalNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(extension))
      .sort();
  } catch {
    return [];
  }
}

function parseRecord(line: string): SweepRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    const isRecord = typeof record === 'object' && record !== null && 'type' in record && 'trial' in record;
    return isRecord ? (record as SweepRecord) : undefined;
  } catch {
    return undefined;
  }
}
