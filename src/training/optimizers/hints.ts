import {comparable} from '../../spec/suggest.js';

const momentum = 'write {type: sgd, momentum: 0.9}';
const nesterov = 'write {type: sgd, momentum: 0.9, nesterov: true}';
const adamw = 'write {type: adamw}';
const decayedSgd =
  'write {type: sgd, weightDecay: …}; without adaptive steps, decoupled decay is the same as a penalty but for its scale';
const secondOrder =
  'it needs the loss many times an update, which training by batches does not give; adam or adamw come closest';
const byNorms = 'lamb scales the steps of each weight by its norm as well';
const none = (closest: string): string => `there is none; ${closest} comes closest`;

/** What to write for optimizers that are no optimizer here, as people know them from Keras, PyTorch and Hugging Face. */
export const optimizerHints: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    momentum,
    heavyBall: momentum,
    sgdMomentum: momentum,
    sgdWithMomentum: momentum,
    sgdm: momentum,
    nesterov,
    nesterovMomentum: nesterov,
    sgdNesterov: nesterov,
    nag: nesterov,
    gradientDescent: 'write {type: sgd}',
    sgdw: decayedSgd,
    asgd: 'write {type: sgd} and `training.weightAverage` for the average of its weights',
    averagedSgd: 'write {type: sgd} and `training.weightAverage` for the average of its weights',
    amsgrad: 'write {type: adam, amsgrad: true}',
    adamWeightDecay: adamw,
    adamwHf: adamw,
    adamwTorch: adamw,
    adamwTorchFused: adamw,
    adamw8bit: adamw,
    scheduleFreeAdamw: 'write {type: adamw} and `training.weightAverage`',
    rectifiedAdam: 'write {type: radam}',
    nesterovAdam: 'write {type: nadam}',
    sparseAdam: 'write {type: adam}; gradients are dense here',
    fusedAdam: 'write {type: adam}; updates are fused anyway',
    lars: byNorms,
    lossScaleOptimizer: 'leave it out: training is in single precision, where losses need no scale',
    lbfgs: secondOrder,
    rprop: none('rmsprop'),
    ftrl: none('adagrad'),
    adabelief: none('adam'),
    adan: none('nadam'),
    muon: none('adamw'),
    shampoo: none('adafactor'),
    sophia: none('lion'),
  }).map(([name, hint]) => [comparable(name), hint]),
);
