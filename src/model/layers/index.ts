import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import type {LayerDefinition} from '../layer.js';
import {activation} from './activation.js';
import {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from './adaptive-pooling.js';
import {additiveAttention, attention} from './attention/attention.js';
import {multiHeadAttention} from './attention/multi-head-attention.js';
import {positionalEmbedding} from './attention/positional-embedding.js';
import {averagePooling2d} from './average-pooling2d.js';
import {batchNormalization} from './batch-normalization.js';
import {concatenate} from './concatenate.js';
import {conv1dTranspose, conv2dTranspose, conv3dTranspose} from './conv-transpose.js';
import {conv1d} from './conv1d.js';
import {conv2d} from './conv2d.js';
import {conv3d} from './conv3d.js';
import {dense} from './dense.js';
import {depthwiseConv1d, depthwiseConv2d, separableConv1d, separableConv2d} from './depthwise.js';
import {dot} from './dot.js';
import {dropout} from './dropout.js';
import {einsumDense} from './einsum-dense.js';
import {embedding} from './embedding.js';
import {flatten} from './flatten.js';
import {globalAveragePooling2d} from './global-average-pooling2d.js';
import {masking} from './masking.js';
import {maxPooling2d} from './max-pooling2d.js';
import {add, average, maximum, minimum, multiply, subtract} from './merge.js';
import {
  alphaDropout,
  gaussianDropout,
  gaussianNoise,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from './noise.js';
import {groupNormalization, layerNormalization, rmsNormalization, unitNormalization} from './normalizations.js';
import {cropping1d, cropping2d, cropping3d, zeroPadding1d, zeroPadding2d, zeroPadding3d} from './padding.js';
import {permute} from './permute.js';
import {
  averagePooling1d,
  averagePooling3d,
  globalAveragePooling1d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  maxPooling1d,
  maxPooling3d,
} from './pooling.js';
import {prelu} from './prelu.js';
import {elu, leakyRelu, relu} from './rectifiers.js';
import {bidirectional} from './recurrent/bidirectional.js';
import {gru} from './recurrent/gru.js';
import {lstm} from './recurrent/lstm.js';
import {simpleRnn} from './recurrent/simple-rnn.js';
import {repeatVector} from './repeat-vector.js';
import {reshape} from './reshape.js';
import {glu, softmax} from './softmax.js';
import {timeDistributedOver} from './time-distributed.js';
import {upSampling1d, upSampling2d, upSampling3d} from './up-sampling.js';

/** What can be applied to each time step. */
const stepLayers = {
  dense,
  embedding,
  conv1d,
  conv2d,
  maxPooling1d,
  maxPooling2d,
  averagePooling1d,
  averagePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  flatten,
  reshape,
  permute,
  activation,
  relu,
  leakyRelu,
  softmax,
  batchNormalization,
  layerNormalization,
  dropout,
  simpleRnn,
  lstm,
  gru,
  bidirectional,
};

/** Every layer a model can be made of, kind by kind as people read them. A new one is a file and a line here. */
export const layers = {
  dense,
  embedding,
  conv1d,
  conv2d,
  conv3d,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
  depthwiseConv1d,
  depthwiseConv2d,
  separableConv1d,
  separableConv2d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
  cropping1d,
  cropping2d,
  cropping3d,
  flatten,
  reshape,
  permute,
  repeatVector,
  activation,
  relu,
  leakyRelu,
  elu,
  prelu,
  softmax,
  glu,
  batchNormalization,
  layerNormalization,
  groupNormalization,
  rmsNormalization,
  unitNormalization,
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
  alphaDropout,
  gaussianNoise,
  gaussianDropout,
  simpleRnn,
  lstm,
  gru,
  bidirectional,
  timeDistributed: timeDistributedOver(stepLayers),
  masking,
  positionalEmbedding,
  multiHeadAttention,
  attention,
  additiveAttention,
  einsumDense,
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  dot,
} as const satisfies Readonly<Record<string, LayerDefinition<string, TProperties>>>;

/** A layer of a spec; `name` is unique within the model, `inputs` are names of other layers. */
export type LayerSpec = SpecUnion<typeof layers> & {
  readonly name?: string;
  readonly inputs?: string | readonly string[];
  readonly trainable?: boolean;
};

/** The definition a spec names, with the argument types forgotten. */
export const layerOf = (spec: LayerSpec): LayerDefinition => layers[spec.type];
