import {formatShape} from '../../../support/tensor.js';
import type {CallContext} from '../../call-context.js';
import type {InputShapes} from '../../layer.js';
import type {Mask} from '../../masks.js';
import {ShapeProblem} from '../../shape-problem.js';
import {requireSequence, type SequenceShape} from '../sequences.js';

/** The sequences that attention reads. */
export interface AttentionShapes {
  readonly query: SequenceShape;
  readonly value: SequenceShape;
  readonly key: SequenceShape;
}

/** How many inputs attention takes, in Keras's order: query, value, key. */
export const attentionArity = {min: 1, max: 3} as const;

/** The one for each role: the keys are the values unless given, and both the queries. */
export function rolesOf<Input>([query, value = query, key = value]: readonly [Input, ...Input[]]): Readonly<
  Record<keyof AttentionShapes, Input>
> {
  return {query, value, key};
}

/** The masks of query, value and key. @param numInputs how many of them the layer takes */
export function masksOf({masks = []}: CallContext, numInputs: number): Readonly<Record<keyof AttentionShapes, Mask>> {
  const value = masks[Math.min(1, numInputs - 1)];
  return {query: masks[0], value, key: numInputs > 2 ? masks[2] : value};
}

/** @throws ShapeProblem unless all are sequences, and values as long as keys */
export function attentionShapes(...inputShapes: InputShapes): AttentionShapes {
  const {query, value, key} = rolesOf(inputShapes);
  const shapes = {query: requireSequence(query), value: requireSequence(value), key: requireSequence(key)};
  if (shapes.value[0] !== shapes.key[0]) {
    throw new ShapeProblem(
      `wants a key for each value; it gets values ${formatShape(value)}, keys ${formatShape(key)}`,
      {
        field: 'inputs',
        hint: 'name inputs in the order query, value, key',
      },
    );
  }
  return shapes;
}
