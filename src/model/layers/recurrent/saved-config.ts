import type {serialization} from '@tensorflow/tfjs-core';
import {activations} from '../../activations.js';
import type {BuildContext} from '../../layer.js';
import {weightConfig} from '../function-layer.js';
import type {RecurrentKind} from './kind.js';

/** A recurrent layer's arguments as stock TensorFlow.js writes them. @param prefix of its weights' names */
export function savedConfig(
  context: BuildContext,
  {args, recurrentActivation, config}: RecurrentKind,
  prefix = '',
): serialization.ConfigDict {
  const {units, useBias, returnSequences, goBackwards, dropout, recurrentDropout} = args;
  return {
    units,
    activation: activations[args.activation],
    ...(recurrentActivation ? {recurrentActivation: activations[recurrentActivation]} : {}),
    useBias,
    ...weightConfig(context, `${prefix}kernel`, 'kernel'),
    ...weightConfig(context, `${prefix}recurrent_kernel`, 'recurrent'),
    ...(useBias ? weightConfig(context, `${prefix}bias`, 'bias') : {}),
    dropout,
    recurrentDropout,
    returnSequences,
    returnState: context.givesStates,
    goBackwards,
    stateful: false,
    unroll: false,
    ...config,
  };
}
