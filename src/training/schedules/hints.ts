import {comparable} from '../../spec/suggest.js';

const warmup = 'every schedule takes a warm-up in front: {type: constant, warmupSteps: 500}';
const cosineWarmup = 'write {type: cosine, warmupSteps: 500}';
const cycles = 'write {type: cosineRestarts, firstPeriod: …}, or {type: oneCycle} for a single rise and fall';
const code = 'a spec holds no code; multiStep, polynomial and exponential have arguments for most shapes';
const sequence = 'one schedule with `warmupSteps` in front is all there is; multiStep drops as often as you like';
const noam = 'write {type: inverseSqrt, warmupSteps: 4000}';
const inverseTime = 'there is none; inverseSqrt falls more slowly, exponential faster';

/** What to write for schedules that are no schedule here, as people know them from Keras, PyTorch and Hugging Face. */
export const scheduleHints: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    cosineAnnealingLr: 'write {type: cosine}',
    cosineWithMinLr: 'write {type: cosine, finalFactor: …}',
    cosineWithRestarts: 'write {type: cosineRestarts, firstPeriod: …}',
    cosineWithHardRestarts: 'write {type: cosineRestarts, firstPeriod: …}',
    sgdr: 'write {type: cosineRestarts, firstPeriod: …}',
    cosineWarmup,
    warmupCosine: cosineWarmup,
    cosineWithWarmup: cosineWarmup,
    warmup,
    linearWarmup: warmup,
    warmupLr: warmup,
    constantWithWarmup: warmup,
    warmupLinear: 'write {type: linear, warmupSteps: 500}',
    linearWithWarmup: 'write {type: linear, warmupSteps: 500}',
    warmupStableDecay: sequence,
    noam,
    noamLr: noam,
    rsqrt: noam,
    cyclicLr: cycles,
    cyclic: cycles,
    triangular: cycles,
    '1cycle': 'write {type: oneCycle}',
    superConvergence: 'write {type: oneCycle}',
    stepDecay: 'write {type: step, every: …}',
    poly: 'write {type: polynomial}',
    plateau: 'write {type: reduceOnPlateau}',
    lambdaLr: code,
    multiplicativeLr: code,
    learningRateScheduler: code,
    lambda: code,
    sequentialLr: sequence,
    chainedScheduler: sequence,
    inverseTimeDecay: inverseTime,
    inverseTime,
    swalr: 'write {type: constant} and `training.weightAverage` for the average of the weights',
    none: 'leave `schedule` out',
    fixed: 'leave `schedule` out',
  }).map(([name, hint]) => [comparable(name), hint]),
);
