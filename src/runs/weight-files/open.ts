import {displayPath} from '../../data/files/paths.js';
import {ExpError} from '../../support/errors.js';
import {kerasHint, openNpz} from './npz-file.js';
import {readRange, withFile} from './read-range.js';
import {openSafetensors} from './safetensors-file.js';
import {openTfjsModel} from './tfjs-folder.js';
import type {WeightFile} from './weight-file.js';

/** Opens a file of weights, whose kind its first bytes tell, not its name. @param file absolute @throws ExpError DATA_MISSING, DATA_INVALID */
export async function openWeightFile(file: string): Promise<WeightFile> {
  const start = await withFile(file, (handle) => readRange(handle, 0, 9));
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('PK')) return openNpz(file);
  if (/^\s*\{/.test(text)) return openTfjsModel(file);
  if (text.startsWith('\x89HDF')) {
    throw new ExpError('DATA_INVALID', `${displayPath(file)} is HDF5, which is not read`, kerasHint);
  }
  if (text[8] === '{' || file.endsWith('.safetensors')) return openSafetensors(file);
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} is no file of weights that is known`,
    'safetensors, npz and TensorFlow.js layers-models (model.json) are',
  );
}
