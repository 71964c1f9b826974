import {type Static, Type} from '@sinclair/typebox';
import {defineLayer} from '../../layer.js';
import {
  recurrentActivationField,
  recurrentFields,
  recurrentOutputShape,
  recurrentShapes,
  recurrentWeights,
} from './fields.js';
import {gruResetAfterCell, gruResetBeforeCell} from './gru-cell.js';
import type {RecurrentKind} from './kind.js';
import {createOneWay} from './recurrent-layer.js';

const {units, activation, ...others} = recurrentFields;
const args = Type.Object({
  units,
  activation,
  recurrentActivation: recurrentActivationField(),
  resetAfter: Type.Boolean({
    default: true,
    description:
      'Whether the reset gate acts behind the recurrent product, as in Keras, PyTorch and cuDNN, with a bias [2, 3 · units]; false: in front of it (Cho et al. 2014). Stock TensorFlow.js loads saved models with false only.',
  }),
  ...others,
});
type GruArguments = Readonly<Static<typeof args>>;

const cellOf = ({resetAfter}: GruArguments) => (resetAfter ? gruResetAfterCell : gruResetBeforeCell);

export const gruKind = (given: GruArguments): RecurrentKind => ({
  cell: cellOf(given),
  args: given,
  recurrentActivation: given.recurrentActivation,
  className: 'GRU',
  config: {resetAfter: given.resetAfter},
});

export const gru = defineLayer({
  type: 'gru',
  summary: 'Gated recurrent unit (Cho et al. 2014): a recurrent layer that gates its own output.',
  shapes: recurrentShapes,
  example: '{type: gru, units: 64}',
  args,
  outputShape: recurrentOutputShape,
  weights: (given, inputShape) => recurrentWeights(given, cellOf(given), inputShape),
  build: (given, context) => createOneWay(context, gruKind(given)),
});
