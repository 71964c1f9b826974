import type {PlannedLayer} from './infer-shapes.js';
import {keptMask} from './masks.js';

/**
 * Whether stock TensorFlow.js makes of a model's masks what Keras and exp make of them. It does where a mask goes through layers that
 * keep it into recurrent ones. It forgets that a mask has ended (a recurrent layer behind takes the one before), takes other steps where
 * inputs merge, keeps the outputs of masked steps in bidirectional sequences, and counts them in a global mean. Where it would do any
 * of that, what makes the mask is saved under a name that it does not know.
 */
export const masksAsStock = (layers: readonly PlannedLayer[]): boolean =>
  layers.every(({spec, inputs, isMasked, mask}) => {
    switch (spec.type) {
      case 'simpleRnn':
      case 'lstm':
      case 'gru':
        return isMasked && inputs.length === 1 && (mask === undefined || mask === keptMask);
      case 'bidirectional':
        return isMasked && mask === undefined;
      default:
        return !isMasked || (mask === keptMask && spec.type !== 'softmax');
    }
  });
