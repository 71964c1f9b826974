import {type Static, Type} from '@sinclair/typebox';
import {defineLayer} from '../../layer.js';
import {recurrentFields, recurrentOutputShape, recurrentShapes, recurrentWeights} from './fields.js';
import type {RecurrentKind} from './kind.js';
import {createOneWay} from './recurrent-layer.js';
import {simpleRnnCell} from './simple-rnn-cell.js';

const args = Type.Object(recurrentFields);

export const simpleRnnKind = (given: Readonly<Static<typeof args>>): RecurrentKind => ({
  cell: simpleRnnCell,
  args: given,
  className: 'SimpleRNN',
});

export const simpleRnn = defineLayer({
  type: 'simpleRnn',
  summary: 'Recurrent layer whose output at each time step is a dense layer of the input and of its last output.',
  shapes: recurrentShapes,
  example: '{type: simpleRnn, units: 16}',
  args,
  outputShape: recurrentOutputShape,
  weights: (given, inputShape) => recurrentWeights(given, simpleRnnCell, inputShape),
  build: (given, context) => createOneWay(context, simpleRnnKind(given)),
});
