import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import type {layers} from '@tensorflow/tfjs-layers';

/** [batch, time]: 1 for the steps of a sequence that count, 0 for those that are there to fill it up. Undefined: all count. */
export type Mask = Tensor | undefined;

/** What a layer makes of the masks of its inputs. */
export interface MaskRule {
  /** Whether its output has a mask. @param isMasked whether the inputs have one, in their order */
  readonly has: (isMasked: readonly boolean[]) => boolean;
  /** The mask of its output, where `has` says that there is one. Nothing is differentiated through it. */
  readonly of: (tf: typeof tfjs, inputs: readonly Tensor[], masks: readonly Mask[]) => Mask;
}

/** The output has the first input's mask: layers that leave the time steps where they are. */
export const keptMask: MaskRule = {
  has: ([first]) => first!,
  of: (_tf, _inputs, [first]) => first,
};

/** The output has a mask if all inputs do: a step counts that counts in one of them. Keras's rule for layers that merge value by value. */
export const mergedMask: MaskRule = {
  has: (isMasked) => isMasked.every(Boolean),
  of: (tf, _inputs, masks) => masks.reduce((merged, mask) => tf.maximum(merged!, mask!)),
};

/** A mask made of the input itself. @param find says of the input which steps count: [batch, time] */
export const foundMask = (find: (tf: typeof tfjs, x: Tensor) => Tensor): MaskRule => ({
  has: () => true,
  of: (tf, [x]) => withoutGradient(tf, () => find(tf, x!)),
});

/** What is computed where the tape of gradients does not look, since comparisons have no gradient. */
export const withoutGradient = (tf: typeof tfjs, compute: () => Tensor): Tensor =>
  tf.customGrad(() => ({value: compute(), gradFunc: () => []}))();

/** A mask with axes of size 1 behind its own, so that it lines up with values that have `rank` axes. */
export const alignedMask = (tf: typeof tfjs, mask: Tensor, rank: number): Tensor =>
  mask.rank === rank ? mask : tf.reshape(mask, [...mask.shape, ...Array<number>(rank - mask.rank).fill(1)]);

type TfLayer = InstanceType<typeof layers.Layer>;

const makers = new WeakMap<TfLayer, (inputs: readonly Tensor[], masks: readonly Mask[]) => Mask>();

/** Tells `forward` what a built layer makes of masks. */
export function setMaskRule(layer: TfLayer, tf: typeof tfjs, rule: MaskRule): void {
  makers.set(layer, (inputs, masks) => (rule.has(masks.map(Boolean)) ? rule.of(tf, inputs, masks) : undefined));
}

/** The mask of a layer's output; none where the layer has no rule. */
export const maskOf = (layer: TfLayer, inputs: readonly Tensor[], masks: readonly Mask[]): Mask =>
  makers.get(layer)?.(inputs, masks);
