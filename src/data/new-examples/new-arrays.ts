import path from 'node:path';
import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';
import {sizeOf} from '../../support/tensor.js';
import {checkFinite} from '../check-values.js';
import {defaultNames} from '../dataset.js';
import {checkNpySize, maxNpyHeaderBytes, parseNpy, parseNpyHeader, storedKind} from '../files/npy-format.js';
import {displayPath} from '../files/paths.js';
import {readData, readStart} from '../files/read.js';
import {ZipFile} from '../files/zip.js';
import type {DataSpec} from '../section.js';
import {type ArrayHeader, exampleShape} from '../sources/array-source.js';
import type {StoredValues} from '../sources/definition.js';
import {ArrayFile} from '../storage/array-file.js';
import {type NewExamples, type NewInput, type NewPiece, rowsFrom} from './definition.js';

interface NewArray extends ArrayHeader {
  readonly shown: string;
  readonly values: StoredValues;
}

/** Whether a name is that of NumPy's files. */
export const isArrayName = (file: string): boolean => /\.(?:npy|npz|npy\.gz)$/i.test(file);

/** The rows of a NumPy array, read as they are needed where the file holds them as this machine does. @throws ExpError */
export async function openNewArray(source: DataSpec['source'], {path: given, array}: NewInput): Promise<NewExamples> {
  const file = path.resolve(given);
  const opened = /\.npz$/i.test(file) ? await fromArchive(file, source, array) : await fromFile(file);
  const {shown, shape, values} = opened;
  const example = exampleShape(opened);
  const [numExamples] = shape as readonly [number, ...number[]];
  try {
    checkFinite(values, sizeOf(example), shown);
  } catch (error) {
    close(values);
    throw error;
  }
  const examples = {numExamples, inputs: {[defaultNames.input]: values}};
  return {
    shown,
    numExamples,
    inputs: {[defaultNames.input]: {shape: example}},
    hasFiles: false,
    async *pieces(numWanted): AsyncGenerator<NewPiece> {
      for (let start = 0; start < numExamples; start += numWanted) {
        yield {examples, rows: rowsFrom(start, Math.min(numExamples, start + numWanted))};
      }
    },
    close: () => close(values),
  };
}

function close(values: StoredValues): void {
  if (values instanceof ArrayFile) values.close();
}

async function fromFile(file: string): Promise<NewArray> {
  const shown = displayPath(file);
  const {bytes, totalBytes} = await readStart(file, maxNpyHeaderBytes);
  const header = parseNpyHeader(bytes, shown);
  const {shape} = header;
  const kind = totalBytes === undefined ? undefined : storedKind(header);
  if (kind === undefined) return {...parseNpy(await readData(file), shown), shown};
  checkNpySize(header, totalBytes!, shown);
  const place = {file, byteOffset: header.headerBytes, kind, numRows: shape[0]!, rowSize: sizeOf(shape.slice(1))};
  return {...header, shown, values: ArrayFile.open(place)};
}

/** The array of that name, else the one that the run was trained or tested on, else the only one. */
function fromArchive(file: string, source: DataSpec['source'], wanted: string | undefined): Promise<NewArray> {
  return ZipFile.with(file, async (zip) => {
    const names = zip.names.map((member) => member.replace(/\.npy$/, ''));
    const usual = source.type === 'npz' ? [source.inputs, source.testInputs] : [];
    const known = usual.filter((name) => name !== undefined && names.includes(name));
    const name = wanted ?? (names.length === 1 ? names[0]! : known[0]);
    const shown = displayPath(file);
    if (name === undefined || !names.includes(name)) {
      const near = name === undefined ? undefined : nearest(name, names);
      throw new ExpError(
        name === undefined ? 'USAGE' : 'DATA_INVALID',
        name === undefined
          ? `${shown} has the arrays ${names.join(', ')}; which one is it?`
          : `${shown} has no array "${name}"; its arrays are ${names.join(', ')}`,
        near === undefined ? 'name one with --array' : `did you mean ${near}?`,
      );
    }
    const member = zip.names[names.indexOf(name)]!;
    return {...parseNpy(await zip.read(member), `${shown} (${name})`), shown: `${shown} (${name})`};
  });
}
