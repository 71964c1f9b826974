import {createHash, type Hash} from 'node:crypto';
import {sizeOf} from '../support/tensor.js';
import type {Examples, SourceData, Values} from './sources/definition.js';

/** SHA-256 over the examples as loaded: element types, shapes and values of training and test examples; hex. */
export function fingerprintOf({info, train, test}: SourceData): string {
  const hash = createHash('sha256');
  addPart(hash, 'train', train, info.inputShape, info.targetShape);
  if (test) addPart(hash, 'test', test, info.inputShape, info.targetShape);
  return hash.digest('hex');
}

function addPart(
  hash: Hash,
  name: string,
  {numExamples, inputs, targets}: Examples,
  inputShape: readonly number[],
  targetShape: readonly number[],
): void {
  addValues(hash, `${name} inputs`, inputs, [numExamples, ...inputShape]);
  addValues(hash, `${name} targets`, targets, [numExamples, ...targetShape]);
}

function addValues(hash: Hash, name: string, values: Values, shape: readonly number[]): void {
  if (values.length !== sizeOf(shape)) throw new Error(`${name}: ${values.length} values for shape [${shape}]`);
  const kind =
    values instanceof Float32Array ? 'f32' : `${isSigned(values) ? 'i' : 'u'}${8 * values.BYTES_PER_ELEMENT}`;
  hash.update(`${name} ${kind} [${shape.join(',')}]\n`);
  hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

const isSigned = (values: Values): boolean => !(values instanceof Uint8Array);
