import {ExpError} from '../support/errors.js';
import {formatShape, isShape, type Shape, sizeOf} from '../support/tensor.js';

/** Bytes per number of the element types of the format. */
const elementBytes: Readonly<Record<string, number>> = {
  ...{BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, U16: 2, I16: 2, F16: 2, BF16: 2},
  ...{U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8},
};

/** A tensor of a safetensors file. */
export interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: Shape;
  /** First byte of its data, and the one behind the last, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** The format's own reader takes no longer header either. */
const maxHeaderBytes = 100_000_000;

/** What every damaged file is refused with. */
export const invalidSafetensors = (source: string, what: string): ExpError =>
  new ExpError('DATA_INVALID', `${source} is not a whole safetensors file: ${what}`, 'take another checkpoint');

/**
 * Where the header ends. @param start the first 8 bytes of the file at least, if it has so many
 * @throws ExpError DATA_INVALID
 */
export function safetensorsHeaderEnd(start: Uint8Array, totalBytes: number, source: string): number {
  if (totalBytes < 8 || start.length < 8) throw invalidSafetensors(source, `it has ${totalBytes} bytes`);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  const room = totalBytes - 8;
  if (length > room) throw invalidSafetensors(source, `its header wants ${length} bytes of ${room}`);
  if (length > maxHeaderBytes) throw invalidSafetensors(source, `its header has ${length} bytes`);
  return 8 + length;
}

/**
 * The tensors that a header describes, in its order; every one lies inside the file and is as long as its shape says.
 * @param start the file up to the header's end
 * @throws ExpError DATA_INVALID naming the tensor
 */
export function parseSafetensorsHeader(
  start: Uint8Array,
  totalBytes: number,
  source: string,
): ReadonlyMap<string, SafetensorsEntry> {
  const headerEnd = safetensorsHeaderEnd(start, totalBytes, source);
  const invalid = (what: string): ExpError => invalidSafetensors(source, what);
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(start.subarray(8, headerEnd)).toString('utf8'));
  } catch {
    throw invalid('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw invalid('its header is not an object');
  const entries = new Map<string, SafetensorsEntry>();
  const room = totalBytes - headerEnd;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (!isEntry(entry)) throw invalid(`its header describes ${name} incompletely`);
    const {dtype, shape, data_offsets: offsets} = entry;
    const [begin, end] = offsets;
    const bytes = elementBytes[dtype];
    if (bytes === undefined) throw invalid(`${name} is of a type ${dtype} that the format lacks`);
    if (!(begin >= 0 && end <= room) || end - begin !== sizeOf(shape) * bytes) {
      throw invalid(`${name} of shape ${formatShape(shape)} lies at bytes ${begin} to ${end} of ${room}`);
    }
    entries.set(name, {dtype, shape, begin: headerEnd + begin, end: headerEnd + end});
  }
  return entries;
}

interface WrittenEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isEntry = (entry: unknown): entry is WrittenEntry =>
  typeof entry === 'object' &&
  entry !== null &&
  'dtype' in entry &&
  typeof entry.dtype === 'string' &&
  'shape' in entry &&
  isShape(entry.shape) &&
  'data_offsets' in entry &&
  isShape(entry.data_offsets) &&
  entry.data_offsets.length === 2;
