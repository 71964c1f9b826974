import {convolutionKernels} from './convolution.js';
import {depthwiseConvolutionKernels} from './depthwise-convolution.js';
import {elementwiseKernels} from './elementwise.js';
import {indexingKernels} from './indexing.js';
import type {Kernel} from './kernel.js';
import {matMulKernels} from './matmul.js';
import {poolingKernels} from './pooling.js';
import {reductionKernels} from './reduction.js';
import {shapeKernels} from './shape.js';

/** The kernels by what they do; docs/engines.md lists them so. */
export const kernelFamilies = {
  'element-wise': elementwiseKernels,
  shapes: shapeKernels,
  indexing: indexingKernels,
  reductions: reductionKernels,
  'matrix products': matMulKernels,
  convolutions: convolutionKernels,
  'depthwise convolutions': depthwiseConvolutionKernels,
  pooling: poolingKernels,
} as const satisfies Record<string, Readonly<Record<string, Kernel>>>;

/** Every TensorFlow.js kernel the compiled engine can record and lower, by TensorFlow.js's name. */
export const kernels: Readonly<Record<string, Kernel>> = Object.assign({}, ...Object.values(kernelFamilies));
