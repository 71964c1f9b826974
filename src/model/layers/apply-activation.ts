import type {Tensor} from '@tensorflow/tfjs-core';
import {type ActivationName, activations} from '../activations.js';
import type {BuildContext} from '../layer.js';

/** The function of an activation's name, for layers that apply it themselves. */
export function activationOf({tf, name}: BuildContext, activation: ActivationName): (x: Tensor) => Tensor {
  if (activation === 'linear') return (x) => x;
  const layer = tf.layers.layers.activation({name: `${name}/activation`, activation: activations[activation]});
  return (x) => layer.call(x, {}) as Tensor;
}
