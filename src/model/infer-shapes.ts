import {type Shape, sizeOf} from '../support/tensor.js';
import type {LayerSummary} from './built-model.js';
import type {LayerWeight} from './layer.js';
import {layerNames} from './layer-names.js';
import {type LayerSpec, layerOf} from './layers/index.js';
import type {ModelSpec} from './section.js';
import {LayerProblem, ShapeProblem} from './shape-problem.js';

/** A layer with everything that follows from its arguments and its input. */
export interface PlannedLayer {
  readonly spec: LayerSpec;
  readonly name: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly weights: readonly LayerWeight[];
}

/**
 * Propagates shapes through a model before any compute; needs no TensorFlow.js.
 * @param inputShape of one example, batch axis left out
 * @throws LayerProblem for the first layer that cannot take its input, or a name used twice
 */
export function planLayers(model: ModelSpec, inputShape: Shape): readonly PlannedLayer[] {
  const names = layerNames(model.layers);
  let shape = inputShape;
  return model.layers.map((spec, index) => {
    const name = names[index]!;
    const definition = layerOf(spec);
    try {
      const outputShape = definition.outputShape(spec, shape);
      const planned = {spec, name, inputShape: shape, outputShape, weights: definition.weights(spec, shape)};
      shape = outputShape;
      return planned;
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error;
      throw new LayerProblem(index, name, error.field, `${spec.type} \`${name}\` ${error.message}`, error.hint);
    }
  });
}

/** One row per layer for `exp validate` and the summary table. @throws LayerProblem as planLayers does */
export const inferShapes = (model: ModelSpec, inputShape: Shape): readonly LayerSummary[] =>
  planLayers(model, inputShape).map(summaryOf);

/** The table row of a planned layer. */
export const summaryOf = ({spec, name, outputShape, weights}: PlannedLayer): LayerSummary => ({
  name,
  type: spec.type,
  outputShape,
  numParameters: weights.reduce((sum, {shape}) => sum + sizeOf(shape), 0),
  numTrainableParameters: weights.reduce((sum, {shape, trainable}) => sum + (trainable ? sizeOf(shape) : 0), 0),
});
