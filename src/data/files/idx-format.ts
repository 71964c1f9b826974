import {ExpError} from '../../support/errors.js';
import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import type {Values} from '../sources/definition.js';
import type {StoredLayout} from '../storage/array-file.js';
import {displayPath} from './paths.js';
import {readData, readStart} from './read.js';

/** Element types by the third byte of the file. The format: yann.lecun.com/exdb/mnist, "The IDX file format". */
const elementTypes = {
  8: {name: 'unsigned bytes', bytes: 1, isFloat: false},
  9: {name: 'signed bytes', bytes: 1, isFloat: false},
  11: {name: '16-bit integers', bytes: 2, isFloat: false},
  12: {name: '32-bit integers', bytes: 4, isFloat: false},
  13: {name: '32-bit floats', bytes: 4, isFloat: true},
  14: {name: '64-bit floats', bytes: 8, isFloat: true},
} as const;

type ElementCode = keyof typeof elementTypes;

/** What an IDX file says of itself. */
export interface IdxHeader {
  /** Examples first. */
  readonly shape: Shape;
  readonly isFloat: boolean;
  readonly isBytes: boolean;
  readonly code: ElementCode;
  readonly headerBytes: number;
}

export interface IdxArray extends IdxHeader {
  /** [numExamples, ...]; 64-bit floats are stored as 32-bit ones. */
  readonly values: Values;
}

const maxHeaderBytes = 4 + 4 * 255;

/** Reads the header only; for a file that is not packed its size is checked as well. @throws ExpError */
export async function readIdxHeader(file: string): Promise<IdxHeader & {readonly stored?: StoredLayout}> {
  const {bytes, totalBytes} = await readStart(file, maxHeaderBytes);
  const header = parseHeader(bytes, file);
  if (totalBytes === undefined) return header;
  checkSize(header, totalBytes, file);
  const {code, headerBytes} = header;
  // Other elements are big-endian, which this machine is hardly.
  return code === 8 || code === 9
    ? {...header, stored: {file, byteOffset: headerBytes, kind: code === 8 ? 'uint8' : 'int8'}}
    : header;
}

/** Reads a whole file. Bytes are a view of what was read, not a copy. @throws ExpError */
export async function readIdx(file: string): Promise<IdxArray> {
  return parseIdx(await readData(file), file);
}

/** @param file for messages. @throws ExpError */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const header = parseHeader(bytes, file);
  checkSize(header, bytes.length, file);
  return {...header, values: decode(header.code, bytes.subarray(header.headerBytes))};
}

function parseHeader(bytes: Uint8Array, file: string): IdxHeader {
  const shown = displayPath(file);
  if (bytes.length === 0) throw new ExpError('DATA_INVALID', `${shown} is empty; expected an IDX file`);
  const code = bytes[2] as ElementCode;
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || !(code in elementTypes) || rank === 0) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new ExpError(
      'DATA_INVALID',
      `${shown} is not an IDX file: it starts with the bytes ${start}; expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes (1 or more)`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown} ends inside its header: ${bytes.length} bytes; expected ${headerBytes} for ${rank} axes`,
      'the copy or download may have stopped early; fetch it again',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({length: rank}, (_, axis) => view.getUint32(4 + 4 * axis));
  if (sizeOf(shape) === 0) {
    throw new ExpError('DATA_INVALID', `${shown} holds no examples: its header says ${formatShape(shape)}`);
  }
  return {shape, isFloat: elementTypes[code].isFloat, isBytes: code === 8, code, headerBytes};
}

function checkSize({shape, code, headerBytes}: IdxHeader, totalBytes: number, file: string): void {
  const element = elementTypes[code];
  const expected = headerBytes + sizeOf(shape) * element.bytes;
  if (totalBytes === expected) return;
  const what = `its header promises ${formatShape(shape)} ${element.name}, ${expected} bytes in all; the file has ${totalBytes}`;
  throw totalBytes < expected
    ? new ExpError(
        'DATA_INVALID',
        `${displayPath(file)} is cut short: ${what}`,
        'the copy or download may have stopped early; fetch it again',
      )
    : new ExpError('DATA_INVALID', `${displayPath(file)} has bytes left over: ${what}`);
}

/** Big-endian bytes to numbers of this machine. */
function decode(code: ElementCode, payload: Uint8Array): Values {
  // Not the payload itself: a Buffer would hand its deprecated constructor to whoever copies it.
  if (code === 8) return new Uint8Array(payload.buffer, payload.byteOffset, payload.length);
  if (code === 9) return new Int8Array(payload.buffer, payload.byteOffset, payload.length);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const length = payload.length / elementTypes[code].bytes;
  switch (code) {
    case 11:
      return fill(new Int16Array(length), (i) => view.getInt16(2 * i));
    case 12:
      return fill(new Int32Array(length), (i) => view.getInt32(4 * i));
    case 13:
      return fill(new Float32Array(length), (i) => view.getFloat32(4 * i));
    case 14:
      return fill(new Float32Array(length), (i) => view.getFloat64(8 * i));
    default:
      return code satisfies never;
  }
}

function fill<V extends Values>(values: V, read: (index: number) => number): V {
  for (let i = 0; i < values.length; i++) values[i] = read(i);
  return values;
}
