import {type Static, type TObject, Type} from '@sinclair/typebox';
import {defineRecurrent} from './define-recurrent.js';
import {recurrentActivationField, recurrentFields} from './fields.js';
import type {RecurrentKind} from './kind.js';
import {lstmCell} from './lstm-cell.js';

const {units, activation, ...others} = recurrentFields;
const fields = {
  units,
  activation,
  recurrentActivation: recurrentActivationField(),
  unitForgetBias: Type.Boolean({
    default: true,
    description:
      "Whether the forget gate's bias starts at 1 (Jozefowicz et al. 2015) instead of as biasInitializer says.",
  }),
  ...others,
};

export const lstmKind = (given: Readonly<Static<TObject<typeof fields>>>): RecurrentKind => ({
  cell: lstmCell,
  args: given,
  recurrentActivation: given.recurrentActivation,
  forgetOnes: given.unitForgetBias,
  className: 'LSTM',
  config: {unitForgetBias: given.unitForgetBias},
});

export const lstm = defineRecurrent('lstm', {
  summary: 'Long short-term memory (Hochreiter & Schmidhuber 1997): a recurrent layer with a gated memory.',
  example: '{type: lstm, units: 64}',
  fields,
  states: lstmCell.states,
  kind: lstmKind,
});
