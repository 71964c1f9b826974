import t from 'tap';
import type {Definition} from '../../src/spec/define.js';
import {learningRates} from '../../src/training/schedules/learning-rates.js';
import {type ScheduleSpec, scheduleFactor, schedules} from '../../src/training/schedules/registry.js';
import type {TrainingSpec} from '../../src/training/section.js';
import {readReference, relativeError} from '../reference/read.js';
import {Blobs, ofType, trainTiny} from './tiny.js';

interface Reference {
  readonly learningRate: number;
  readonly numSteps: number;
  readonly stepsPerEpoch: number;
  readonly cases: readonly {
    readonly schedule: ScheduleSpec;
    readonly rates: number[];
    /** val_loss of each epoch, for reduceOnPlateau. */
    readonly values?: number[];
  }[];
}

const {learningRate, numSteps, stepsPerEpoch, cases} = readReference<Reference>('schedules');

const trainingOf = (schedule: ScheduleSpec): Pick<TrainingSpec, 'optimizer' | 'schedule' | 'metrics'> => ({
  optimizer: {type: 'sgd', learningRate, momentum: 0, nesterov: false, weightDecay: 0, excludeBiasAndNorm: false},
  schedule,
  metrics: [],
});

for (const {schedule, rates, values} of cases) {
  t.test(`${JSON.stringify(schedule)} agrees with the reference at every update`, async (t) => {
    const own = learningRates(trainingOf(schedule), {numSteps, stepsPerEpoch});
    const actual: number[] = [];
    for (let step = 1; step <= numSteps; step++) {
      actual.push(own.rate(step));
      if (values && step % stepsPerEpoch === 0) own.observe({val_loss: values[step / stepsPerEpoch - 1]!});
    }
    t.equal(rates.length, numSteps);
    t.ok(relativeError(actual, rates) <= 1e-10);
  });
}

t.test('every schedule has a reference and says what it is', async (t) => {
  for (const [name, definition] of Object.entries(schedules) as [string, Definition][]) {
    t.ok(
      cases.some(({schedule}) => schedule.type === name),
      name,
    );
    t.equal(definition.type, name);
    t.ok(definition.summary.endsWith('.'), definition.summary);
    for (const [argument, {description}] of Object.entries(definition.args.properties)) {
      t.ok(description, `${name}.${argument} has a description`);
    }
  }
});

t.test('the shortest runs have finite rates', async (t) => {
  for (const {schedule} of cases) {
    for (const numSteps of [1, 2, 3, 4]) {
      for (let step = 0; step < numSteps; step++) {
        const factor = scheduleFactor(schedule, {step, numSteps, stepsPerEpoch: 1});
        t.ok(factor >= 0 && factor <= 1, `${JSON.stringify(schedule)} at ${step} of ${numSteps}: ${factor}`);
      }
    }
  }
});

t.test('the loop trains with the rate of each update and reports it', async (t) => {
  const schedule: ScheduleSpec = {type: 'multiStep', at: [1, 2], unit: 'epochs', factor: 0.5, warmupSteps: 0};
  const run = await trainTiny({learningRate: 0.4, spec: {epochs: 3, schedule}});
  const rates = ofType(run, 'step').map((event) => event.learningRate);
  t.same(rates, [...Array(8).fill(0.4), ...Array(8).fill(0.2), ...Array(8).fill(0.1)]);
  t.same(
    ofType(run, 'epochEnded').map((event) => event.learningRate),
    [0.4, 0.2, 0.1],
  );
  await run.close();
  // Rates of 0 change nothing: a schedule that is only reported would not notice.
  const still = await trainTiny({
    learningRate: 0.4,
    spec: {epochs: 2, shuffle: false, schedule: {type: 'linear', finalFactor: 0, warmupSteps: 0}},
  });
  const moving = await trainTiny({learningRate: 0.4, spec: {epochs: 2, shuffle: false}});
  t.not(still.outcome.final.loss, moving.outcome.final.loss);
  t.equal(ofType(still, 'step')[0]!.batchLoss, ofType(moving, 'step')[0]!.batchLoss);
  t.equal(
    ofType(still, 'step')[1]!.batchLoss,
    ofType(moving, 'step')[1]!.batchLoss,
    'the first update has the whole rate',
  );
  t.not(ofType(still, 'step')[2]!.batchLoss, ofType(moving, 'step')[2]!.batchLoss);
  await still.close();
  await moving.close();
});

t.test('reduceOnPlateau follows the validation set', async (t) => {
  const run = await trainTiny({
    learningRate: 1e-30, // nothing changes, so nothing improves
    validation: new Blobs(12, 2),
    spec: {
      epochs: 4,
      schedule: {
        ...{type: 'reduceOnPlateau', monitor: 'val_loss', factor: 0.5, patience: 1, minDelta: 0, cooldown: 0},
        ...{minFactor: 0, warmupSteps: 0},
      },
    },
  });
  t.same(
    ofType(run, 'epochEnded').map((event) => event.learningRate),
    [1e-30, 1e-30, 1e-30, 5e-31],
  );
  await run.close();
});
