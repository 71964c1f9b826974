import {ExpError} from '../../../support/errors.js';
import type {GraphBuilder} from '../onnx/builder.js';

/** Emits the activation that TensorFlow.js fuses into a convolution or a matrix product in inference. */
export function emitActivation(
  builder: GraphBuilder,
  x: string,
  activation: string | undefined,
  leakyreluAlpha: number | undefined,
): string {
  switch (activation ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return builder.node('Relu', [x]);
    case 'relu6':
      return builder.node('Clip', [x, builder.float(0), builder.float(6)]);
    case 'elu':
      return builder.node('Elu', [x]);
    case 'sigmoid':
      return builder.node('Sigmoid', [x]);
    case 'leakyrelu':
      return builder.node('LeakyRelu', [x], {alpha: {float: leakyreluAlpha ?? 0.2}});
    default:
      throw new ExpError(
        'KERNEL_UNSUPPORTED',
        `the compiled engine has no lowering for the fused activation ${activation}`,
        'train this model with --engine eager',
      );
  }
}
