import * as tf from '@tensorflow/tfjs-core';
import type {NoiseRequest} from '../../model/call-context.js';
import {forward} from '../../model/forward.js';
import type {SessionOptions} from '../options.js';
import type {RecordedGraph} from './graph.js';
import {type Recording, record} from './recorder.js';

/** A recorded step and the noise it has to be fed, by input name. */
export interface RecordedStep {
  readonly graph: RecordedGraph;
  readonly noise: ReadonlyMap<string, NoiseRequest>;
}

/**
 * Graph names: inputs `input:NAME`, `target:OUTPUT`, `weights:OUTPUT`, the weights' own names and noise; outputs `loss`, `loss:OUTPUT`,
 * `output:OUTPUT`, `gradient:W` and `next:W`.
 */
export const inputOf = (input: string): string => `input:${input}`;
export const targetOf = (output: string): string => `target:${output}`;
export const weightsOf = (output: string): string => `weights:${output}`;
export const outputOf = (output: string): string => `output:${output}`;
export const lossOf = (output: string): string => `loss:${output}`;
export const gradientOf = (weight: string): string => `gradient:${weight}`;
export const nextOf = (weight: string): string => `next:${weight}`;

/** Tells the recording which layer it is in. */
function tellLayers(recording: Recording, {model}: SessionOptions): (layer: string) => void {
  const types = new Map(model.layers.map(({name, type}) => [name, type]));
  return (layer) => recording.enter(layer, `layer ${layer} (${types.get(layer)})`);
}

/** Declares the model's weights and the batch's inputs. @returns the inputs in the order of the network's */
function declareInputs(recording: Recording, {model}: SessionOptions, batchSize: number): readonly tf.Tensor[] {
  for (const {name, variable} of model.weights) recording.bind(name, variable.read());
  return Object.entries(model.inputShapes).map(([name, shape]) =>
    recording.input(inputOf(name), [batchSize, ...shape]),
  );
}

/** The weighted sum of all outputs' losses and the penalties; declares targets, announces outputs and their losses. */
function recordLoss(
  recording: Recording,
  {model, outputs}: SessionOptions,
  predicted: readonly tf.Tensor[],
  batchSize: number,
): tf.Scalar {
  const isOnly = outputs.length === 1;
  const losses = outputs.map(({name, loss, weight, targetShape, isWeighted}, index) => {
    recording.enter(isOnly ? 'loss' : `loss of ${name}`, isOnly ? 'the loss' : `the loss of ${name}`);
    recording.output(outputOf(name), predicted[index]!);
    const targets = recording.input(targetOf(name), [batchSize, ...targetShape]);
    const weights = isWeighted ? recording.input(weightsOf(name), [batchSize]) : undefined;
    const value = loss(tf, targets, predicted[index]!, weights);
    if (!isOnly) recording.output(lossOf(name), value);
    return weight === 1 ? value : tf.mul<tf.Scalar>(value, weight);
  });
  if (!isOnly) recording.enter('loss', 'the loss');
  const total = losses.reduce((sum, loss) => tf.add(sum, loss));
  if (model.penalty) recording.enter('penalty', 'the penalty of weights');
  return model.penalty ? tf.add(total, model.penalty()) : total;
}

/** Loss, outputs, the gradient of each trainable weight, and the next value of each moving statistic. */
export function recordTraining(options: SessionOptions, batchSize: number): RecordedStep {
  const noise = new Map<string, NoiseRequest>();
  const {weights, network} = options.model;
  const graph = record((recording) => {
    const inputs = declareInputs(recording, options, batchSize);
    const trainable = weights.filter((weight) => weight.trainable);
    const {value, grads} = tf.variableGrads(
      () => {
        const outputs = forward(network, inputs, {
          training: true,
          entering: tellLayers(recording, options),
          noise: (request) => {
            const name = `noise:${noise.size}:${request.layer}`;
            noise.set(name, request);
            return recording.input(name, request.shape);
          },
          assignAfterStep: (variable, next) => {
            const weight = weights.find((candidate) => candidate.variable === variable);
            if (!weight)
              throw new Error(`a layer assigns ${variable.originalName}, which is not a weight of the model`);
            recording.output(nextOf(weight.name), next);
          },
        });
        const loss = recordLoss(recording, options, outputs, batchSize);
        recording.tellGradients();
        return loss;
      },
      trainable.map(({variable}) => variable.read() as tf.Variable),
    );
    recording.output('loss', value);
    for (const {name, variable} of trainable) {
      const gradient = grads[(variable.read() as tf.Variable).name];
      if (gradient) recording.output(gradientOf(name), gradient);
    }
  });
  return {graph, noise};
}

/** Loss and outputs in inference mode. */
export function recordEvaluation(options: SessionOptions, batchSize: number): RecordedStep {
  const graph = record((recording) => {
    const inputs = declareInputs(recording, options, batchSize);
    const outputs = forward(options.model.network, inputs, {
      training: false,
      entering: tellLayers(recording, options),
    });
    recording.output('loss', recordLoss(recording, options, outputs, batchSize));
  });
  return {graph, noise: new Map()};
}
