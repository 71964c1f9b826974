import * as tf from '@tensorflow/tfjs-core';

/**
 * Sine and cosine, in place of WGSL's own: those need only be right to 2⁻¹¹, and only between −π and π, which is too little for positions in a
 * sequence. The argument is brought between −π/2 and π/2 by taking off multiples of π in three pieces (Cody and Waite), then the series of
 * the sine is summed to the eleventh power; on [−1000, 1000] the result is right to 1e-6.
 */
const code = (isCosine: boolean): string => `
  fn main(index : i32) {
    if (index < uniforms.size) {
      let x = getAByOutputIndex(index);
      let turns = round(x * 0.3183098861837907${isCosine ? ' - 0.5' : ''});
      let multiple = turns${isCosine ? ' + 0.5' : ''};
      let angle = ((x - multiple * 3.140625) - multiple * 9.67502593994140625e-4) - multiple * 1.509957990978376432e-7;
      let square = angle * angle;
      let series = -1.0 / 6.0 + square * (1.0 / 120.0 + square * (-1.0 / 5040.0 + square * (1.0 / 362880.0 - square / 39916800.0)));
      let sine = angle + angle * square * series;
      let isOdd = abs(turns - 2.0 * floor(turns * 0.5)) > 0.5;
      setOutputAtIndex(index, select(sine, -sine, isOdd${isCosine ? ' != true' : ''}));
    }
  }
`;

/** What the backend compiles and runs (`WebGPUProgram` of TensorFlow.js). */
class SineProgram {
  readonly variableNames = ['A'];
  readonly workgroupSize = [128, 1, 1];
  readonly size = true;
  readonly dispatchLayout: {readonly x: number[]};
  readonly dispatch: number[];
  readonly shaderKey: string;

  constructor(
    readonly outputShape: number[],
    private readonly isCosine: boolean,
  ) {
    this.dispatchLayout = {x: outputShape.map((_, axis) => axis)};
    this.dispatch = [Math.ceil(tf.util.sizeFromShape(outputShape) / 128), 1, 1];
    this.shaderKey = isCosine ? 'exactCosine' : 'exactSine';
  }

  getUserCode(): string {
    return code(this.isCosine);
  }
}

interface Backend {
  runWebGPUProgram(program: SineProgram, inputs: readonly tf.TensorInfo[], dtype: tf.DataType): tf.TensorInfo;
}

/** Replaces the backend's kernels `Sin` and `Cos`. */
export function mendSines(): void {
  for (const [kernelName, isCosine] of [
    ['Sin', false],
    ['Cos', true],
  ] as const) {
    tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc({inputs, backend}) {
        const x = inputs.x as tf.TensorInfo;
        return (backend as Backend).runWebGPUProgram(new SineProgram(x.shape, isCosine), [x], 'float32');
      },
    });
  }
}
