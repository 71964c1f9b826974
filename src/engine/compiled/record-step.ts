import * as tf from '@tensorflow/tfjs-core';
import type {NoiseRequest} from '../../model/call-context.js';
import {forward} from '../../model/forward.js';
import type {Shape} from '../../support/tensor.js';
import type {SessionOptions} from '../options.js';
import type {RecordedGraph} from './graph.js';
import {type Recording, record} from './recorder.js';

/** A recorded step and the noise it has to be fed, by input name. */
export interface RecordedStep {
  readonly graph: RecordedGraph;
  readonly noise: ReadonlyMap<string, NoiseRequest>;
}

/** Graph names: inputs `inputs`, `targets`, the weights' own names and noise; outputs `loss`, `outputs`, `gradient:W` and `next:W`. */
export const gradientOf = (weight: string): string => `gradient:${weight}`;
export const nextOf = (weight: string): string => `next:${weight}`;

type Declared = {readonly inputs: tf.Tensor; readonly targets: tf.Tensor};

function declare(recording: Recording, options: SessionOptions, batchSize: number): Declared {
  for (const {name, variable} of options.model.weights) recording.bind(name, variable.read());
  const withBatch = (shape: Shape): Shape => [batchSize, ...shape];
  return {
    inputs: recording.input('inputs', withBatch(options.model.inputShape)),
    targets: recording.input('targets', withBatch(options.targetShape)),
  };
}

function totalLoss({model, loss}: SessionOptions, targets: tf.Tensor, outputs: tf.Tensor): tf.Scalar {
  const value = loss(tf, targets, outputs);
  return model.penalty ? tf.add(value, model.penalty()) : value;
}

/** Loss, outputs, the gradient of each trainable weight, and the next value of each moving statistic. */
export function recordTraining(options: SessionOptions, batchSize: number): RecordedStep {
  const noise = new Map<string, NoiseRequest>();
  const {weights, network} = options.model;
  const graph = record((recording) => {
    const {inputs, targets} = declare(recording, options, batchSize);
    const trainable = weights.filter((weight) => weight.trainable);
    const {value, grads} = tf.variableGrads(
      () => {
        const outputs = forward(network, inputs, {
          training: true,
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
        recording.output('outputs', outputs);
        return totalLoss(options, targets, outputs);
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
    const {inputs, targets} = declare(recording, options, batchSize);
    const outputs = forward(options.model.network, inputs, {training: false});
    recording.output('outputs', outputs);
    recording.output('loss', totalLoss(options, targets, outputs));
  });
  return {graph, noise: new Map()};
}
