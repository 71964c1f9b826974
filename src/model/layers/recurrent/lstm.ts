import {type Static, Type} from '@sinclair/typebox';
import {defineLayer} from '../../layer.js';
import {
  recurrentActivationField,
  recurrentFields,
  recurrentOutputShape,
  recurrentShapes,
  recurrentWeights,
} from './fields.js';
import type {RecurrentKind} from './kind.js';
import {lstmCell} from './lstm-cell.js';
import {createOneWay} from './recurrent-layer.js';

const {units, activation, ...others} = recurrentFields;
const args = Type.Object({
  units,
  activation,
  recurrentActivation: recurrentActivationField(),
  unitForgetBias: Type.Boolean({
    default: true,
    description:
      "Whether the forget gate's bias starts at 1 (Jozefowicz et al. 2015) instead of as biasInitializer says.",
  }),
  ...others,
});

export const lstmKind = (given: Readonly<Static<typeof args>>): RecurrentKind => ({
  cell: lstmCell,
  args: given,
  recurrentActivation: given.recurrentActivation,
  forgetOnes: given.unitForgetBias,
  className: 'LSTM',
  config: {unitForgetBias: given.unitForgetBias},
});

export const lstm = defineLayer({
  type: 'lstm',
  summary: 'Long short-term memory (Hochreiter & Schmidhuber 1997): a recurrent layer with a gated memory.',
  shapes: recurrentShapes,
  example: '{type: lstm, units: 64}',
  args,
  outputShape: recurrentOutputShape,
  weights: (given, inputShape) => recurrentWeights(given, lstmCell, inputShape),
  build: (given, context) => createOneWay(context, lstmKind(given)),
});
