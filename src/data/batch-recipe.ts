import {Rng} from '../support/random.js';
import type {Shape} from '../support/tensor.js';
import {type Augmenter, createAugmenter} from './augment/augmenter.js';
import type {AugmentSpec} from './augment/index.js';
import {createMixer, type Mixer} from './augment/mixer.js';
import type {FittedValues, TargetEncoding} from './dataset.js';
import type {Examples} from './sources/definition.js';
import type {TransformDefinition, TransformFunction} from './transforms/definition.js';
import {type TransformSpec, transforms} from './transforms/index.js';

/** A transform with what it learnt. */
export interface TransformRecipe {
  readonly spec: TransformSpec;
  /** Of an example before it. */
  readonly shape: Shape;
  readonly fitted?: FittedValues | undefined;
}

/** Random changes of training examples. */
export interface AugmentRecipe {
  readonly specs: readonly AugmentSpec[];
  /** Of an example as the source gives it. */
  readonly shape: Shape;
  readonly isBytes: boolean;
  /** Of the stream that nothing else draws from. */
  readonly rngKey: number;
}

/** How an input of the data comes into a batch. */
export interface InputRecipe {
  readonly name: string;
  /** Values of one example, the same before and after the transforms. */
  readonly size: number;
  /** Applied before the transforms where the batches are those of a training epoch. */
  readonly augment?: AugmentRecipe | undefined;
  readonly transforms: readonly TransformRecipe[];
}

/** How what an output of the model is compared with comes into a batch. */
export interface TargetRecipe {
  /** Of the model. */
  readonly output: string;
  /** Of the data. */
  readonly target: string;
  /** Set where that is the name of an input, to be given back as the layers got it. */
  readonly isInput?: boolean;
  readonly encoding: TargetEncoding;
  /** Floats per example. */
  readonly size: number;
  /** Needed for oneHot: floats per class number. */
  readonly numClasses?: number | undefined;
  /** What the loss of an example of each class is multiplied by. */
  readonly classWeights?: readonly number[] | undefined;
  /** Whether batches hold weights for this output. */
  readonly isWeighted: boolean;
}

/** Some examples of a source and how to make batches of them. Holds no functions, so that another thread can follow it as well. */
export interface BatchRecipe {
  readonly examples: Examples;
  /** Which examples, in stored order; all by default. */
  readonly rows?: Uint32Array | undefined;
  readonly inputs: readonly InputRecipe[];
  readonly targets: readonly TargetRecipe[];
}

export const augmenterOf = ({specs, shape, isBytes, rngKey}: AugmentRecipe): Augmenter | undefined =>
  createAugmenter(specs, shape, isBytes, Rng.fromKey(rngKey));

export const mixerOf = ({specs, shape, rngKey}: AugmentRecipe): Mixer | undefined =>
  createMixer(specs, shape, Rng.fromKey(rngKey));

/** @returns undefined for a transform that changes no value */
export function transformOf({spec, shape, fitted}: TransformRecipe): TransformFunction | undefined {
  const definition: TransformDefinition = transforms[spec.type];
  return definition.compile(spec, shape, fitted);
}
