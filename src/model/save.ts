import type * as tfjs from '@tensorflow/tfjs-core';
import type {BuiltModel} from './built-model.js';

/** The file name that a saved model's JSON gives for its weights. */
export const weightsFileName = 'weights.bin';

/** A model in TensorFlow.js's layers-model format: write both beside each other and `tf.loadLayersModel` reads them. */
export interface SavedModel {
  /** Contents of model.json. */
  readonly modelJson: object;
  /** Contents of weights.bin, float32 little-endian. */
  readonly weights: Uint8Array;
}

/**
 * Architecture and current weights of a model. Layers that TensorFlow.js has are saved as its own, so stock TensorFlow.js loads it;
 * what only Keras has (multiHeadAttention, groupNormalization…) bears Keras's class name, and stock TensorFlow.js says that it lacks it.
 */
export async function saveModel({network}: BuiltModel): Promise<SavedModel> {
  const {io} = await import('@tensorflow/tfjs-core');
  let artifacts: tfjs.io.ModelArtifacts | undefined;
  await network.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return {modelArtifactsInfo: io.getModelArtifactsInfoForJSON(given)};
    }),
  );
  if (!artifacts?.weightData) throw new Error('TensorFlow.js saved no weights');
  const {weightData, weightSpecs, modelTopology, format, generatedBy, convertedBy} = artifacts;
  return {
    modelJson: {
      modelTopology,
      format,
      generatedBy,
      convertedBy,
      weightsManifest: [{paths: [weightsFileName], weights: weightSpecs}],
    },
    weights: new Uint8Array(io.CompositeArrayBuffer.join(weightData)),
  };
}
