import {Type} from '@sinclair/typebox';
import type {Definition} from '../spec/define.js';
import type {ActivationName} from './activations.js';

/** What each activation makes of x, for the reference. */
const formulas: Readonly<Record<ActivationName, string>> = {
  linear: 'x as it is.',
  relu: 'max(0, x).',
  relu6: 'min(max(0, x), 6).',
  leakyRelu: 'x, and 0.2 · x where x is negative. PyTorch has 0.01: the layer leakyRelu takes any slope.',
  elu: 'x, and eˣ - 1 where x is negative.',
  celu: 'The same as elu, because alpha is 1.',
  selu: '1.0507 · x, and 1.7581 · (eˣ - 1) where x is negative (Klambauer et al. 2017); suits lecunNormal and alphaDropout.',
  gelu: 'x · Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel 2016).',
  geluApproximate: 'gelu with a tanh in place of Φ, as in GPT-2.',
  silu: 'x · sigmoid(x).',
  swish: 'Another name of silu.',
  hardSwish: 'x · hardSigmoid(x).',
  hardSilu: 'Another name of hardSwish.',
  mish: 'x · tanh(softplus(x)).',
  sigmoid: '1 / (1 + e⁻ˣ), between 0 and 1.',
  hardSigmoid: 'min(max(0, x + 3), 6) / 6, as in Keras 3 and PyTorch.',
  logSigmoid: 'The logarithm of sigmoid(x).',
  softplus: 'ln(1 + eˣ), a smooth relu.',
  softsign: 'x / (1 + |x|).',
  tanh: 'The hyperbolic tangent, between -1 and 1.',
  hardTanh: 'x, cut off at -1 and 1.',
  tanhShrink: 'x - tanh(x).',
  softShrink: 'x, moved by 0.5 towards 0, and 0 where it is nearer than that.',
  hardShrink: 'x, and 0 where it is within 0.5 of 0.',
  squareplus: '(x + √(x² + 4)) / 2, a smooth relu without exponentials.',
  sparsePlus: '0 up to -1, x from 1 on, (x + 1)² / 4 between them.',
  sparseSigmoid: '(x + 1) / 2, cut off at 0 and 1.',
  exponential: 'eˣ.',
  softmax: 'eˣ over the sum of all along the last axis: positive numbers that sum to 1.',
  logSoftmax: 'The logarithm of softmax.',
  sparsemax:
    'The nearest point with numbers from 0 on that sum to 1 along the last axis; many are 0 (Martins and Astudillo 2016).',
};

/** Activations as words of the catalogue; they take no arguments. */
export const activationWords: Readonly<Record<string, Definition>> = Object.fromEntries(
  Object.entries(formulas).map(([type, summary]) => [type, {type, summary, args: Type.Object({})}]),
);
