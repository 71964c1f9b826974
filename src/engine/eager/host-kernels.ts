import * as tf from '@tensorflow/tfjs-core';

/** A backend that takes and gives values at once, as `cpu` and `tensorflow` do. */
interface SynchronousBackend extends tf.KernelBackend {
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
  readSync(dataId: object): tf.backend_util.BackendValues;
  disposeData(dataId: object): boolean;
}

/**
 * Gives a backend the kernels that it lacks and the plain JavaScript one has, such as `Transform` and `DenseBincount` on libtensorflow:
 * values go to the host, are computed there, and come back. Slow, but everything that runs on one backend runs on the other.
 * @returns the names of the kernels that were added
 */
export function addHostKernels(backendName: string): readonly string[] {
  const there = new Set(tf.getKernelsForBackend(backendName).map(({kernelName}) => kernelName));
  const missing = tf.getKernelsForBackend('cpu').filter(({kernelName}) => !there.has(kernelName));
  for (const {kernelName, kernelFunc} of missing) {
    tf.registerKernel({kernelName, backendName, kernelFunc: onHost(backendName, kernelFunc)});
  }
  return missing.map(({kernelName}) => kernelName);
}

function onHost(backendName: string, compute: tf.KernelFunc): tf.KernelFunc {
  return ({inputs, attrs}) => {
    const device = tf.findBackend(backendName) as SynchronousBackend;
    const host = tf.findBackend('cpu') as SynchronousBackend;
    const written: object[] = [];
    const toHost = (input: tf.TensorInfo): tf.TensorInfo => {
      const dataId = host.write(device.readSync(input.dataId), input.shape, input.dtype);
      written.push(dataId);
      return {...input, dataId} as tf.TensorInfo;
    };
    const fromHost = (output: tf.TensorInfo): tf.TensorInfo => {
      const dataId = device.write(host.readSync(output.dataId), output.shape, output.dtype);
      if (!written.includes(output.dataId)) written.push(output.dataId);
      return {dataId, shape: output.shape, dtype: output.dtype};
    };
    const onHostInputs = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        name,
        Array.isArray(input) ? input.map(toHost) : input && toHost(input),
      ]),
    );
    const result = compute({
      inputs: onHostInputs as tf.NamedTensorInfoMap,
      attrs: attrs as tf.NamedAttrMap,
      backend: host,
    });
    const outputs = Array.isArray(result) ? result.map(fromHost) : fromHost(result);
    for (const dataId of written) host.disposeData(dataId);
    return outputs;
  };
}
