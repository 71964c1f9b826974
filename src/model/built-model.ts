import type {LayersModel} from '@tensorflow/tfjs-layers';
import type {LayerVariable} from '@tensorflow/tfjs-layers/dist/variables.js';
import type {Shape} from '../support/tensor.js';
import type {WeightRole} from './layer.js';

/** One row of the summary table. */
export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** Names of what the layer takes, inputs of the data among them; left out where that is only the layer above. */
  readonly inputs?: readonly string[];
  /** Batch axis left out. */
  readonly outputShape: Shape;
  /** Names of inputs with a mask that the layer does not know what to do with. */
  readonly endsMaskOf?: readonly string[];
  readonly numParameters: number;
  /** Of numParameters, those the optimizer changes; moving statistics are not among them. */
  readonly numTrainableParameters: number;
  /** Its weights keep the values they start with. */
  readonly isFrozen?: true;
}

/** A weight of the model with the name that checkpoints and messages use: `conv2d_1/kernel`. */
export interface NamedWeight {
  readonly name: string;
  readonly variable: LayerVariable;
  readonly trainable: boolean;
  readonly role: WeightRole;
}

/** A spec's model as a tf.LayersModel with initialised weights, on the backend that was active when it was built. */
export interface BuiltModel {
  readonly network: LayersModel;
  readonly layers: readonly LayerSummary[];
  readonly weights: readonly NamedWeight[];
  /** By input of the data, in the order of the network's inputs; batch axis left out. */
  readonly inputShapes: Readonly<Record<string, Shape>>;
  /** By output, in the order of the network's outputs: the layer's name, or `output` where there is only one; batch axis left out. */
  readonly outputShapes: Readonly<Record<string, Shape>>;
  readonly numParameters: number;
  readonly numTrainableParameters: number;
  /** Sum of the layers' regularization penalties for the current weights; a scalar the caller owns. Undefined without any. */
  readonly penalty?: () => import('@tensorflow/tfjs-core').Scalar;
}
