import {convolutionKernels} from './convolution.js';
import {depthwiseConvolutionKernels} from './depthwise-convolution.js';
import {elementwiseKernels} from './elementwise.js';
import {indexingKernels} from './indexing.js';
import type {Kernel} from './kernel.js';
import {matMulKernels} from './matmul.js';
import {poolingKernels} from './pooling.js';
import {reductionKernels} from './reduction.js';
import {shapeKernels} from './shape.js';

/** Every TensorFlow.js kernel the compiled engine can record and lower, by TensorFlow.js's name. */
export const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwiseKernels,
  ...shapeKernels,
  ...indexingKernels,
  ...reductionKernels,
  ...matMulKernels,
  ...convolutionKernels,
  ...depthwiseConvolutionKernels,
  ...poolingKernels,
};
