import {comparable} from '../../spec/suggest.js';
import {activations} from '../activations.js';
import {layers} from './index.js';

const listed = 'layers are listed one after the other; what is used several times is a block: see `blocks`';
const code =
  'a spec holds no code; layers for what it would do: activation, add, multiply, concatenate, reshape, permute; for the data, `data.transforms`';
const augment = 'training examples are changed in `data.augment`; `exp datasets --augmentations` lists how';
const wholeSequence = 'a recurrent layer reads the whole sequence and needs no cell: simpleRnn, lstm, gru';
const instances = 'write {type: groupNormalization, groups: -1}: each channel by itself';
const transformer = 'write a block of multiHeadAttention, add, layerNormalization and dense layers: see `blocks`';

/** What to write for layers of Keras and PyTorch that are no layer here, by `comparable` name. Those of another name only are in spec/suggest.ts. */
const foreignLayers: Readonly<Record<string, string>> = {
  lambda: code,
  customlayer: code,
  sequential: listed,
  modulelist: listed,
  input: 'the data need no layer: the first layer takes them, and others by `inputs: input`',
  inputlayer: 'the data need no layer: the first layer takes them, and others by `inputs: input`',
  identity: 'leave it out, or write {type: activation, function: linear}',
  threshold: 'write {type: relu, threshold: …}',
  instancenorm1d: instances,
  instancenorm2d: instances,
  instancenorm3d: instances,
  rescaling: 'write {type: rescale} in `data.transforms`',
  normalization: 'write {type: normalize} in `data.transforms`, or {type: batchNormalization} here',
  randomflip: augment,
  randomcrop: augment,
  randomrotation: augment,
  randomtranslation: augment,
  randomzoom: augment,
  randombrightness: augment,
  randomcontrast: augment,
  rnncell: wholeSequence,
  simplernncell: wholeSequence,
  lstmcell: wholeSequence,
  grucell: wholeSequence,
  convlstm2d: 'there is none; {type: timeDistributed, layer: {type: conv2d, …}} before an lstm comes close',
  cosinesimilarity: 'write {type: dot, normalize: true, inputs: [left, right]}',
  embeddingbag: 'write {type: embedding, …} and {type: globalAveragePooling1d}',
  pixelshuffle: 'upSampling2d and conv2dTranspose enlarge images; a pixel shuffle is reshape, permute, reshape',
  selfattention: 'write {type: multiHeadAttention, numHeads: …, keyDim: …} of one input',
  stack: 'write {type: reshape, …} to give each an axis of size 1, and {type: concatenate, axis: …}',
  slice:
    'write {type: cropping1d, cropping: [before, after]}; the last of t steps is {type: cropping1d, cropping: [t - 1, 0]}',
  split: 'write {type: cropping1d, cropping: [before, after]} for each part; {type: glu} halves an axis by itself',
  clstoken: 'write {type: globalAveragePooling1d} in its place',
  classtoken: 'write {type: globalAveragePooling1d} in its place',
  resizing: 'images are resized by the source: `height` and `width`; inside the model upSampling2d and pooling do it',
  transformer,
  transformerblock: transformer,
  transformerencoder: transformer,
  transformerencoderlayer: transformer,
  transformerdecoder: transformer,
  transformerdecoderlayer: transformer,
};

/** Hints for words that are no layers; an activation's name says how it becomes one. */
export const layerHints: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.keys(activations)
      .filter((name) => !Object.hasOwn(layers, name) && name !== 'linear')
      .map((name) => [comparable(name), `write {type: activation, function: ${name}}`]),
  ),
  ...foreignLayers,
};
