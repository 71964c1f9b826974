import {nearest} from '../spec/suggest.js';
import {DataSpecError} from './data-error.js';
import type {TargetInfo} from './dataset.js';
import type {Values} from './sources/definition.js';

/** What a spec may say of class weights: `auto`, a number per class in their order, or numbers by name for some of them. */
export type ClassWeights = 'auto' | readonly number[] | Readonly<Record<string, number>>;

/**
 * A weight per class. `auto` balances: examples / (classes · examples of the class) over the examples trained on, as scikit-learn's
 * `balanced`, so that the mean weight is 1; a class without examples gets 0.
 * @param path of `classWeights` in the spec. @param rows the examples trained on, all by default
 * @throws DataSpecError for weights that do not fit the classes
 */
export function weightsOfClasses(
  wanted: ClassWeights,
  {numClasses = 0, classNames}: TargetInfo,
  path: string,
  labels: Values,
  rows: Uint32Array | undefined,
): readonly number[] {
  if (wanted !== 'auto') return givenWeights(wanted, numClasses, classNames, path);
  const counts = new Array<number>(numClasses).fill(0);
  const numExamples = rows?.length ?? labels.length;
  for (let i = 0; i < numExamples; i++) counts[labels[rows?.[i] ?? i]!]!++;
  const numPresent = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : numExamples / (numPresent * count)));
}

/** Throws where class weights do not fit a target. @throws DataSpecError */
export function checkClassWeights(
  wanted: ClassWeights,
  {task, shape, numClasses = 0, classNames}: TargetInfo,
  path: string,
): void {
  if (task === 'regression') {
    throw new DataSpecError(path, 'needs classes, but the target is a real number', 'remove it');
  }
  if (shape.length > 0) {
    throw new DataSpecError(path, 'needs one class an example, but the target is a sequence of classes', 'remove it');
  }
  if (wanted !== 'auto') givenWeights(wanted, numClasses, classNames, path);
}

function givenWeights(
  wanted: Exclude<ClassWeights, 'auto'>,
  numClasses: number,
  classNames: readonly string[] | undefined,
  path: string,
): readonly number[] {
  if (isList(wanted)) {
    if (wanted.length === numClasses) return wanted;
    throw new DataSpecError(path, `has ${wanted.length} numbers; the data has ${numClasses} classes`);
  }
  const names = classNames ?? Array.from({length: numClasses}, (_, number) => String(number));
  for (const name of Object.keys(wanted)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new DataSpecError(
      `${path}.${name}`,
      'is not a class of the data',
      near === undefined ? `classes: ${names.slice(0, 20).join(', ')}` : `did you mean \`${near}\`?`,
    );
  }
  return names.map((name) => wanted[name] ?? 1);
}

const isList = (wanted: Exclude<ClassWeights, 'auto'>): wanted is readonly number[] => Array.isArray(wanted);
