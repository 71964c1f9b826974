import {type Static, Type} from '@sinclair/typebox';
import {choiceOf} from '../../../spec/define.js';
import {defineLayer} from '../../layer.js';
import {ShapeProblem} from '../../shape-problem.js';
import {recurrentMask} from './define-recurrent.js';
import {recurrentOutputShape, recurrentWeights} from './fields.js';
import {gru, gruKind} from './gru.js';
import type {RecurrentKind} from './kind.js';
import {lstm, lstmKind} from './lstm.js';
import {type MergeMode, mergedShape, mergeModes} from './merge-outputs.js';
import {createRecurrentLayer, type Direction} from './recurrent-layer.js';
import {savedConfig} from './saved-config.js';
import {simpleRnn, simpleRnnKind} from './simple-rnn.js';

const recurrentLayers = {simpleRnn, lstm, gru};

const args = Type.Object({
  layer: choiceOf(recurrentLayers, {
    title: 'recurrentLayer',
    description: 'The layer that reads the sequence: {type: lstm, units: 64}. Each direction has its own weights.',
  }),
  mergeMode: Type.Unsafe<MergeMode>({
    type: 'string',
    enum: [...mergeModes],
    default: 'concat',
    description: 'How the two outputs become one: side by side (twice the units), or their sum, product or mean.',
  }),
});
type BidirectionalArguments = Readonly<Static<typeof args>>;

/** With the names that the stock layer gives its weights. */
const directionsOf = ({layer}: BidirectionalArguments): readonly Direction[] => [
  {prefix: `forward_${layer.type}/`, goBackwards: false},
  {prefix: `backward_${layer.type}/`, goBackwards: true},
];

function kindOf({layer}: BidirectionalArguments): RecurrentKind {
  switch (layer.type) {
    case 'simpleRnn':
      return simpleRnnKind(layer);
    case 'lstm':
      return lstmKind(layer);
    case 'gru':
      return gruKind(layer);
    default:
      return layer satisfies never;
  }
}

export const bidirectional = defineLayer({
  type: 'bidirectional',
  summary: 'A recurrent layer twice, one reading from the start and one from the end of the sequence.',
  shapes:
    '[time, features] → [2 · units], or [time, 2 · units] with returnSequences; units for mergeMode sum, mul, ave; further outputs: LAYER.forwardHidden, LAYER.backwardHidden [units], of an lstm also LAYER.forwardCell, LAYER.backwardCell',
  example: '{type: bidirectional, layer: {type: lstm, units: 32}}',
  args,
  outputShape(given, inputShape) {
    const {args: inner} = kindOf(given);
    if (inner.goBackwards) {
      throw new ShapeProblem('has a layer with goBackwards, and reads the sequence both ways already', {
        field: 'layer',
        hint: 'remove goBackwards from it',
      });
    }
    return mergedShape(recurrentOutputShape(inner, inputShape), given.mergeMode);
  },
  weights(given, inputShape) {
    const {args: inner, cell} = kindOf(given);
    return directionsOf(given).flatMap(({prefix}) => recurrentWeights(inner, cell, inputShape, prefix));
  },
  states(given) {
    const {args: inner, cell} = kindOf(given);
    const names = ['forward', 'backward'].flatMap((side) =>
      cell.states.map((state) => `${side}${state[0]!.toUpperCase()}${state.slice(1)}`),
    );
    return Object.fromEntries(names.map((name) => [name, [inner.units]]));
  },
  mask: (given) => recurrentMask(kindOf(given).args),
  build(given, context) {
    const kind = kindOf(given);
    const directions = directionsOf(given);
    const config = {name: given.layer.type, trainable: true, ...savedConfig(context, kind, directions[0]!.prefix)};
    const layer = {className: kind.className, config};
    return createRecurrentLayer(context, kind, {
      directions,
      mergeMode: given.mergeMode,
      className: 'Bidirectional',
      config: {layer, mergeMode: given.mergeMode},
    });
  },
});
