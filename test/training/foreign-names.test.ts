import t from 'tap';
import {comparable, nearest} from '../../src/spec/suggest.js';
import {optimizerHints} from '../../src/training/optimizers/hints.js';
import {optimizers} from '../../src/training/optimizers/registry.js';
import {scheduleHints} from '../../src/training/schedules/hints.js';
import {schedules} from '../../src/training/schedules/registry.js';

/** What a hint names: `{type: sgd, …}`, else the word that is near. */
const meant = (typed: string, hints: Readonly<Record<string, string>>, words: readonly string[]): string | undefined =>
  hints[comparable(typed)]?.match(/\{type: (\w+)/)?.[1] ?? nearest(typed, words);

t.test('every optimizer of torch.optim and Keras, and others that people ask for, leads somewhere', async (t) => {
  const names = {
    AdamW: 'adamw',
    Adam: 'adam',
    NAdam: 'nadam',
    Nadam: 'nadam',
    RAdam: 'radam',
    Adamax: 'adamax',
    Adagrad: 'adagrad',
    Adadelta: 'adadelta',
    RMSprop: 'rmsprop',
    RMSProp: 'rmsprop',
    SGD: 'sgd',
    Lion: 'lion',
    Lamb: 'lamb',
    Adafactor: 'adafactor',
    ASGD: 'sgd',
    SparseAdam: 'adam',
    momentum: 'sgd',
    nesterov: 'sgd',
    NAG: 'sgd',
    amsgrad: 'adam',
    adamw_torch: 'adamw',
  };
  for (const [typed, expected] of Object.entries(names))
    t.equal(meant(typed, optimizerHints, Object.keys(optimizers)), expected, typed);
  for (const typed of ['LBFGS', 'Rprop', 'Ftrl', 'Muon', 'LossScaleOptimizer', 'LARS'])
    t.type(optimizerHints[comparable(typed)], 'string', typed);
});

t.test('every schedule of torch.optim.lr_scheduler, Keras and Hugging Face leads somewhere', async (t) => {
  const names = {
    StepLR: 'step',
    MultiStepLR: 'multiStep',
    ConstantLR: 'constant',
    LinearLR: 'linear',
    ExponentialLR: 'exponential',
    PolynomialLR: 'polynomial',
    CosineAnnealingLR: 'cosine',
    CosineAnnealingWarmRestarts: 'cosineRestarts',
    OneCycleLR: 'oneCycle',
    CyclicLR: 'cosineRestarts',
    ReduceLROnPlateau: 'reduceOnPlateau',
    ExponentialDecay: 'exponential',
    PolynomialDecay: 'polynomial',
    PiecewiseConstantDecay: 'multiStep',
    CosineDecay: 'cosine',
    CosineDecayRestarts: 'cosineRestarts',
    cosine_with_restarts: 'cosineRestarts',
    constant_with_warmup: 'constant',
    inverse_sqrt: 'inverseSqrt',
    reduce_lr_on_plateau: 'reduceOnPlateau',
    noam: 'inverseSqrt',
  };
  for (const [typed, expected] of Object.entries(names))
    t.equal(meant(typed, scheduleHints, Object.keys(schedules)), expected, typed);
  for (const typed of ['LambdaLR', 'MultiplicativeLR', 'SequentialLR', 'ChainedScheduler', 'InverseTimeDecay', 'SWALR'])
    t.type(scheduleHints[comparable(typed)], 'string', typed);
});

t.test('no hint stands in the way of a word, and those that hints name exist', async (t) => {
  for (const [hints, words] of [
    [optimizerHints, Object.keys(optimizers)],
    [scheduleHints, Object.keys(schedules)],
  ] as const) {
    for (const word of words) t.notOk(comparable(word) in hints, word);
    for (const hint of Object.values(hints))
      for (const [, named] of hint.matchAll(/\{type: (\w+)/g)) t.ok(words.includes(named!), hint);
  }
});
