import {type Static, type TObject, type TProperties, Type} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import {symmetricBeta} from '../../support/beta.js';
import type {Rng} from '../../support/random.js';
import {type Shape, sizeOf} from '../../support/tensor.js';

/**
 * Mixes every example of a batch with its partner, in place. All chance comes from `rng`.
 * @param examples [batch, ...shape] @param originals a copy of them @param partners for each example another one of the batch, or itself
 * @returns how much of each mixture is the example itself, in [0, 1]
 */
export type MixFunction = (examples: Float32Array, originals: Float32Array, partners: Uint32Array, rng: Rng) => number;

/** An augmentation that mixes the examples of a batch with one another; their targets are mixed in the same proportion. */
export interface MixDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** Whether it works on pictures [height, width, channels] only. */
  readonly needsImages: boolean;
  compileMix(spec: Readonly<Static<TObject<Args>>>, shape: Shape): MixFunction;
}

const defineMix = <const Name extends string, Args extends TProperties>(
  definition: MixDefinition<Name, Args>,
): MixDefinition<Name, Args> => definition;

const alphaField = (standard: number) =>
  Type.Number({
    default: standard,
    exclusiveMinimum: 0,
    description:
      'The share of the example is drawn from Beta(alpha, alpha), one for each batch: 1 makes all shares alike, smaller ones leave most examples nearly as they are.',
  });

const probability = Type.Number({
  default: 1,
  exclusiveMinimum: 0,
  maximum: 1,
  description: 'Part of the batches that it is applied to, drawn anew in every epoch.',
});

/** λ x + (1 − λ) x′: Zhang, Cisse, Dauphin and Lopez-Paz 2018, "mixup: Beyond Empirical Risk Minimization". */
export const mixup = defineMix({
  type: 'mixup',
  summary: 'Blends each example with another one of its batch, and their classes in the same proportion.',
  args: Type.Object({alpha: alphaField(0.2), probability}),
  needsImages: false,
  compileMix({alpha}, shape) {
    const size = sizeOf(shape);
    return (examples, originals, partners, rng) => {
      const share = symmetricBeta(rng, alpha);
      for (let i = 0, at = 0; i < partners.length; i++) {
        for (let from = partners[i]! * size, end = from + size; from < end; from++, at++)
          examples[at] = share * examples[at]! + (1 - share) * originals[from]!;
      }
      return share;
    };
  },
});

/**
 * A box of the partner, as large as 1 − λ of the picture before what sticks out is cut off; the share is then counted from what was
 * pasted. Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", and its code.
 */
export const cutmix = defineMix({
  type: 'cutmix',
  summary: 'Pastes a box of another picture of the batch into each picture, and mixes their classes by area.',
  args: Type.Object({alpha: alphaField(1), probability}),
  needsImages: true,
  compileMix({alpha}, [height, width, channels]) {
    const [h, w, depth] = [height!, width!, channels!];
    return (examples, originals, partners, rng) => {
      const side = Math.sqrt(1 - symmetricBeta(rng, alpha)) / 2;
      const [halfWidth, halfHeight] = [Math.floor(side * w), Math.floor(side * h)];
      const [x, y] = [rng.below(w), rng.below(h)];
      const [left, right] = [Math.max(x - halfWidth, 0), Math.min(x + halfWidth, w)];
      const [top, bottom] = [Math.max(y - halfHeight, 0), Math.min(y + halfHeight, h)];
      for (let i = 0; i < partners.length; i++) {
        for (let row = top; row < bottom; row++) {
          const at = (row * w + left) * depth;
          const from = partners[i]! * h * w * depth + at;
          examples.set(originals.subarray(from, from + (right - left) * depth), i * h * w * depth + at);
        }
      }
      return 1 - ((right - left) * (bottom - top)) / (w * h);
    };
  },
});
