import {blockedDomain, GraphBuilder} from '../onnx/builder.js';
import {encodeModel} from '../onnx/proto.js';
import {BoundGraph} from './bound-graph.js';

let known: number | undefined;

/**
 * How many channels ONNX Runtime's blocked convolutions keep side by side on this processor: 16 with AVX-512, 8 with AVX2, 0 where it
 * has none. It tells nobody, so a tiny graph is run and the order of its result looked at.
 */
export function blockSize(): number {
  known ??= probe();
  return known;
}

function probe(): number {
  const [numChannels, numPositions] = [64, 2];
  const shape = [1, numChannels, 1, numPositions];
  const values = Float32Array.from({length: numChannels * numPositions}, (_, index) => index);
  const builder = new GraphBuilder([]);
  const graph = {
    ...builder.finish('block size', new Map()),
    nodes: [{label: 'probe', domain: blockedDomain, op: 'ReorderInput', inputs: ['x'], outputs: ['y'], attributes: {}}],
    inputs: [{name: 'x', type: 'float32', shape}],
    outputs: [{name: 'y', type: 'float32', shape}],
  } as const;
  try {
    const result = new Float32Array(values.length);
    const options = {numThreads: 1, isRewritten: false, spins: false};
    const bound = new BoundGraph(encodeModel(graph, 21), {x: {values, shape}}, {y: {values: result, shape}}, options);
    bound.run();
    bound.dispose();
    const size = result.indexOf(1); // the second position of the first channel comes after the first position of a whole block
    return size > 1 ? size : 0;
  } catch {
    return 0;
  }
}
