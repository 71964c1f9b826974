import {endianness} from 'node:os';
import {ExpError} from '../../support/errors.js';
import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import type {Values} from '../sources/definition.js';
import {bytesOf, type ElementKind} from '../storage/elements.js';

/** Element types by NumPy's letter and width. */
const elementTypes = {
  b1: {bytes: 1, isFloat: false},
  u1: {bytes: 1, isFloat: false},
  u2: {bytes: 2, isFloat: false},
  u4: {bytes: 4, isFloat: false},
  i1: {bytes: 1, isFloat: false},
  i2: {bytes: 2, isFloat: false},
  i4: {bytes: 4, isFloat: false},
  i8: {bytes: 8, isFloat: false},
  f4: {bytes: 4, isFloat: true},
  f8: {bytes: 8, isFloat: true},
} as const;

type ElementType = keyof typeof elementTypes;

/** What a .npy file says of itself; the format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3. */
export interface NpyHeader {
  /** Examples first. */
  readonly shape: Shape;
  readonly isFloat: boolean;
  readonly isBytes: boolean;
  readonly element: ElementType;
  readonly isLittleEndian: boolean;
  /** First axis fastest, as Fortran and MATLAB store. */
  readonly isFortran: boolean;
  readonly headerBytes: number;
}

export interface NpyArray extends NpyHeader {
  /** Last axis fastest; 64-bit floats as 32-bit ones, wider integers as 32-bit ones where they fit and as floats where not. */
  readonly values: Values;
}

/** More than NumPy writes for any number of axes that it can hold. */
export const maxNpyHeaderBytes = 4096;

/** @param bytes the start of the file, `maxNpyHeaderBytes` if it is so long @param shown the file, for messages @throws ExpError */
export function parseNpyHeader(bytes: Uint8Array, shown: string): NpyHeader {
  if (bytes.length === 0) throw new ExpError('DATA_INVALID', `${shown} is empty; expected a .npy file`);
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY') {
    throw new ExpError('DATA_INVALID', `${shown} is not a .npy file: it does not start with \\x93NUMPY`);
  }
  const version = bytes[6] ?? 0;
  const [prefixBytes, lengthBytes] = version === 1 ? [10, 2] : [12, 4];
  if (version < 1 || version > 3) {
    throw new ExpError('DATA_INVALID', `${shown} has version ${version} of the .npy format; expected 1, 2 or 3`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = bytes.length < prefixBytes ? Infinity : prefixBytes + buffer.readUIntLE(8, lengthBytes);
  if (headerBytes > bytes.length) {
    if (headerBytes > maxNpyHeaderBytes && bytes.length >= maxNpyHeaderBytes)
      throw new ExpError('DATA_INVALID', `${shown} has a header of ${headerBytes} bytes; expected a plain array`);
    throw new ExpError('DATA_INVALID', `${shown} ends inside its header: ${bytes.length} bytes`, cutHint);
  }
  return {...parseDictionary(buffer.toString('utf8', prefixBytes, headerBytes), shown), headerBytes};
}

const cutHint = 'the copy or download may have stopped early; fetch it again';

/** The header is a Python dictionary with three keys, in the order that NumPy writes or another. */
function parseDictionary(text: string, shown: string): Omit<NpyHeader, 'headerBytes'> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const axes = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || axes === undefined || (descr === undefined && !text.includes("'descr'"))) {
    throw new ExpError('DATA_INVALID', `${shown} has a header that is not NumPy's: ${JSON.stringify(text.trim())}`);
  }
  const [, endian, element] = /^([<>|=])([a-zA-Z]\d+)$/.exec(descr ?? '') ?? [];
  if (element === undefined || !(element in elementTypes)) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown} holds elements of type ${descr ?? 'structure'}; expected one of ${Object.keys(elementTypes).join(', ')}`,
      descr === '|O' ? 'Python objects cannot be read; save numbers' : 'convert it: array.astype("float32")',
    );
  }
  const shape = axes
    .split(',')
    .map((axis) => axis.replace('L', '').trim())
    .filter(Boolean)
    .map(Number);
  if (shape.length === 0) throw new ExpError('DATA_INVALID', `${shown} holds a single number; expected an array`);
  if (sizeOf(shape) === 0) {
    throw new ExpError('DATA_INVALID', `${shown} holds no examples: its header says ${formatShape(shape)}`);
  }
  const type = element as ElementType;
  const {isFloat} = elementTypes[type];
  const isBytes = type === 'u1' || type === 'b1';
  return {shape, isFloat, isBytes, element: type, isLittleEndian: endian !== '>', isFortran: order === 'True'};
}

const sameKinds: Readonly<Record<string, ElementKind>> = {
  b1: 'uint8',
  u1: 'uint8',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  f4: 'float32',
};

/** The kind of the numbers as they lie in the file; undefined where decoding them changes bytes or order. */
export function storedKind({element, isLittleEndian, isFortran, shape}: NpyHeader): ElementKind | undefined {
  const kind = sameKinds[element];
  const isOurs = kind !== undefined && (bytesOf(kind) === 1 || isLittleEndian === (endianness() === 'LE'));
  return isOurs && (!isFortran || shape.length === 1) ? kind : undefined;
}

/** Throws unless the file is as long as its header promises. */
export function checkNpySize({shape, element, headerBytes}: NpyHeader, totalBytes: number, shown: string): void {
  const expected = headerBytes + sizeOf(shape) * elementTypes[element].bytes;
  if (totalBytes === expected) return;
  const what = `its header promises ${formatShape(shape)} of ${element}, ${expected} bytes in all; the file has ${totalBytes}`;
  throw totalBytes < expected
    ? new ExpError('DATA_INVALID', `${shown} is cut short: ${what}`, cutHint)
    : new ExpError('DATA_INVALID', `${shown} has bytes left over: ${what}`);
}

/** A whole file; bytes are a view of it, not a copy. @throws ExpError */
export function parseNpy(bytes: Uint8Array, shown: string): NpyArray {
  const header = parseNpyHeader(bytes.subarray(0, maxNpyHeaderBytes), shown);
  checkNpySize(header, bytes.length, shown);
  const values = decode(header, bytes.subarray(header.headerBytes));
  return {...header, values: header.isFortran ? lastAxisFastest(values, header.shape) : values};
}

function decode({element, isLittleEndian}: NpyHeader, payload: Uint8Array): Values {
  const {buffer, byteOffset, length: numBytes} = payload;
  if (element === 'u1' || element === 'b1') return new Uint8Array(buffer, byteOffset, numBytes);
  if (element === 'i1') return new Int8Array(buffer, byteOffset, numBytes);
  const view = new DataView(buffer, byteOffset, numBytes);
  const length = numBytes / elementTypes[element].bytes;
  switch (element) {
    case 'u2':
      return fill(new Int32Array(length), (i) => view.getUint16(2 * i, isLittleEndian));
    case 'i2':
      return fill(new Int16Array(length), (i) => view.getInt16(2 * i, isLittleEndian));
    case 'u4':
      return narrowed(length, (i) => view.getUint32(4 * i, isLittleEndian));
    case 'i4':
      return fill(new Int32Array(length), (i) => view.getInt32(4 * i, isLittleEndian));
    case 'i8':
      return narrowed(length, (i) => Number(view.getBigInt64(8 * i, isLittleEndian)));
    case 'f4':
      return fill(new Float32Array(length), (i) => view.getFloat32(4 * i, isLittleEndian));
    case 'f8':
      return fill(new Float32Array(length), (i) => view.getFloat64(8 * i, isLittleEndian));
    default:
      return element satisfies never;
  }
}

function fill<V extends Values>(values: V, read: (index: number) => number): V {
  for (let i = 0; i < values.length; i++) values[i] = read(i);
  return values;
}

/** Whole numbers as 32-bit integers if all of them fit, else as floats. */
function narrowed(length: number, read: (index: number) => number): Values {
  const integers = fill(new Int32Array(length), read);
  for (let i = 0; i < length; i++) if (integers[i] !== read(i)) return fill(new Float32Array(length), read);
  return integers;
}

/** The same array with its last axis fastest. */
function lastAxisFastest(values: Values, shape: Shape): Values {
  const moved = values.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const place = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < moved.length; to++) {
    moved[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++place[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return moved;
}
