import {readdirSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {prepareExperiment} from '../../src/experiment/prepare.js';
import type {TrainingSession} from '../../src/training/session.js';
import {relativeError} from '../reference/read.js';

const folder = path.resolve(import.meta.dirname, '../../experiments');
const numSteps = 50;
const lossTolerance = 1e-4;
/**
 * Of an array's largest weight. Adam divides a gradient by its own size, so a weight whose gradient is little more than rounding takes
 * steps of rounding's sign; the losses hardly depend on such a weight, so they are held to less.
 */
const weightTolerance = 1e-3;
/** Attention adds the same to all scores of a query when a key's bias changes, and softmax does not see it: its gradient is all rounding. */
const isAllRounding = (weight: string): boolean => weight.endsWith('/key/bias');

const smallBody = [
  'training.batchSize=1',
  'model.blocks.body.layers.0.filters=3',
  'model.blocks.body.layers.2.filters=4',
  'model.blocks.body.layers.5.units=8',
];

/**
 * Keeps every kind of layer of a lesson, and leaves out the examples, pixels and units that take TensorFlow.js's cpu backend minutes.
 * What a lesson takes over from another run is left out; what it freezes stays frozen.
 */
const small: Readonly<Record<string, readonly string[]>> = {
  '3-mnist-mlp.yaml': ['data.limit.train=200', 'training.batchSize=4', 'model.layers.1.units=16'],
  // At the lesson's rate of 0.1, over normalized batches of two, differences of rounding grow to 0.2 % of the loss within ten steps.
  '4-resnet20-blocks.yaml': [
    'data.limit.train=200',
    'training.batchSize=4',
    'training.optimizer.learningRate=0.005',
    'model.layers.0={block: conv, name: stem, filters: 4, strides: 4}',
    'model.layers.2={block: residual, filters: 4}',
    'model.layers.3={block: downsampling, filters: 6}',
    'model.layers.4={block: residual, filters: 6}',
    'model.layers.5={block: downsampling, filters: 8}',
    'model.layers.6={block: residual, filters: 8}',
  ],
  '5-image-folder.yaml': [
    'data.source.height=12',
    'data.source.width=12',
    'training.batchSize=4',
    'model.layers.0.filters=3',
    'model.layers.2.filters=4',
    'model.layers.5.units=8',
  ],
  '9-authors-lstm.yaml': [
    'data.limit.train=400',
    'data.source.columns.line.vocabulary=40',
    'model.layers.0.inputDim=40',
    'data.source.columns.line.length=8',
    'training.batchSize=4',
  ],
  '10-alice-transformer.yaml': [
    'data.limit.train=200',
    'data.source.length=8',
    'training.batchSize=1',
    'model.layers.2={block: transformer}',
  ],
  'mnist-cnn.yaml': [
    'data.limit.train=200',
    'training.batchSize=1',
    'model.layers.0.filters=3',
    'model.layers.2.filters=4',
    'model.layers.5.units=12',
  ],
  'transfer/1-digits-0-4.yaml': [...smallBody, 'data.limit.train=200'],
  'transfer/2-digits-5-9.yaml': [...smallBody, 'model.init=null'],
  'mnist-quick.yaml': ['data.limit.train=200', 'training.batchSize=1'],
};

t.before(async () => {
  // Lesson 5 says so in its first lines: its images have to be written before anything reads them.
  await execa(process.execPath, [path.join(folder, 'data/write-digits.js')]);
});

const lessons = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.yaml'));
t.ok(Object.keys(small).every((name) => lessons.includes(name)));

for (const lesson of lessons) {
  t.test(`${lesson} is the same compiled with passes, compiled without, and eager`, async (t) => {
    const overrides = [...(small[lesson] ?? []), 'engine=compiled', 'device=cpu'];
    const experiment = await loadExperiment({path: path.join(folder, lesson)}, {overrides});
    const prepared = await prepareExperiment(experiment, t.fail.bind(t));
    const {dataset, sessionOptions, rng} = prepared;
    const {batchSize, optimizer} = experiment.spec.training;
    // One thread each: sessions that take turns would wait for each other's threads.
    const session = await createCompiledSession(sessionOptions, {numThreads: 1});
    // The eager session trains the model's own weights, so it comes last.
    const others: Readonly<Record<string, TrainingSession>> = {
      'without passes': await createCompiledSession(sessionOptions, {numThreads: 1, passes: false}),
      eager: await createEagerSession(sessionOptions),
    };
    const largest: Record<string, number> = {};
    let step = 0;
    for (let epoch = 1; step < numSteps; epoch++) {
      const numbers = Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index);
      for (const batch of dataset.train.batches(batchSize, rng.split(epoch).shuffle(numbers), epoch)) {
        if (++step > numSteps) break;
        const hyper = {learningRate: optimizer.learningRate, step};
        const {loss} = await session.step(batch, hyper);
        for (const [name, other] of Object.entries(others)) {
          const difference = relativeError([loss], [(await other.step(batch, hyper)).loss]);
          largest[name] = Math.max(largest[name] ?? 0, difference);
        }
      }
    }
    const {weights} = await session.readState();
    for (const [name, other] of Object.entries(others)) {
      t.ok(largest[name]! <= lossTolerance, `losses ${name} differ by ${largest[name]}`);
      for (const [weight, {values}] of (await other.readState()).weights) {
        if (isAllRounding(weight)) continue;
        // A bias may be all rounding, so no array is taken for smaller than 0.1.
        const difference = relativeError([...weights.get(weight)!.values, 0.1], [...values, 0.1]);
        t.ok(difference <= weightTolerance, `${weight} ${name} differs by ${difference}`);
      }
      await other.dispose();
    }
    await session.dispose();
    await prepared.dispose();
  });
}
