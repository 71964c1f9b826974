import type {RecordedGraph} from './graph.js';
import {kernels} from './kernels/index.js';
import {GraphBuilder, type Target} from './onnx/builder.js';
import {encodeModel} from './onnx/proto.js';
import {labelOf, locate} from './origin.js';

/** Operator set that onnxruntime 1.30 implements in full on CPU and that the measured op table was made with. */
export const opset = 21;

/**
 * A recorded step as a serialized ONNX model with the same input and output names. Its nodes are named after the layer they come
 * from: `conv2d_1/Conv`, `gradient of conv2d_1/Gemm`, or `step/Add` where several layers' gradients meet.
 * @param target what the graph is for
 * @throws ExpError KERNEL_UNSUPPORTED
 */
export function lower(graph: RecordedGraph, name: string, target: Target = {}): Uint8Array {
  const builder = new GraphBuilder(graph.inputs, target);
  lowerCalls(graph, builder);
  return encodeModel(builder.finish(name, graph.outputs), opset);
}

/** Emits the nodes of all calls. @throws ExpError KERNEL_UNSUPPORTED */
export function lowerCalls(graph: RecordedGraph, builder: GraphBuilder): void {
  for (const call of graph.calls) {
    builder.label = call.origin ? labelOf(call.origin) : 'step';
    try {
      kernels[call.kernel]!.lower(call, builder);
    } catch (error) {
      throw locate(error, call.origin);
    }
  }
  builder.label = 'step';
}
