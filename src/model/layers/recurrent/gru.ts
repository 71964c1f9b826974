import {type Static, type TObject, Type} from '@sinclair/typebox';
import {defineRecurrent} from './define-recurrent.js';
import {recurrentActivationField, recurrentFields} from './fields.js';
import {gruResetAfterCell, gruResetBeforeCell} from './gru-cell.js';
import type {RecurrentKind} from './kind.js';

const {units, activation, ...others} = recurrentFields;
const fields = {
  units,
  activation,
  recurrentActivation: recurrentActivationField(),
  resetAfter: Type.Boolean({
    default: true,
    description:
      'Whether the reset gate acts behind the recurrent product, as in Keras, PyTorch and cuDNN, with a bias [2, 3 · units]; false: in front of it (Cho et al. 2014). Stock TensorFlow.js loads saved models with false only.',
  }),
  ...others,
};

export const gruKind = (given: Readonly<Static<TObject<typeof fields>>>): RecurrentKind => ({
  cell: given.resetAfter ? gruResetAfterCell : gruResetBeforeCell,
  args: given,
  recurrentActivation: given.recurrentActivation,
  className: 'GRU',
  config: {resetAfter: given.resetAfter},
});

export const gru = defineRecurrent('gru', {
  summary: 'Gated recurrent unit (Cho et al. 2014): a recurrent layer that gates its own output.',
  example: '{type: gru, units: 64}',
  fields,
  states: gruResetAfterCell.states,
  kind: gruKind,
});
