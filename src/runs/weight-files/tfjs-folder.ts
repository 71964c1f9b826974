import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {displayPath, missing, resolveDataPath} from '../../data/files/paths.js';
import type {ArrayInfo} from '../../model/init/match-weights.js';
import {ExpError} from '../../support/errors.js';
import {sizeOf} from '../../support/tensor.js';
import {toFloats} from './element-types.js';
import {readRange, withFile} from './read-range.js';
import {type ManifestWeight, readManifest} from './tfjs-manifest.js';
import type {WeightFile} from './weight-file.js';

/** An architecture and a list of names; no model has more. */
const maxJsonBytes = 256 * 1024 * 1024;

/** Where an array lies in the shards of its group, counted through them. */
interface Stored extends ManifestWeight {
  readonly shards: readonly Shard[];
  readonly begin: number;
  readonly end: number;
}

interface Shard {
  readonly file: string;
  readonly numBytes: number;
}

/**
 * Opens a TensorFlow.js model, as exp, TensorFlow.js or Keras's converter writes it: model.json and the shards it names, which must lie in
 * its folder. @param modelJson absolute @throws ExpError DATA_MISSING, DATA_INVALID
 */
export async function openTfjsModel(modelJson: string): Promise<WeightFile> {
  const shown = displayPath(modelJson);
  const invalid = (what: string): ExpError =>
    new ExpError('DATA_INVALID', `${shown} is not a whole TensorFlow.js model: ${what}`);
  const {size} = await stat(modelJson).catch(async (error: NodeJS.ErrnoException) => {
    throw await missing(modelJson, error);
  });
  if (size > maxJsonBytes) throw invalid(`it has ${size} bytes`);
  const groups = readManifest(await readFile(modelJson, 'utf8'), invalid);

  const stored = new Map<string, Stored>();
  const files = [modelJson];
  for (const {paths, weights} of groups) {
    const shards: Shard[] = [];
    for (const name of paths) shards.push(await shardOf(name, modelJson, invalid));
    files.push(...shards.map(({file}) => file));
    let offset = 0;
    for (const weight of weights) {
      if (stored.has(weight.name)) throw invalid(`it names ${weight.name} twice`);
      const end = offset + sizeOf(weight.shape) * weight.bytes;
      stored.set(weight.name, {...weight, shards, begin: offset, end});
      offset = end;
    }
    const numBytes = shards.reduce((sum, shard) => sum + shard.numBytes, 0);
    if (offset !== numBytes) throw invalid(`its weights want ${offset} bytes; ${paths.join(', ')} hold ${numBytes}`);
  }
  return {
    format: 'tfjs',
    files: [...new Set(files)],
    arrays: new Map(
      [...stored].map(([name, {shape, problem}]): [string, ArrayInfo] => [
        name,
        {shape, ...(problem === undefined ? {} : {problem})},
      ]),
    ),
    async read(name) {
      const weight = stored.get(name)!;
      const bytes = await readShards(weight);
      if (bytes.length !== weight.end - weight.begin) throw invalid(`its shards end inside ${name}`);
      return decode(bytes, weight);
    },
  };
}

/** The name of a shard comes from the file: it may not lead out of the folder. */
async function shardOf(name: string, modelJson: string, invalid: (what: string) => ExpError): Promise<Shard> {
  if (/^[a-z]+:|^[\\/]/i.test(name) || name.split(/[\\/]/).includes('..')) throw invalid(`it names the shard ${name}`);
  const folder = path.dirname(modelJson);
  const file = await resolveDataPath(name, folder);
  const stats = await stat(file);
  if (!stats.isFile()) throw invalid(`its shard ${name} is not a file`);
  return {file, numBytes: stats.size};
}

async function readShards({shards, begin, end}: Stored): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const {file, numBytes} of shards) {
    const from = Math.max(begin - start, 0);
    const to = Math.min(end - start, numBytes);
    if (from < to) parts.push(await withFile(file, (handle) => readRange(handle, from, to)));
    start += numBytes;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function decode(bytes: Uint8Array, {quantization}: Stored): Float32Array {
  if (!quantization) return toFloats(bytes, 'F32');
  if (quantization.dtype === 'float16') return toFloats(bytes, 'F16');
  const {scale, min} = quantization;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (quantization.dtype === 'uint8') return Float32Array.from(bytes, (value) => value * scale + min);
  return Float32Array.from({length: bytes.length / 2}, (_, i) => view.getUint16(2 * i, true) * scale + min);
}
