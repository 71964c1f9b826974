import type {RecordedGraph} from './graph.js';
import {kernels} from './kernels/index.js';
import {GraphBuilder} from './onnx/builder.js';
import {encodeModel} from './onnx/proto.js';

/** Operator set that onnxruntime 1.30 implements in full on CPU and that the measured op table was made with. */
const opset = 21;

/** A recorded step as a serialized ONNX model with the same input and output names. */
export function lower(graph: RecordedGraph, name: string): Uint8Array {
  const builder = new GraphBuilder(graph.inputs);
  for (const call of graph.calls) kernels[call.kernel]!.lower(call, builder);
  return encodeModel(builder.finish(name, graph.outputs), opset);
}
