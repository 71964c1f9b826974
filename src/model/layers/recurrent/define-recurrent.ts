import {type Static, type TObject, type TProperties, Type} from '@sinclair/typebox';
import {defineLayer} from '../../layer.js';
import {keptMask, type MaskRule} from '../../masks.js';
import {type RecurrentArguments, recurrentOutputShape, recurrentWeights, requireFirstStates} from './fields.js';
import type {RecurrentKind} from './kind.js';
import {createOneWay} from './recurrent-layer.js';

const state =
  'other layers take the last state by name: `inputs: [SEQUENCE, LAYER.hidden]`, of an lstm `[SEQUENCE, LAYER.hidden, LAYER.cell]`; bidirectional layers have LAYER.forwardHidden and so on';

/** What to say of arguments of Keras's and PyTorch's that are none here, by `comparable` name. */
const hints = {
  numlayers: 'write one layer after another, all but the last with returnSequences: true',
  bidirectional: 'write {type: bidirectional, layer: {type: …, units: …}}',
  batchfirst: 'the batch is always the first axis',
  unroll: 'steps are always unrolled',
  returnstate: state,
  initialstate: state,
  stateful: 'every batch starts from zeros, or from the states that `inputs` name: nothing is kept from batch to batch',
};

/** Outputs read from the end come in that order, and so does their mask. Keras forgets to turn it. */
const turnedMask: MaskRule = {has: keptMask.has, of: (tf, _inputs, [mask]) => mask && tf.reverse(mask, 1)};

/** The mask of a recurrent layer's output: only whole sequences have one. */
export const recurrentMask = ({returnSequences, goBackwards}: RecurrentArguments): MaskRule | undefined =>
  !returnSequences ? undefined : goBackwards ? turnedMask : keptMask;

/**
 * A recurrent layer that reads its sequence once, with its states as further outputs.
 * @param kind of arguments with their defaults; its cell has the same states whatever the arguments
 */
export function defineRecurrent<const Name extends string, Fields extends TProperties>(
  type: Name,
  {
    summary,
    example,
    fields,
    states,
    kind,
  }: {
    readonly summary: string;
    readonly example: string;
    readonly fields: Fields;
    readonly states: readonly string[];
    readonly kind: (given: Readonly<Static<TObject<Fields>>>) => RecurrentKind;
  },
) {
  return defineLayer({
    type,
    summary,
    shapes: `[time, features] → [units], or [time, units] with returnSequences; further outputs: ${states.map((name) => `LAYER.${name} [units]`).join(', ')}`,
    example,
    args: Type.Object(fields, {'x-hints': hints}),
    arity: {min: 1, max: 1 + states.length},
    outputShape(given, inputShape, ...firstStates) {
      const {args} = kind(given);
      requireFirstStates(args, states, firstStates);
      return recurrentOutputShape(args, inputShape);
    },
    states: (given) => Object.fromEntries(states.map((name) => [name, [kind(given).args.units]])),
    weights: (given, inputShape) => recurrentWeights(kind(given).args, kind(given).cell, inputShape),
    mask: (given) => recurrentMask(kind(given).args),
    build: (given, context) => createOneWay(context, kind(given)),
  });
}
