import * as tf from '@tensorflow/tfjs-core';

const backendName = 'webgpu';

/** The part of the backend that kernels need; it calls tensors of a kernel `TensorInfo`. */
interface Backend {
  incRef(dataId: object): void;
  disposeData(dataId: object): boolean;
}

/** One axis of a tensor seen as [what lies before it, the axis, what lies after it], and what the kernel does there. */
interface AxisCall {
  readonly axis: number;
  readonly attrs: object;
  /** Length of the axis afterwards. */
  readonly length: number;
}

/**
 * What these kernels do along several axes is the same as along one after the other. TensorFlow.js's own programs end at four axes: `PadV2`
 * gives wrong numbers, `Reverse` fails, and `Tile` reads the tensor back to the host, which only a browser can do at once.
 */
const axisCalls: Readonly<Record<string, (shape: readonly number[], attrs: object) => readonly AxisCall[]>> = {
  PadV2(shape, attrs) {
    const {paddings, constantValue} = attrs as tf.PadV2Attrs;
    return paddings
      .map((padding, axis) => ({
        axis,
        length: shape[axis]! + padding[0] + padding[1],
        attrs: {paddings: [[0, 0], padding, [0, 0]], constantValue},
      }))
      .filter(({axis, length}) => length !== shape[axis]);
  },
  Tile(shape, attrs) {
    const {reps} = attrs as tf.TileAttrs;
    return reps
      .map((times, axis) => ({axis, length: shape[axis]! * times, attrs: {reps: [1, times, 1]}}))
      .filter(({axis, length}) => length !== shape[axis]);
  },
  Reverse(shape, attrs) {
    const {dims} = attrs as tf.ReverseAttrs;
    const axes = tf.util.parseAxisParam(dims, [...shape]);
    return axes.map((axis) => ({axis, length: shape[axis]!, attrs: {dims: [1]}}));
  },
};

/** Replaces the kernels of TensorFlow.js's WebGPU backend that do not take tensors of five or six axes. */
export function mendWebgpuKernels(): void {
  for (const [kernelName, callsOf] of Object.entries(axisCalls)) {
    const {kernelFunc} = tf.getKernel(kernelName, backendName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({kernelName, backendName, kernelFunc: axisByAxis(kernelFunc, callsOf)});
  }
}

function axisByAxis(compute: tf.KernelFunc, callsOf: (typeof axisCalls)[string]): tf.KernelFunc {
  return (call) => {
    const x = call.inputs.x as tf.TensorInfo;
    if (x.shape.length <= 4) return compute(call);
    const backend = call.backend as Backend;
    const shape = [...x.shape];
    let {dataId} = x;
    for (const {axis, attrs, length} of callsOf(shape, call.attrs!)) {
      const seen = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
      const result = compute({...call, inputs: {x: {...x, dataId, shape: seen}}, attrs: attrs as tf.NamedAttrMap});
      if (dataId !== x.dataId) backend.disposeData(dataId);
      dataId = (result as tf.TensorInfo).dataId;
      shape[axis] = length;
    }
    if (dataId === x.dataId) backend.incRef(dataId);
    return {dataId, shape, dtype: x.dtype};
  };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

const fields = 'xyzwuv';

/**
 * Programs for five and six axes hold their coordinates in structures, and some of them look there by number, which only vectors have.
 * @param code WGSL. @returns the same with fields in place of numbers
 */
export const mendProgram = (code: string): string =>
  /-> vec[56] \{/.test(code)
    ? code.replaceAll(/\bcoords\[([0-5])\]/g, (_, index) => `coords.${fields[Number(index)]}`)
    : code;
