import * as tf from '@tensorflow/tfjs-core';
import type {BuiltModel} from '../../model/built-model.js';
import {forward} from '../../model/forward.js';
import type {RecordedGraph} from './graph.js';
import {kernels} from './kernels/index.js';
import {GraphBuilder} from './onnx/builder.js';
import type {OnnxGraph} from './onnx/proto.js';
import {labelOf, locate} from './origin.js';
import {passes} from './passes/index.js';
import {inputOf, outputOf} from './record-step.js';
import {record} from './recorder.js';

/** What an exported output goes through behind the model's last layer. */
export type OutputEnding = 'softmax' | 'sigmoid';

/**
 * The passes that leave a graph as people drew it. Those that make a machine faster stay out: what runs the file has passes of its own,
 * and the file ought to be readable.
 */
const exportPasses = [
  passes.removeAliases,
  passes.removeDeadCode,
  passes.foldConstants,
  passes.mergeEqualCalls,
  passes.fuseBias,
  passes.removeDeadCode,
];

/**
 * A model in inference mode as an ONNX graph for batches of one size. Weights are inputs of it under their own names, inputs of the data
 * are called `input:NAME` and outputs `output:NAME`.
 * @param endings by output
 * @throws ExpError KERNEL_UNSUPPORTED
 */
export function inferenceGraph(
  model: BuiltModel,
  endings: Readonly<Record<string, OutputEnding | undefined>>,
  batchSize: number,
): OnnxGraph {
  const recorded = exportPasses.reduce((graph, pass) => pass(graph), recordInference(model, endings, batchSize));
  const builder = new GraphBuilder(recorded.inputs);
  for (const call of recorded.calls) {
    builder.label = call.origin ? labelOf(call.origin) : 'model';
    try {
      kernels[call.kernel]!.lower(call, builder);
    } catch (error) {
      throw locate(error, call.origin);
    }
  }
  builder.label = 'model';
  return builder.finish('model', recorded.outputs);
}

function recordInference(
  {network, weights, layers, inputShapes, outputShapes}: BuiltModel,
  endings: Readonly<Record<string, OutputEnding | undefined>>,
  batchSize: number,
): RecordedGraph {
  const types = new Map(layers.map(({name, type}) => [name, type]));
  return record((recording) => {
    for (const {name, variable} of weights) recording.bind(name, variable.read());
    const inputs = Object.entries(inputShapes).map(([name, shape]) =>
      recording.input(inputOf(name), [batchSize, ...shape]),
    );
    const outputs = forward(network, inputs, {
      training: false,
      entering: (layer) => recording.enter(layer, `layer ${layer} (${types.get(layer)})`),
    });
    for (const [index, name] of Object.keys(outputShapes).entries()) {
      const ending = endings[name];
      if (ending) recording.enter('probabilities', `the ${ending} behind the output ${name}`);
      const output = outputs[index]!;
      recording.output(
        outputOf(name),
        ending === 'softmax' ? tf.softmax(output) : ending ? tf.sigmoid(output) : output,
      );
    }
  });
}
