import {type ExampleInfo, targetOf} from '../data/dataset.js';
import type {Shape} from '../support/tensor.js';
import {lossDefinition} from './losses/registry.js';
import type {MetricContext} from './metrics/metric.js';
import {type OutputSpec, outputsOf} from './outputs.js';
import type {TrainingSpec} from './section.js';

/** An output of the model with what its metrics have to know. */
export interface JudgedOutput extends OutputSpec {
  readonly context: MetricContext;
}

/** The outputs of a spec in their order. @param outputShapes of the model, by output @param targets of the data */
export const judgedOutputs = (
  spec: TrainingSpec,
  outputShapes: Readonly<Record<string, Shape>>,
  targets: ExampleInfo['targets'],
): readonly JudgedOutput[] =>
  outputsOf(spec).map((output) => {
    const {targets: encoding, outputs: meaning, ignores} = lossDefinition(output.loss);
    const context = {
      outputShape: outputShapes[output.name]!,
      encoding,
      outputs: meaning(output.loss),
      ignored: ignores?.(output.loss),
      classNames: targetOf(targets, output.target).classNames,
    };
    return {...output, context};
  });
