import {type Static, type TObject, type TProperties, Type} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import type {Rng} from '../../support/random.js';
import type {Shape} from '../../support/tensor.js';

/**
 * Changes one example in place, as the source stores it. All chance comes from `rng`.
 * @param example [...shape] @param scratch as many values, for whatever use
 */
export type AugmentFunction = (example: Float32Array, rng: Rng, scratch: Float32Array) => void;

/** An augmentation of the catalogue: compiled once, then run on every training example of every epoch. */
export interface AugmentDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** Whether it works on pictures [height, width, channels] only. */
  readonly needsImages: boolean;
  /** What is wrong with arguments for examples of this shape: the argument and the end of a sentence. */
  check?(
    spec: Readonly<Static<TObject<Args>>>,
    shape: Shape,
  ): {readonly key: string; readonly message: string} | undefined;
  compile(spec: Readonly<Static<TObject<Args>>>, shape: Shape): AugmentFunction;
}

/** Types a definition from its arguments. */
export const defineAugment = <const Name extends string, Args extends TProperties>(
  definition: AugmentDefinition<Name, Args>,
): AugmentDefinition<Name, Args> => definition;

/** The argument that all augmentations share. */
export const probability = (standard: number) =>
  Type.Number({
    default: standard,
    exclusiveMinimum: 0,
    maximum: 1,
    description: 'Part of the examples that it is applied to, drawn anew in every epoch.',
  });

/** The argument of all that move pixels: what comes in from outside the picture. */
export const fill = Type.Union([Type.Literal('zeros'), Type.Literal('edge')], {
  default: 'zeros',
  description: 'What comes in from outside: zeros (black where 0 is black), or the nearest pixel of the edge.',
});

export type Fill = Static<typeof fill>;

/** Uniform between two numbers. */
export const between = (rng: Rng, low: number, high: number): number => low + (high - low) * rng.uniform();
