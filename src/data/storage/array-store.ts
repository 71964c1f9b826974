import {closeSync, openSync, writeSync} from 'node:fs';
import path from 'node:path';
import type {ArrayFile, ArrayPlace} from './array-file.js';
import {bytesIn, bytesOf, type ElementKind, type Elements, kindOf, newElements, newSharedElements} from './elements.js';

/** An array of examples, in memory or in a file. */
export type StoredArray = Elements | ArrayFile;

/** What is known of an array before its first row. */
export interface ArrayPlan {
  readonly kind: ElementKind;
  /** Numbers in a row. */
  readonly rowSize: number;
  /** Room to make at once; rows may be added past it. */
  readonly numRows?: number;
}

/** Takes the rows of an array while a file is decoded. */
export interface ArrayWriter {
  /** Rows from `startRow` on; rows may come in any order. @param values of the planned kind, whole rows */
  write(startRow: number, values: Elements): void;
  /** Rows after the last one. */
  append(values: Elements): void;
}

/** Where a decoder puts its arrays. */
export interface ArrayStore {
  create(name: string, plan: ArrayPlan): ArrayWriter;
}

/** Keeps arrays in memory. */
export class MemoryStore implements ArrayStore {
  readonly #writers = new Map<string, MemoryWriter>();

  create(name: string, plan: ArrayPlan): ArrayWriter {
    const writer = new MemoryWriter(plan);
    this.#writers.set(name, writer);
    return writer;
  }

  finish(): ReadonlyMap<string, Elements> {
    return new Map(Array.from(this.#writers, ([name, writer]) => [name, writer.values]));
  }
}

class MemoryWriter implements ArrayWriter {
  #values: Elements;
  #length = 0;

  constructor(private readonly plan: ArrayPlan) {
    // Shared memory, so that threads which make batches need no copy.
    this.#values = newSharedElements(plan.kind, (plan.numRows ?? 0) * plan.rowSize);
  }

  get values(): Elements {
    // Room that growing left over is given back.
    return this.#length === this.#values.length ? this.#values : this.#values.slice(0, this.#length);
  }

  write(startRow: number, values: Elements): void {
    checkKind(values, this.plan);
    const start = startRow * this.plan.rowSize;
    const end = start + values.length;
    if (end > this.#values.length) {
      const larger = newElements(this.plan.kind, Math.max(end, 2 * this.#values.length, 64));
      larger.set(this.#values.subarray(0, this.#length));
      this.#values = larger;
    }
    this.#values.set(values, start);
    this.#length = Math.max(this.#length, end);
  }

  append(values: Elements): void {
    this.write(this.#length / this.plan.rowSize, values);
  }
}

/** Keeps arrays in files of a folder, each as its bytes and nothing else. */
export class FolderStore implements ArrayStore {
  readonly #writers = new Map<string, FileWriter>();

  /** @param folder there already */
  constructor(private readonly folder: string) {}

  create(name: string, plan: ArrayPlan): ArrayWriter {
    const writer = new FileWriter(path.join(this.folder, `${name}.bin`), plan);
    this.#writers.set(name, writer);
    return writer;
  }

  /** Closes the files. @returns where each array lies */
  finish(): ReadonlyMap<string, ArrayPlace> {
    const places = new Map(Array.from(this.#writers, ([name, writer]) => [name, writer.finish()]));
    this.close();
    return places;
  }

  close(): void {
    for (const writer of this.#writers.values()) writer.close();
  }
}

/** Small writes are gathered to this many bytes. */
const gatheredBytes = 1 << 16;

/** Writes one file. */
export class FileWriter implements ArrayWriter {
  readonly #rowBytes: number;
  #descriptor: number | undefined;
  #numBytes = 0;
  readonly #gathered = new Uint8Array(gatheredBytes);
  #numGathered = 0;
  #gatheredAt = 0;

  constructor(
    private readonly file: string,
    private readonly plan: ArrayPlan,
  ) {
    this.#rowBytes = plan.rowSize * bytesOf(plan.kind);
    this.#descriptor = openSync(file, 'wx+');
  }

  /** Open until `close`. */
  get descriptor(): number | undefined {
    return this.#descriptor;
  }

  /** Writes what is still gathered. */
  finish(): ArrayPlace {
    this.#flush();
    const {kind, rowSize} = this.plan;
    return {file: this.file, byteOffset: 0, kind, numRows: this.#numBytes / this.#rowBytes, rowSize};
  }

  write(startRow: number, values: Elements): void {
    checkKind(values, this.plan);
    const bytes = bytesIn(values);
    const position = startRow * this.#rowBytes;
    const follows = position === this.#gatheredAt + this.#numGathered;
    if (!follows || this.#numGathered + bytes.length > gatheredBytes) this.#flush();
    if (bytes.length > gatheredBytes) this.#writeAll(bytes, position);
    else {
      if (this.#numGathered === 0) this.#gatheredAt = position;
      this.#gathered.set(bytes, this.#numGathered);
      this.#numGathered += bytes.length;
    }
    this.#numBytes = Math.max(this.#numBytes, position + bytes.length);
  }

  append(values: Elements): void {
    this.write(this.#numBytes / this.#rowBytes, values);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #flush(): void {
    const bytes = this.#gathered.subarray(0, this.#numGathered);
    this.#numGathered = 0;
    this.#writeAll(bytes, this.#gatheredAt);
  }

  #writeAll(bytes: Uint8Array, start: number): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#descriptor!, bytes, done, bytes.length - done, start + done);
  }
}

function checkKind(values: Elements, {kind, rowSize}: ArrayPlan): void {
  if (kindOf(values) !== kind || values.length % rowSize !== 0)
    throw new Error(`${values.length} numbers of kind ${kindOf(values)} for rows of ${rowSize} of kind ${kind}`);
}
