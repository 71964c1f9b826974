/**
 * Words of other frameworks (Keras, PyTorch, scikit-learn, Lightning) for ours. snake_case, kebab-case and PascalCase are
 * handled by comparing without case and separators, so only names that really differ stand here, in that comparable form.
 */
const foreignWords: Readonly<Record<string, readonly string[]>> = {
  lr: ['learningRate'],
  stepsize: ['learningRate'],
  bs: ['batchSize'],
  minibatchsize: ['batchSize'],
  numepochs: ['epochs'],
  maxepochs: ['epochs'],
  nepochs: ['epochs'],
  outchannels: ['filters', 'units'],
  filters: ['units'],
  units: ['filters'],
  nodes: ['units'],
  neurons: ['units'],
  channels: ['filters'],
  outfeatures: ['units'],
  size: ['units', 'poolSize', 'kernelSize'],
  hiddensize: ['units'],
  kernel: ['kernelSize'],
  stride: ['strides'],
  dilation: ['dilationRate'],
  p: ['rate'],
  probability: ['rate'],
  dropoutrate: ['rate'],
  betas: ['beta1'],
  eps: ['epsilon'],
  wd: ['weightDecay'],
  l2penalty: ['weightDecay'],
  criterion: ['loss'],
  objective: ['loss'],
  optim: ['optimizer'],
  scheduler: ['schedule'],
  lrscheduler: ['schedule'],
  lrschedule: ['schedule'],
  learningrateschedule: ['schedule'],
  warmup: ['warmupSteps'],
  cosineannealing: ['cosine'],
  cosinedecay: ['cosine'],
  cosineannealingwarmrestarts: ['cosineRestarts'],
  cosinedecayrestarts: ['cosineRestarts'],
  exponentialdecay: ['exponential'],
  polynomialdecay: ['polynomial'],
  piecewiseconstantdecay: ['multiStep'],
  reducelronplateau: ['reduceOnPlateau'],
  clipnorm: ['gradientClipping'],
  globalclipnorm: ['gradientClipping'],
  clipvalue: ['gradientClipping'],
  gradientclipval: ['gradientClipping'],
  gradclip: ['gradientClipping'],
  maxgradnorm: ['gradientClipping'],
  maxnorm: ['max'],
  ema: ['weightAverage'],
  useema: ['weightAverage'],
  exponentialmovingaverage: ['weightAverage'],
  swa: ['weightAverage'],
  emamomentum: ['decay'],
  gradientaccumulationsteps: ['accumulateSteps'],
  accumulategradbatches: ['accumulateSteps'],
  gradientaccumulation: ['accumulateSteps'],
  milestones: ['at'],
  gamma: ['factor'],
  network: ['model'],
  net: ['model'],
  dataset: ['data', 'source'],
  train: ['training'],
  fit: ['training'],
  validationsplit: ['validation'],
  valsplit: ['validation'],
  val: ['validation'],
  preprocessing: ['transforms'],
  transform: ['transforms'],
  randomstate: ['seed'],
  randomseed: ['seed'],
  randomuniform: ['randomUniform', 'uniform'],
  maxpool: ['maxPooling2d'],
  maxpool2d: ['maxPooling2d'],
  avgpool2d: ['averagePooling2d'],
  averagepool2d: ['averagePooling2d'],
  avgpool: ['averagePooling2d'],
  maxpool1d: ['maxPooling1d'],
  maxpool3d: ['maxPooling3d'],
  avgpool1d: ['averagePooling1d'],
  avgpool3d: ['averagePooling3d'],
  adaptiveavgpool1d: ['adaptiveAveragePooling1d'],
  adaptiveavgpool2d: ['adaptiveAveragePooling2d'],
  adaptiveavgpool3d: ['adaptiveAveragePooling3d'],
  adaptivemaxpool1d: ['adaptiveMaxPooling1d'],
  adaptivemaxpool2d: ['adaptiveMaxPooling2d'],
  adaptivemaxpool3d: ['adaptiveMaxPooling3d'],
  globalavgpool1d: ['globalAveragePooling1d'],
  globalavgpool2d: ['globalAveragePooling2d'],
  globalavgpool3d: ['globalAveragePooling3d'],
  globalmaxpool1d: ['globalMaxPooling1d'],
  globalmaxpool2d: ['globalMaxPooling2d'],
  globalmaxpool3d: ['globalMaxPooling3d'],
  convtranspose1d: ['conv1dTranspose'],
  convtranspose2d: ['conv2dTranspose'],
  convtranspose3d: ['conv3dTranspose'],
  deconv2d: ['conv2dTranspose'],
  upsample: ['upSampling2d'],
  zeropad1d: ['zeroPadding1d'],
  zeropad2d: ['zeroPadding2d'],
  zeropad3d: ['zeroPadding3d'],
  unflatten: ['reshape'],
  rnn: ['simpleRnn'],
  dropout1d: ['spatialDropout1d'],
  dropout2d: ['spatialDropout2d'],
  dropout3d: ['spatialDropout3d'],
  thresholdedrelu: ['relu'],
  softmax2d: ['softmax'],
  layernorm: ['layerNormalization'],
  groupnorm: ['groupNormalization'],
  rmsnorm: ['rmsNormalization'],
  batchnorm3d: ['batchNormalization'],
  numembeddings: ['inputDim'],
  embeddingdim: ['outputDim'],
  numgroups: ['groups'],
  dim: ['axis'],
  conv: ['conv2d'],
  convolution2d: ['conv2d'],
  linear: ['dense', 'linear'],
  fullyconnected: ['dense'],
  fc: ['dense'],
  batchnorm: ['batchNormalization'],
  batchnorm2d: ['batchNormalization'],
  batchnorm1d: ['batchNormalization'],
  relulayer: ['activation'],
  rmse: ['rootMeanSquaredError'],
  mape: ['meanAbsolutePercentageError'],
  rsquared: ['r2'],
  r2score: ['r2'],
  f1: ['fBeta'],
  f1score: ['fBeta'],
  auc: ['rocAuc'],
  auroc: ['rocAuc'],
  averageprecision: ['prAuc'],
  kldivergence: ['kullbackLeiblerDivergence'],
  kldivloss: ['kullbackLeiblerDivergence'],
  huberloss: ['huber'],
  smoothl1loss: ['huber'],
  poissonnllloss: ['poisson'],
  focalloss: ['softmaxFocalCrossEntropy'],
  categoricalfocalcrossentropy: ['softmaxFocalCrossEntropy'],
  crossentropy: ['softmaxCrossEntropy'],
  crossentropyloss: ['softmaxCrossEntropy'],
  categoricalcrossentropy: ['softmaxCrossEntropy'],
  sparsecategoricalcrossentropy: ['sparseSoftmaxCrossEntropy'],
  bce: ['binaryCrossEntropy'],
  bceloss: ['binaryCrossEntropy'],
  bcewithlogitsloss: ['binaryCrossEntropy'],
  mse: ['meanSquaredError'],
  mseloss: ['meanSquaredError'],
  mae: ['meanAbsoluteError'],
  l1loss: ['meanAbsoluteError'],
  acc: ['accuracy'],
  top5: ['topKAccuracy'],
  topk: ['topKAccuracy'],
  kaiminguniform: ['heUniform'],
  kaimingnormal: ['heNormal'],
  xavieruniform: ['glorotUniform'],
  xaviernormal: ['glorotNormal'],
  valloss: ['val_loss'],
  valacc: ['val_accuracy'],
  validationloss: ['val_loss'],
  validationaccuracy: ['val_accuracy'],
  gpu: ['cuda'],
};

/** A word without case and separators. */
export const comparable = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The candidate that somebody who typed `word` most likely meant, or undefined. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...new Set(candidates)];
  const typed = comparable(word);
  const same = all.find((candidate) => comparable(candidate) === typed);
  if (same !== undefined) return same;
  const foreign = Object.hasOwn(foreignWords, typed) ? foreignWords[typed] : undefined;
  const known = foreign?.find((name) => all.includes(name));
  if (known !== undefined) return known;

  let best: string | undefined;
  let bestDistance = Math.min(3, Math.floor(typed.length / 3)) + 0.5;
  for (const candidate of all) {
    const distance = editDistance(typed, comparable(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Edits (insert, delete, replace, swap neighbours) from one word to another; optimal string alignment. */
export function editDistance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > 64) return Number.POSITIVE_INFINITY;
  let beforePrevious: number[] = [];
  let previous = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      }
      current.push(distance);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length]!;
}
