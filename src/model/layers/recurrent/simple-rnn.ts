import type {Static, TObject} from '@sinclair/typebox';
import {defineRecurrent} from './define-recurrent.js';
import {recurrentFields} from './fields.js';
import type {RecurrentKind} from './kind.js';
import {simpleRnnCell} from './simple-rnn-cell.js';

export const simpleRnnKind = (given: Readonly<Static<TObject<typeof recurrentFields>>>): RecurrentKind => ({
  cell: simpleRnnCell,
  args: given,
  className: 'SimpleRNN',
});

export const simpleRnn = defineRecurrent('simpleRnn', {
  summary: 'Recurrent layer whose output at each time step is a dense layer of the input and of its last output.',
  example: '{type: simpleRnn, units: 16}',
  fields: recurrentFields,
  states: simpleRnnCell.states,
  kind: simpleRnnKind,
});
