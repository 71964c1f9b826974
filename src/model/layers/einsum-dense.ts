import {type Static, Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {activationField, activations} from '../activations.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {activationOf} from './apply-activation.js';
import {biasShape, countOf, type EinsumEquation, parseEinsum, shapeOf} from './einsum-equation.js';
import {kernelFields} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';

const {useBias: _, ...weightFields} = kernelFields;
const args = Type.Object({
  equation: Type.String({
    pattern: '^[a-zA-Z]{2,},[a-zA-Z]+->[a-zA-Z]{2,}$',
    'x-expected': 'an equation such as abc,cd->abd',
    description:
      'Axes of inputs, kernel and outputs, a letter each, the batch first in inputs and outputs: abc,cd->abd is a dense layer.',
  }),
  outputShape: Type.Array(Type.Integer({minimum: 1}), {
    minItems: 1,
    description: 'Sizes of the outputs without the batch axis.',
  }),
  biasAxes: Type.Optional(
    Type.String({
      pattern: '^[a-zA-Z]+$',
      'x-expected': 'letters of the outputs',
      description: 'Letters of the output axes along which a learned offset differs. Default: no offset.',
    }),
  ),
  activation: activationField(),
  ...weightFields,
});
type EinsumArguments = Readonly<Static<typeof args>>;

const equationOf = (given: EinsumArguments, inputShape: Shape): EinsumEquation =>
  parseEinsum(given.equation, inputShape, given.outputShape);

function weightsOf(given: EinsumArguments, inputShape: Shape): readonly LayerWeight[] {
  const equation = equationOf(given, inputShape);
  // Fans are those of one product, whatever axes it is made of; Keras takes the kernel for a convolution's.
  const fans = {fanIn: countOf(equation, equation.summed), fanOut: countOf(equation, equation.made)};
  const kernel: LayerWeight = {
    name: 'kernel',
    shape: shapeOf(equation, equation.kernel),
    trainable: true,
    initializer: given.kernelInitializer,
    fans,
    regularizer: given.kernelRegularizer,
  };
  if (given.biasAxes === undefined) return [kernel];
  const bias: LayerWeight = {
    name: 'bias',
    role: 'bias',
    shape: biasShape(equation, given.biasAxes),
    trainable: true,
    initializer: given.biasInitializer,
    fans,
    regularizer: given.biasRegularizer,
  };
  return [kernel, bias];
}

/** As one product of matrices for each shared axis: TensorFlow.js's own einsum has no gradient. */
function multiply(tf: typeof tfjs, equation: EinsumEquation, x: Tensor, kernel: Tensor): Tensor {
  const {input, output, shared, kept, summed, made} = equation;
  const order = (from: string, to: string): number[] => [...to].map((letter) => from.indexOf(letter));
  const numShared = countOf(equation, shared);
  const numSummed = countOf(equation, summed);
  const rows = sizeOf(x.shape) / numShared / numSummed;
  const matrix = tf.transpose(kernel, order(equation.kernel, shared + summed + made));
  const left = tf.reshape(tf.transpose(x, order(input, shared + kept + summed)), [numShared, rows, numSummed]);
  const right = tf.reshape(matrix, [numShared, numSummed, countOf(equation, made)]);
  const sizes = [...(shared + kept + made)].map((letter) => equation.sizes.get(letter) ?? x.shape[0]!);
  return tf.transpose(tf.reshape(tf.matMul(left, right), sizes), order(shared + kept + made, output));
}

export const einsumDense = defineLayer({
  type: 'einsumDense',
  summary: 'A dense layer over any axes: which are summed over, kept and made is an equation.',
  shapes: '[...] → outputShape',
  example: '{type: einsumDense, equation: "abc,cde->abde", outputShape: [10, 4, 8], biasAxes: de}',
  args,
  outputShape(given, inputShape) {
    const equation = equationOf(given, inputShape);
    if (given.biasAxes !== undefined) biasShape(equation, given.biasAxes);
    return given.outputShape;
  },
  weights: weightsOf,
  build(given, context) {
    const {core} = context.tf;
    const equation = equationOf(given, context.inputShape);
    const hasBias = given.biasAxes !== undefined;
    const activate = activationOf(context, given.activation);
    return createFunctionLayer(context, {
      className: 'EinsumDense',
      config: {
        equation: given.equation,
        outputShape: [null, ...given.outputShape],
        biasAxes: given.biasAxes ?? null,
        activation: activations[given.activation],
        ...weightConfig(context, 'kernel'),
        ...(hasBias ? weightConfig(context, 'bias') : {}),
      },
      outputShape: given.outputShape,
      weights: weightsOf(given, context.inputShape),
      call(x, weight) {
        const product = multiply(core, equation, x, weight('kernel'));
        return activate(hasBias ? core.add(product, weight('bias')) : product);
      },
    });
  },
});
