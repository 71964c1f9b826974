import {createHash} from 'node:crypto';
import type {Values} from '../sources/definition.js';
import {ArrayFile} from '../storage/array-file.js';
import {bytesIn} from '../storage/elements.js';

/**
 * For each example a text that its stored values decide: equal examples have equal texts, and which other examples there are does not
 * matter.
 * @param inputs [numExamples, ...], in memory or in a file
 */
export function contentKeys(inputs: Values | ArrayFile, numExamples: number): readonly string[] {
  const size = inputs.length / numExamples;
  return Array.from({length: numExamples}, (_, i) => {
    const example =
      inputs instanceof ArrayFile ? inputs.readRange(i, i + 1) : inputs.subarray(i * size, (i + 1) * size);
    return createHash('sha256').update(bytesIn(example)).digest('base64');
  });
}
