import {closeSync, fsyncSync, openSync, readFileSync, writeSync} from 'node:fs';
import {ExpError} from '../support/errors.js';
import {sizeOf, type TensorData} from '../support/tensor.js';

/** One tensor as the header of the format describes it. */
interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range inside the data that follow the header. */
  readonly data_offsets: readonly [number, number];
}

const bytesPerFloat = 4;
const alignment = 8;

/**
 * Header of a safetensors file: 8 bytes little-endian length, then JSON padded with spaces to a multiple of 8.
 * Format: https://github.com/huggingface/safetensors#format
 */
function encodeHeader(tensors: ReadonlyMap<string, TensorData>, metadata: Readonly<Record<string, string>>): Buffer {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, {shape, values}] of tensors) {
    if (values.length !== sizeOf(shape)) throw new Error(`${name}: ${values.length} values for shape [${shape}]`);
    const end = offset + values.length * bytesPerFloat;
    header[name] = {dtype: 'F32', shape: [...shape], data_offsets: [offset, end]};
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(json.length / alignment) * alignment;
  const result = Buffer.alloc(8 + padded, ' ');
  result.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(result, 8);
  return result;
}

/**
 * Writes named float32 tensors in the safetensors format, which PyTorch, JAX, Keras and others read; on the disk when it returns.
 * @throws the file system's error; a half-written file may stay, so write into a temporary folder and rename.
 */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const descriptor = openSync(file, 'w');
  try {
    writeFully(descriptor, encodeHeader(tensors, metadata));
    for (const {values} of tensors.values()) {
      writeFully(descriptor, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** writeSync may write a part only (a disk about to be full); this goes on until all is written or the system says why not. */
function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/**
 * Reads the float32 tensors of a safetensors file, in the order of its header.
 * @throws ExpError DATA_INVALID when the file is truncated, is no safetensors file, or holds another number type.
 */
export function readSafetensors(file: string): ReadonlyMap<string, TensorData> {
  return decodeSafetensors(readFileSync(file), file);
}

/** {@link readSafetensors} of bytes in memory. @param source for messages. */
export function decodeSafetensors(bytes: Uint8Array, source: string): ReadonlyMap<string, TensorData> {
  const invalid = (what: string): ExpError =>
    new ExpError('DATA_INVALID', `${source} is not a whole safetensors file: ${what}`, 'take another checkpoint');
  if (bytes.length < 8) throw invalid(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw invalid(`its header wants ${headerLength} bytes of ${bytes.length - 8}`);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), invalid);
  const data = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, TensorData>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const {dtype, shape, data_offsets: offsets} = entry;
    if (dtype !== 'F32') throw invalid(`${name} is ${dtype}, expected F32`);
    const [begin, end] = offsets;
    if (begin < 0 || end > data.length || end - begin !== sizeOf(shape) * bytesPerFloat) {
      throw invalid(`${name} of shape [${shape.join(', ')}] lies at bytes ${begin} to ${end} of ${data.length}`);
    }
    const values = new Float32Array((end - begin) / bytesPerFloat);
    new Uint8Array(values.buffer).set(data.subarray(begin, end));
    tensors.set(name, {shape, values});
  }
  return tensors;
}

function parseHeader(bytes: Uint8Array, invalid: (what: string) => ExpError): Record<string, HeaderEntry> {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw invalid('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw invalid('its header is not an object');
  const isEntry = (entry: unknown): entry is HeaderEntry =>
    typeof entry === 'object' &&
    entry !== null &&
    'dtype' in entry &&
    'shape' in entry &&
    Array.isArray(entry.shape) &&
    'data_offsets' in entry &&
    Array.isArray(entry.data_offsets) &&
    entry.data_offsets.length === 2;
  const entries: Record<string, HeaderEntry> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (!isEntry(entry)) throw invalid(`its header describes ${name} incompletely`);
    entries[name] = entry;
  }
  return entries;
}
