import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type * as core from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type {Initializer} from '@tensorflow/tfjs-layers/dist/initializers.js';
import type {Regularizer} from '@tensorflow/tfjs-layers/dist/regularizers.js';
import type {Definition} from '../spec/define.js';
import type {Shape} from '../support/tensor.js';
import type {Fans} from './initializers/fans.js';
import type {InitializerSpec} from './initializers/index.js';
import type {MaskRule} from './masks.js';
import type {RegularizerSpec} from './regularizers/index.js';

/** A tf.layers.Layer, the kind of object a definition builds. */
export type TfLayer = InstanceType<typeof tfl.layers.Layer>;

/** TensorFlow.js's two packages, handed to builders so that no definition imports them at run time. */
export interface TfNamespaces {
  readonly core: typeof core;
  readonly layers: typeof tfl;
}

/**
 * What a weight does, for optimizers that treat some weights otherwise: a kernel multiplies inputs, an embedding is looked up, a bias
 * is added, normalization is what a normalization layer scales and shifts by or remembers, a scale multiplies activations (prelu).
 */
export type WeightRole = 'kernel' | 'embedding' | 'bias' | 'normalization' | 'scale';

/** One weight tensor of a layer: what it is called, how large it is, and how it starts. */
export interface LayerWeight {
  /** As TensorFlow.js and Keras call it: kernel, bias, gamma, moving_mean. */
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  /** A kernel when left out. */
  readonly role?: WeightRole;
  readonly initializer: InitializerSpec;
  /** Fan-in and fan-out for the initializer; by default those of the shape. A bias takes its kernel's. */
  readonly fans?: Fans;
  readonly regularizer?: RegularizerSpec | undefined;
}

/** What a builder needs besides its arguments. */
export interface BuildContext {
  readonly tf: TfNamespaces;
  readonly name: string;
  /** Of the only input; the first of `inputShapes`. */
  readonly inputShape: Shape;
  /** Of every input, the batch axis left out. */
  readonly inputShapes: InputShapes;
  /** Whether other layers take its further outputs, so that it has to give them: a list, its output first. */
  readonly givesStates: boolean;
  /** Whether stock TensorFlow.js makes of the model's masks what we do; a layer that makes one is else saved under another name. */
  readonly masksAsStock: boolean;
  /** A stock initializer (so that the saved model loads in stock TensorFlow.js) which yields exp's own values for that weight. */
  initializer(weightName: string): Initializer;
  /** The stock regularizer of a weight, for the saved model only: the penalty itself is `BuiltModel.penalty`. */
  regularizer(weightName: string): Regularizer | undefined;
}

/** How many inputs a layer takes: at least `min`, at most `max`. */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

/** Shapes of all inputs of a layer, of which there is at least one. */
export type InputShapes = readonly [Shape, ...Shape[]];

type Arguments<Args extends TProperties> = Readonly<Static<TObject<Args>>>;

/** A layer of the catalogue. Shapes leave the batch axis out; images are [height, width, channels]. */
export interface LayerDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** Input and output for the reference: `[height, width, channels] → [height / strides, width / strides, filters]`. */
  readonly shapes: string;
  /** One line of YAML that is valid as it stands. */
  readonly example: string;
  /** Layers that merge several inputs say how many; a layer without it takes one. */
  readonly arity?: Arity;
  /** Further outputs that other layers may take as `LAYER.state`, by the name behind the dot, in the layer's order. */
  states?(args: Arguments<Args>): Readonly<Record<string, Shape>>;
  /** Pure; gets as many shapes as the arity admits. @throws ShapeProblem when the inputs do not fit. */
  outputShape(args: Arguments<Args>, ...inputShapes: InputShapes): Shape;
  /** Pure; called only after outputShape has accepted the inputs. The order is TensorFlow.js's. */
  weights(args: Arguments<Args>, ...inputShapes: InputShapes): readonly LayerWeight[];
  /**
   * What it makes of the masks of sequences. A layer without it knows none: a mask ends there, as in Keras, with a warning. One
   * that gives nothing ends it on purpose.
   */
  mask?(args: Arguments<Args>, ...inputShapes: InputShapes): MaskRule | undefined;
  build(args: Arguments<Args>, context: BuildContext): TfLayer;
}

/** Identity; infers the name and the argument types of a definition. */
export function defineLayer<const Name extends string, Args extends TProperties>(
  definition: LayerDefinition<Name, Args>,
): LayerDefinition<Name, Args> {
  return definition;
}
