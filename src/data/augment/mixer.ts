import type {Rng} from '../../support/random.js';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {DataSpecError} from '../data-error.js';
import type {InputInfo} from '../dataset.js';
import {type AugmentSpec, augmentations} from './index.js';
import type {MixDefinition} from './mixing.js';

/** What is mixed along with the examples of a batch: one-hot rows of targets, weights. [batch, …] */
export type MixedWith = readonly Float32Array[];

/**
 * Mixes the examples of a training batch with one another, in place. What happens depends on the run's seed, the epoch and which
 * examples the batch holds in which order, not on the batches before it or on the thread.
 * @param rows numbers of the examples
 */
export type Mixer = (examples: Float32Array, others: MixedWith, epoch: number, rows: Uint32Array) => void;

/** The definition of an augmentation that mixes; undefined for those that change one example at a time. */
export function mixDefinition({type}: AugmentSpec): MixDefinition | undefined {
  const definition = augmentations[type];
  return 'compileMix' in definition ? definition : undefined;
}

/** Whether and where a spec mixes: the first such augmentation. */
export const firstMix = (specs: readonly AugmentSpec[]): number => specs.findIndex((spec) => mixDefinition(spec));

/** Throws where mixing does not suit the data, or is not the last that happens to examples. @throws DataSpecError */
export function checkMixing(specs: readonly AugmentSpec[], inputs: Readonly<Record<string, InputInfo>>): void {
  const first = firstMix(specs);
  if (first === -1) return;
  const {type} = specs[first]!;
  const path = `data.augment[${first}]`;
  const names = Object.keys(inputs);
  if (names.length > 1) {
    throw new DataSpecError(path, `(${type}) needs data of one input; these have ${names.join(', ')}`);
  }
  if (inputs[names[0]!]!.numValues !== undefined) {
    throw new DataSpecError(path, `(${type}) needs numbers that can be mixed; these are tokens or category numbers`);
  }
  specs.forEach((spec, index) => {
    if (index < first || mixDefinition(spec)) return;
    throw new DataSpecError(
      `data.augment[${index}]`,
      `(${spec.type}) changes single examples, but ${type} before it has mixed them`,
      `write ${type} last`,
    );
  });
}

/**
 * The augmentations of a spec that mix, one after the other. Partners are a random order of the batch, one share is drawn for all of it,
 * as in the code of both papers.
 * @param shape of an example @param rng the stream that nothing else draws from
 */
export function createMixer(specs: readonly AugmentSpec[], shape: Shape, rng: Rng): Mixer | undefined {
  const steps = specs.flatMap((spec) => {
    const definition = mixDefinition(spec);
    return definition ? [{probability: spec.probability, mix: definition.compileMix(spec, shape)}] : [];
  });
  if (steps.length === 0) return undefined;
  const size = sizeOf(shape);
  const stream = rng.split('mix');
  return (examples, others, epoch, rows) => {
    const draw = stream.split(epoch).split(rows.join());
    for (const {probability, mix} of steps) {
      if (probability < 1 && draw.uniform() >= probability) continue;
      const partners = draw.shuffle(Uint32Array.from(rows, (_, i) => i));
      const share = mix(examples.subarray(0, rows.length * size), examples.slice(), partners, draw);
      for (const values of others) blend(values, partners, share);
    }
  };
}

/** Mixes rows in the proportion of the examples that they belong to. */
function blend(values: Float32Array, partners: Uint32Array, share: number): void {
  const size = values.length / partners.length;
  const originals = values.slice();
  for (let i = 0, at = 0; i < partners.length; i++) {
    for (let from = partners[i]! * size, end = from + size; from < end; from++, at++)
      values[at] = share * values[at]! + (1 - share) * originals[from]!;
  }
}
