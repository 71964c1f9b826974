import {createHash, type Hash} from 'node:crypto';
import {sizeOf} from '../support/tensor.js';
import {defaultNames, type ExampleInfo} from './dataset.js';
import type {EncodedExamples, Examples, Values} from './sources/definition.js';

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

function addValues(hash: Hash, name: string, values: Values, shape: readonly number[]): void {
  if (values.length !== sizeOf(shape)) throw new Error(`${name}: ${values.length} values for shape [${shape}]`);
  const kind =
    values instanceof Float32Array ? 'f32' : `${isSigned(values) ? 'i' : 'u'}${8 * values.BYTES_PER_ELEMENT}`;
  hash.update(`${name} ${kind} [${shape.join(',')}]\n`);
  hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

const isSigned = (values: Values): boolean => !(values instanceof Uint8Array);
