import {comparable} from '../spec/suggest.js';

type Hints = Readonly<Record<string, string>>;

const byComparable = (hints: Hints): Hints =>
  Object.fromEntries(Object.entries(hints).map(([word, hint]) => [comparable(word), hint]));

const arrays = 'write {type: npy, inputs: x.npy, targets: y.npy}, or npz for both in one archive';
const folder = 'write {type: imageFolder, path: …, height: …, width: …}';
const idx = 'write {type: idx, images: …, labels: …} with its files';
const table = 'save it as a table: csv, jsonl or parquet';
const hdf5 = 'HDF5 is not read; save the arrays: numpy.savez("data.npz", x=…, y=…), then {type: npz}';
const code = 'no code runs from a spec; save the data as csv, jsonl, parquet, npy, npz or images in folders';
const synthetic = 'write {type: synthetic, pattern: …}: xor, blobs, spirals or linear';

/** What to write for sources of Keras, PyTorch, scikit-learn and others that are called otherwise here, or that are none. */
export const sourceHints: Hints = byComparable({
  numpy: arrays,
  array: arrays,
  arrays,
  tensor: arrays,
  tensorDataset: arrays,
  pickle: `pickles can run any code and are not read; ${arrays}`,
  hdf5,
  h5: hdf5,
  images: folder,
  image: folder,
  folder,
  directory: folder,
  imageDatasetFromDirectory: folder,
  imagenet: folder,
  emnist: idx,
  kmnist: idx,
  table,
  tabular: table,
  pandas: table,
  dataframe: table,
  excel: table,
  xlsx: table,
  xls: table,
  sql: table,
  sqlite: table,
  sqlite3: table,
  feather: table,
  arrow: table,
  tsv: 'write {type: csv, delimiter: "\\t", path: …}',
  tfrecord: 'TFRecord is not read; save parquet, npz, or images in folders',
  tfrecords: 'TFRecord is not read; save parquet, npz, or images in folders',
  huggingface: 'download it as parquet, then {type: parquet, path: …}; {url, sha256} in place of the path downloads it',
  datasets: 'download it as parquet, then {type: parquet, path: …}; {url, sha256} in place of the path downloads it',
  url: 'the path of any source may be {url: …, sha256: …}',
  http: 'the path of any source may be {url: …, sha256: …}',
  lines:
    'write {type: csv} or {type: jsonl} with a text column for texts with labels, {type: text} for a language model',
  corpus: 'write {type: text, path: …, length: …}',
  custom: code,
  generator: code,
  function: code,
  makeBlobs: synthetic,
  makeMoons: synthetic,
  makeCircles: synthetic,
  makeClassification: synthetic,
  makeRegression: synthetic,
  random: synthetic,
});

const byColumns = 'of a table, columns do that: `defaults: {numeric: {scale: …}}`, `exp words columns` tells more';
const standardize = `write {type: normalize, fit: train}; ${byColumns}`;
const asLayer = (layer: string): string => `write it as a layer: {type: ${layer}, …} at the start of model.layers`;

/** The same for transforms. */
export const transformHints: Hints = byComparable({
  toTensor: 'write {type: toFloat}, which takes bytes from [0, 255] to [0, 1]',
  convertImageDtype: 'write {type: toFloat}, which takes bytes from [0, 255] to [0, 1]',
  toDtype: 'write {type: toFloat}, which takes bytes from [0, 255] to [0, 1]',
  cast: 'numbers become 32-bit floats by themselves; {type: toFloat} takes bytes from [0, 255] to [0, 1]',
  scale: 'write {type: rescale, scale: …}',
  divide: 'write {type: rescale, scale: …}',
  standardize,
  standardScaler: standardize,
  standardization: standardize,
  normalization: standardize,
  zScore: standardize,
  minMax: byColumns,
  minMaxScaler: byColumns,
  quantileTransformer: byColumns,
  oneHot: 'classes become one-hot where the loss wants it; of a table, columns do that: `columns: {NAME: categorical}`',
  resize: 'images have the size that the source says: `height` and `width` of imageFolder, `size` of an image column',
  resizing: 'images have the size that the source says: `height` and `width` of imageFolder, `size` of an image column',
  grayscale: 'write `channels: 1` in the source or the image column',
  flatten: asLayer('flatten'),
  permute: asLayer('permute'),
  transpose: asLayer('permute'),
  embedding: asLayer('embedding'),
  pad: asLayer('zeroPadding2d'),
  tokenize: 'write a text column: `columns: {NAME: {type: text, …}}`',
  textVectorization: 'write a text column: `columns: {NAME: {type: text, …}}`',
  lambda: 'no code runs from a spec; there are rescale, toFloat, normalize and reshape',
  flip: 'random changes stand in data.augment',
  randomFlip: 'random changes stand in data.augment',
  augment: 'random changes stand in data.augment',
});

const flip = 'write {type: flip}, with `direction: vertical` to turn it upside down';
const vertical = 'write {type: flip, direction: vertical}';
const rotate = 'write {type: rotate, degrees: …}';
const colours =
  'write {type: brightness, amount: …}, {type: contrast, amount: …}, saturation and hue, one after the other';
const none = (closest: string): string => `there is none; ${closest} come closest`;

/** The same for augmentations. */
export const augmentHints: Hints = byComparable({
  randomFlip: flip,
  randomHorizontalFlip: flip,
  horizontalFlip: flip,
  flipLeftRight: flip,
  mirror: flip,
  randomVerticalFlip: vertical,
  verticalFlip: vertical,
  flipUpDown: vertical,
  randomCrop: 'write {type: padCrop, pixels: 4}; {type: crop} cuts and enlarges, as RandomResizedCrop',
  randomResizedCrop: 'write {type: crop, minArea: …}',
  randomRotation: rotate,
  rotation: rotate,
  randomRotate: rotate,
  randomTranslation: 'write {type: translate, height: …, width: …}',
  shift: 'write {type: translate, height: …, width: …}',
  randomZoom: 'write {type: zoom, min: …, max: …}',
  randomScale: 'write {type: zoom, min: …, max: …}',
  randomAffine: 'write rotate, translate and zoom, one after the other',
  colorJitter: colours,
  colourJitter: colours,
  randomBrightness: 'write {type: brightness, amount: …}',
  randomContrast: 'write {type: contrast, amount: …}',
  randomSaturation: 'write {type: saturation, amount: …}',
  randomHue: 'write {type: hue, amount: …}',
  randomErasing: 'write {type: cutout, size: …}',
  erasing: 'write {type: cutout, size: …}',
  noise: 'write {type: gaussianNoise, std: …}',
  randomNoise: 'write {type: gaussianNoise, std: …}',
  shear: none('rotate and translate'),
  randomShear: none('rotate and translate'),
  blur: none('crop and zoom'),
  gaussianBlur: none('crop and zoom'),
  autoAugment: none('a list of flip, rotate, translate, colours and cutout'),
  randAugment: none('a list of flip, rotate, translate, colours and cutout'),
  trivialAugment: none('a list of flip, rotate, translate, colours and cutout'),
});
