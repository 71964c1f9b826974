import {Type} from '@sinclair/typebox';

/** Whether a cross-entropy takes logits or probabilities. */
export const fromLogits = (activation: string) =>
  Type.Optional(
    Type.Boolean({
      description: `true (when left out): the outputs are logits and the ${activation} is part of the loss, which is more exact. false: the model ends in ${activation} itself.`,
    }),
  );

export const labelSmoothing = (description: string) =>
  Type.Optional(
    Type.Number({minimum: 0, exclusiveMaximum: 1, description: `${description} In [0, 1), 0 when left out.`}),
  );

/** Exponent of the focal losses. */
export const gamma = Type.Number({
  default: 2,
  minimum: 0,
  description: 'How much less examples count that are nearly right; at least 0, where 0 is the plain cross-entropy.',
});
