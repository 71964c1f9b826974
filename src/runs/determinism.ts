/** How exactly a run can be repeated. */
export interface Determinism {
  /** bitwise: to the last bit of every metric and weight; tolerance: to what rounding in another order makes of it. */
  readonly level: 'bitwise' | 'tolerance';
  /** What has to stay the same for that. */
  readonly given: readonly string[];
}

const sameWork = ['the resolved spec', 'the data', 'the versions of exp, Node.js and the engine'];

/**
 * What may be promised of a run. With ONNX Runtime on a CPU every sum is taken in an order that follows from the graph, the number of threads
 * and the processor's instructions; on a GPU from what its scheduler does first. `exp rerun` tells which of the conditions hold.
 */
export function determinismOf({engine, device}: {readonly engine: string; readonly device: string}): Determinism {
  const given = [...sameWork, 'the processor model'];
  if (engine === 'compiled' && device.startsWith('cpu'))
    return {level: 'bitwise', given: [...given, 'the number of threads']};
  // TensorFlow's own CPU kernels divide work among threads as it comes.
  if (device === 'cpu (JavaScript)') return {level: 'bitwise', given};
  return {level: 'tolerance', given: [...sameWork, 'the device']};
}
