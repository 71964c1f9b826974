import type {Rng} from '../../support/random.js';
import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import {DataSpecError} from '../data-error.js';
import type {AugmentDefinition} from './definition.js';
import {type AugmentSpec, augmentations} from './index.js';
import type {MixDefinition} from './mixing.js';

/**
 * Changes one training example in place. The change depends on the run's seed, the epoch and the example alone: not on the batch that
 * the example is in.
 */
export type Augmenter = (example: Float32Array, epoch: number, exampleNumber: number) => void;

/** An augmentation with its place in the spec. */
export interface PlacedAugment {
  readonly augment: AugmentSpec;
  readonly path: string;
}

/** Throws where an augmentation does not suit examples of this shape. @throws DataSpecError */
export function checkAugment(augments: readonly PlacedAugment[], shape: Shape): void {
  for (const {augment: spec, path} of augments) {
    const definition: AugmentDefinition | MixDefinition = augmentations[spec.type];
    if (definition.needsImages && shape.length !== 3) {
      throw new DataSpecError(
        path,
        `(${spec.type}) needs pictures of shape [height, width, channels]; the source gives examples of shape ${formatShape(shape)}`,
      );
    }
    const problem = 'check' in definition ? definition.check?.(spec, shape) : undefined;
    if (problem) throw new DataSpecError(`${path}.${problem.key}`, problem.message);
  }
}

/**
 * The augmentations of a spec that change one example at a time, one after the other.
 * @param shape of an example as the source gives it
 * @param isBytes whether values are bytes: they then stay in [0, 255]
 * @param rng the stream that nothing else draws from
 */
export function createAugmenter(
  specs: readonly AugmentSpec[],
  shape: Shape,
  isBytes: boolean,
  rng: Rng,
): Augmenter | undefined {
  const steps = specs.flatMap((spec) => {
    const definition: AugmentDefinition | MixDefinition = augmentations[spec.type];
    return 'compile' in definition ? [{probability: spec.probability, change: definition.compile(spec, shape)}] : [];
  });
  if (steps.length === 0) return undefined;
  const scratch = new Float32Array(sizeOf(shape));
  return (example, epoch, exampleNumber) => {
    const stream = rng.split(epoch).split(exampleNumber);
    for (const {probability, change} of steps) {
      if (probability < 1 && stream.uniform() >= probability) continue;
      change(example, stream, scratch);
      if (isBytes) clampBytes(example);
    }
  };
}

function clampBytes(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < 0) values[i] = 0;
    else if (value > 255) values[i] = 255;
  }
}
