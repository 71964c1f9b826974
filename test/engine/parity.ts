import {Value} from '@sinclair/typebox/value';
import t from 'tap';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {Rng} from '../../src/support/random.js';
import {averagedRule} from '../../src/training/optimizers/average.js';
import {type OptimizerSpec, optimizerRule, optimizers} from '../../src/training/optimizers/registry.js';
import {readGraphCases, readLayerCases, type WrittenLayer} from '../model/fixtures.js';
import {relativeError} from '../reference/read.js';
import {trainedLosses, trainLoss} from './loss-cases.js';
import {enginesAgree} from './two-steps.js';

/** In front stands a layer with weights and statistics, which only gradients of the examined layer's input can change. */
const front: WrittenLayer = {type: 'batchNormalization', name: 'front'};

/** Leaves class numbers what they are, and makes some of the negative ones of the second step. */
const classes: WrittenLayer = {type: 'activation', name: 'front', function: 'relu'};

/** Of weights of several axes; the second layer's are so small that some optimizers scale them up. */
const forOptimizers: readonly WrittenLayer[] = [
  {type: 'conv2d', filters: 4, kernelSize: 2, activation: 'tanh'},
  {type: 'flatten'},
  {type: 'dense', units: 3},
];

/** One case of each kind, the first: enough to run every kernel, in a time that a software GPU allows. */
function firstOfEach<Case>(cases: readonly Case[], kindOf: (one: Case) => string): readonly Case[] {
  const seen = new Map<string, Case>();
  for (const one of cases) if (!seen.has(kindOf(one))) seen.set(kindOf(one), one);
  return [...seen.values()];
}

/**
 * An engine trains every layer, loss and optimizer as eager on the CPU does.
 * @param create is called with models that live on TensorFlow.js's plain `cpu` backend
 * @param tolerance of an array's largest number
 */
export function parityWithCpu(name: string, create: SessionFactory, tolerance = 1e-4): void {
  t.test(`${name}: every layer`, async (t) => {
    for (const {title, layer, inputs, probe, inputGradient} of firstOfEach(readLayerCases(), ({layer}) =>
      [layer.type, layer.function, layer.interpolation].join(),
    )) {
      const layers = [inputGradient ? front : classes, layer];
      await t.test(title, (t) => enginesAgree(t, layers, inputs, probe, {create, tolerance}));
    }
  });

  t.test(`${name}: layers that pass masks and states`, async (t) => {
    const cases = firstOfEach(readGraphCases(), ({layers}) => layers.at(-1)!.type);
    for (const {title, layers, inputs, probe, inputGradient} of cases) {
      const whole = inputGradient ? layers : [classes, ...layers];
      await t.test(title, (t) => enginesAgree(t, whole, inputs, probe, {create, tolerance}));
    }
  });

  t.test(`${name}: every loss`, async (t) => {
    const cases = firstOfEach(trainedLosses, ({loss, weights}) => `${loss.type}, ${weights !== undefined}`);
    for (const one of cases) {
      const [plain, other] = [await trainLoss(createEagerSession, one), await trainLoss(create, one)];
      for (const [array, values] of Object.entries(plain)) {
        const error = relativeError([...other[array]!, 0.1], [...values, 0.1]);
        t.ok(error < tolerance, `${JSON.stringify(one.loss)}, ${one.title}: ${array}: ${error}`);
      }
    }
  });

  t.test(`${name}: every optimizer, averages and clipping`, async (t) => {
    const rng = Rng.fromSeed(8);
    const inputs = {shape: [3, 4, 4, 2], values: Array.from({length: 96}, () => rng.normal())};
    const probe = {shape: [3, 3], values: Array.from({length: 9}, () => rng.normal())};
    for (const [type, {args}] of Object.entries(optimizers)) {
      const given = Value.Default(args, {epsilon: 1e-3, weightDecay: 0.1, learningRate: 0.1}) as object;
      const known = {type, ...(Value.Clean(args, given) as object)} as OptimizerSpec;
      const rule = averagedRule(optimizerRule(known), {decay: 0.5});
      const options = {rule, clipping: {by: 'globalNorm', max: 1}} as const;
      await t.test(type, (t) => enginesAgree(t, forOptimizers, inputs, probe, {create, tolerance: 1e-3, options}));
    }
  });
}
