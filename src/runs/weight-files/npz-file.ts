import {checkNpySize, maxNpyHeaderBytes, parseNpy, parseNpyHeader} from '../../data/files/npy-format.js';
import {displayPath} from '../../data/files/paths.js';
import {ZipFile} from '../../data/files/zip.js';
import type {ArrayInfo} from '../../model/init/match-weights.js';
import {ExpError} from '../../support/errors.js';
import type {WeightFile} from './weight-file.js';

/** Opens an archive that np.savez or np.savez_compressed wrote; only the arrays' headers are read. @throws ExpError DATA_INVALID */
export async function openNpz(file: string): Promise<WeightFile> {
  const shown = displayPath(file);
  const arrays = await ZipFile.with(file, async (zip) => {
    refuseOthers(zip.names, shown);
    const found = new Map<string, ArrayInfo>();
    for (const member of zip.names) {
      if (member.endsWith('.npy')) found.set(member.slice(0, -4), await describe(zip, member, shown));
    }
    return found;
  });
  return {
    format: 'npz',
    files: [file],
    arrays,
    read: (name) =>
      ZipFile.with(file, async (zip) => {
        const {values} = parseNpy(await zip.read(`${name}.npy`), `${shown} (${name})`);
        return values instanceof Float32Array ? values : Float32Array.from(values);
      }),
  };
}

/** Its size is compared with its header's before anything is unpacked, so a small archive cannot grow to any size. */
async function describe(zip: ZipFile, member: string, shown: string): Promise<ArrayInfo> {
  const name = `${shown} (${member.slice(0, -4)})`;
  const start = await zip.readStart(member, maxNpyHeaderBytes);
  try {
    const header = parseNpyHeader(start, name);
    checkNpySize(header, zip.sizeOf(member), name);
    return {shape: header.shape, ...(header.isFloat ? {} : {problem: `holds ${header.element}; weights are f4 or f8`})};
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    // A single number beside the weights, such as a count of steps, does no harm.
    return {shape: [], problem: `cannot be read: ${error.message}`};
  }
}

/** Other archives of weights. */
function refuseOthers(names: readonly string[], shown: string): void {
  if (names.some((name) => name.endsWith('data.pkl'))) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown} is a pickle of PyTorch, which can run any code and is not read`,
      'save it as safetensors: from safetensors.torch import save_file; save_file(model.state_dict(), "model.safetensors")',
    );
  }
  if (names.includes('model.weights.h5')) {
    throw new ExpError('DATA_INVALID', `${shown} is a .keras archive, which is not read`, kerasHint);
  }
  if (!names.some((name) => name.endsWith('.npy'))) {
    throw new ExpError('DATA_INVALID', `${shown} is a zip archive without arrays (.npy)`, 'save weights with np.savez');
  }
}

export const kerasHint =
  'save its weights by name: np.savez("model.npz", **{w.path: w.numpy() for w in model.weights})';
