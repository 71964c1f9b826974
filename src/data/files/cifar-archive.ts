import {createReadStream} from 'node:fs';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {type Extract, extract} from 'tar-stream';
import {ExpError} from '../../support/errors.js';
import {displayPath} from './paths.js';

/** Where the records of one part lie in the archive, in the order in which the examples are counted. */
export interface CifarPart {
  readonly files: readonly string[];
  readonly numExamples: number;
}

/** The binary versions of CIFAR-10 and CIFAR-100: www.cs.toronto.edu/~kriz/cifar.html, "Binary version". */
export interface CifarLayout {
  readonly train: CifarPart;
  readonly test: CifarPart;
  /** Bytes before the pixels of a record: CIFAR-100 has two classes, the coarse one first. */
  readonly numLabels: number;
}

/** Pictures and the classes of each. */
export interface CifarExamples {
  /** [numExamples, 32, 32, 3] */
  readonly images: Uint8Array;
  /** For each label of a record, [numExamples]. */
  readonly labels: readonly Int32Array[];
}

const numPixels = 32 * 32;
const imageBytes = 3 * numPixels;

/**
 * Reads an archive (tar, gzip) as a stream: what is in memory is the result. Records hold red, green and blue one after the other; the
 * result holds them pixel by pixel.
 * @throws ExpError DATA_INVALID
 */
export async function readCifarArchive(
  archive: string,
  layout: CifarLayout,
): Promise<Readonly<Record<'train' | 'test', CifarExamples>>> {
  const {numLabels} = layout;
  const parts = {train: allocate(layout.train, numLabels), test: allocate(layout.test, numLabels)};
  const wanted = new Map([...placesOf(layout.train, parts.train), ...placesOf(layout.test, parts.test)]);
  const tar = extract();
  // A damaged stream shows in the loop as well.
  const reading = pipeline(createReadStream(archive), createGunzip(), tar as unknown as NodeJS.WritableStream).catch(
    () => {},
  );
  try {
    for await (const entry of tar) {
      const name = path.posix.basename(entry.header.name);
      const place = wanted.get(name);
      if (place === undefined) entry.resume();
      else await readRecords(entry, place, numLabels, `${name} in ${displayPath(archive)}`);
      wanted.delete(name);
    }
    await reading;
  } catch (error) {
    if (error instanceof ExpError) throw error;
    const {message} = error as Error;
    throw new ExpError('DATA_INVALID', `${displayPath(archive)} is a damaged archive: ${message}`, undefined, {
      cause: error,
    });
  }
  if (wanted.size === 0) return parts;
  throw new ExpError('DATA_INVALID', `${displayPath(archive)} lacks ${[...wanted.keys()].join(', ')}`);
}

function allocate({numExamples}: CifarPart, numLabels: number): CifarExamples {
  const labels = Array.from({length: numLabels}, () => new Int32Array(numExamples));
  return {images: new Uint8Array(numExamples * imageBytes), labels};
}

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Where a file's records go. */
interface Place {
  readonly into: CifarExamples;
  readonly start: number;
  readonly numExamples: number;
}

function placesOf({files, numExamples}: CifarPart, into: CifarExamples): [string, Place][] {
  const size = numExamples / files.length;
  return files.map((name, index) => [name, {into, start: index * size, numExamples: size}]);
}

async function readRecords(entry: Entry, {into, start, numExamples}: Place, numLabels: number, shown: string) {
  const record = new Uint8Array(numLabels + imageBytes);
  const expected = numExamples * record.length;
  if (entry.header.size !== expected) {
    throw new ExpError('DATA_INVALID', `${shown} has ${entry.header.size} bytes; expected ${expected}`);
  }
  let number = start;
  let filled = 0;
  for await (const chunk of entry as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + record.length - filled);
      record.set(piece, filled);
      at += piece.length;
      filled = (filled + piece.length) % record.length;
      if (filled === 0) store(record, into, number++);
    }
  }
}

function store(record: Uint8Array, {images, labels}: CifarExamples, number: number): void {
  labels.forEach((values, index) => {
    values[number] = record[index]!;
  });
  const planes = record.subarray(labels.length);
  for (let pixel = 0, at = number * imageBytes; pixel < numPixels; pixel++) {
    for (let plane = pixel; plane < imageBytes; plane += numPixels) images[at++] = planes[plane]!;
  }
}
