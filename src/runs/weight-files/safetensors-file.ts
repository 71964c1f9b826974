import {displayPath} from '../../data/files/paths.js';
import {invalidSafetensors, parseSafetensorsHeader, safetensorsHeaderEnd} from '../safetensors-header.js';
import {isFloatType, toFloats} from './element-types.js';
import {readRange, withFile} from './read-range.js';
import type {WeightFile} from './weight-file.js';

/** Opens a safetensors file; only its header is read. @param file absolute @throws ExpError DATA_INVALID */
export async function openSafetensors(file: string): Promise<WeightFile> {
  const shown = displayPath(file);
  const entries = await withFile(file, async (handle, numBytes) => {
    const headerEnd = safetensorsHeaderEnd(await readRange(handle, 0, Math.min(8, numBytes)), numBytes, shown);
    return parseSafetensorsHeader(await readRange(handle, 0, headerEnd), numBytes, shown);
  });
  return {
    format: 'safetensors',
    files: [file],
    arrays: new Map(
      [...entries].map(([name, {dtype, shape}]) => [
        name,
        {shape, ...(isFloatType(dtype) ? {} : {problem: `holds ${dtype}; weights are F16, BF16, F32 or F64`})},
      ]),
    ),
    async read(name) {
      const {dtype, begin, end} = entries.get(name)!;
      const bytes = await withFile(file, (handle) => readRange(handle, begin, end));
      if (!isFloatType(dtype)) throw new Error(`${name} holds ${dtype}`);
      if (bytes.length !== end - begin) throw invalidSafetensors(shown, `it ends inside ${name}`);
      return toFloats(bytes, dtype);
    },
  };
}
