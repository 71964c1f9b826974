import {createHash, type Hash} from 'node:crypto';
import {sizeOf} from '../support/tensor.js';
import {defaultNames, type ExampleInfo} from './dataset.js';
import type {EncodedExamples, Examples, StoredValues} from './sources/definition.js';
import {ArrayFile} from './storage/array-file.js';
import {bytesIn, type ElementKind, kindOf} from './storage/elements.js';

/** SHA-256 over the examples as loaded: element types, shapes and values of training and test examples; hex. */
export function fingerprintOf({train, test}: EncodedExamples, info: ExampleInfo): string {
  const hash = createHash('sha256');
  addPart(hash, 'train', train, info);
  if (test) addPart(hash, 'test', test, info);
  return hash.digest('hex');
}

function addPart(hash: Hash, part: string, examples: Examples, info: ExampleInfo): void {
  const {numExamples} = examples;
  for (const [name, {shape}] of Object.entries(info.inputs)) {
    const called = name === defaultNames.input ? 'inputs' : `input ${name}`;
    addValues(hash, `${part} ${called}`, examples.inputs[name]!, [numExamples, ...shape]);
  }
  for (const [name, {shape}] of Object.entries(info.targets)) {
    const called = name === defaultNames.target ? 'targets' : `target ${name}`;
    addValues(hash, `${part} ${called}`, examples.targets[name]!, [numExamples, ...shape]);
  }
  if (examples.weights) addValues(hash, `${part} weights`, examples.weights, [numExamples]);
}

const shownKinds: Readonly<Record<ElementKind, string>> = {
  uint8: 'u8',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  float32: 'f32',
  float64: 'f64',
};

/** Values in a file count as the same values in memory. */
function addValues(hash: Hash, name: string, values: StoredValues, shape: readonly number[]): void {
  if (values.length !== sizeOf(shape)) throw new Error(`${name}: ${values.length} values for shape [${shape}]`);
  const isFile = values instanceof ArrayFile;
  hash.update(`${name} ${shownKinds[isFile ? values.kind : kindOf(values)]} [${shape.join(',')}]\n`);
  if (isFile) for (const piece of values.pieces()) hash.update(bytesIn(piece.values));
  else hash.update(bytesIn(values));
}
