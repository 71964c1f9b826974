import type {SymbolicTensor} from '@tensorflow/tfjs-layers';
import type {Batch} from '../data/dataset.js';
import type {BuiltModel} from '../model/built-model.js';
import {ExpError} from '../support/errors.js';

/** Of the inputs that an embedding takes as they are, how many classes it has: the fewest, where several do. */
export function numClassesOfInputs({network, inputShapes}: BuiltModel): ReadonlyMap<string, number> {
  const numClasses = new Map<string, number>();
  const names = Object.keys(inputShapes);
  for (const layer of network.layers) {
    if (!layer.getClassName().endsWith('Embedding') || layer.weights.length === 0) continue;
    const index = network.inputs.indexOf(layer.input as SymbolicTensor);
    const rows = layer.weights[0]!.shape[0];
    if (index < 0 || typeof rows !== 'number') continue;
    const name = names[index]!;
    numClasses.set(name, Math.min(rows, numClasses.get(name) ?? rows));
  }
  return numClasses;
}

/**
 * Looks at the class numbers of a batch before they go to a GPU, which takes any number for one of the table's rows and says nothing.
 * @throws ExpError DATA_INVALID
 */
export function checkClassNumbers(numClasses: ReadonlyMap<string, number>, {inputs}: Batch): void {
  for (const [name, count] of numClasses) {
    const wrong = inputs[name]!.find((value) => Math.trunc(value) < 0 || Math.trunc(value) >= count);
    if (wrong !== undefined) throw outOfTable(count, Math.trunc(wrong));
  }
}

/** What an embedding was given that it has no row for. */
export const outOfTable = (numClasses: number, given: number, cause?: unknown): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `an embedding of ${numClasses} classes, numbered 0 to ${numClasses - 1}, was given the class number ${given}`,
    'set its inputDim to the number of classes in the data, counted from 0',
    cause === undefined ? undefined : {cause},
  );
