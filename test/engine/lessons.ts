import {readdirSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {type PreparedExperiment, prepareExperiment} from '../../src/experiment/prepare.js';
import type {TrainingSession} from '../../src/training/session.js';
import {relativeError} from '../reference/read.js';

const folder = path.resolve(import.meta.dirname, '../../experiments');

/** Files of the lessons, from the folder of experiments; sweeps vary them. */
export const lessons = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(
  (name) => name.endsWith('.yaml') && !name.startsWith('sweeps'),
);

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

/** What takes a GPU that is software seconds a step besides. */
const smaller: Readonly<Record<string, readonly string[]>> = {
  '12-digits-autoencoder.yaml': ['data.limit.train=40', 'training.batchSize=2'],
  '4-resnet20-blocks.yaml': ['training.batchSize=2'],
  '9-authors-lstm.yaml': ['data.source.columns.line.length=4', 'training.batchSize=2'],
};

/** Lesson 5 says so in its first lines: its images have to be written before anything reads them. */
export const writeDigits = () => execa(process.execPath, [path.join(folder, 'data/write-digits.js')]);

t.ok(Object.keys(small).every((name) => lessons.includes(name)));

/** A lesson in small form, ready to train. */
export async function prepareLesson(lesson: string, overrides: readonly string[], warn: (message: string) => void) {
  const whole = [...(small[lesson] ?? []), ...overrides];
  const experiment = await loadExperiment({path: path.join(folder, lesson)}, {overrides: whole});
  return {spec: experiment.spec, prepared: await prepareExperiment(experiment, warn)};
}

type Lesson = Awaited<ReturnType<typeof prepareLesson>>;

/** The batches of a run, as many as are asked for, with what their steps are told. */
export function* lessonSteps({spec, prepared: {dataset, rng}}: Lesson, numSteps: number) {
  const {batchSize, optimizer} = spec.training;
  const numbers = Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index);
  let step = 0;
  for (let epoch = 1; ; epoch++) {
    for (const batch of dataset.train.batches(batchSize, rng.split(epoch).shuffle(numbers), epoch)) {
      if (++step > numSteps) return;
      yield {batch, hyper: {learningRate: optimizer.learningRate, step}};
    }
  }
}

async function lossesOf(
  lesson: string,
  overrides: readonly string[],
  numSteps: number,
  sessionOf: (prepared: PreparedExperiment) => Promise<TrainingSession>,
): Promise<number[]> {
  const opened = await prepareLesson(lesson, overrides, () => {});
  const session = await sessionOf(opened.prepared);
  const losses: number[] = [];
  for (const {batch, hyper} of lessonSteps(opened, numSteps)) losses.push((await session.step(batch, hyper)).loss);
  if (session !== opened.prepared.session) await session.dispose();
  await opened.prepared.dispose();
  return losses;
}

/**
 * Twenty steps of every lesson, in small form, give the losses that TensorFlow.js's plain JavaScript backend gives, to 1e-3.
 * @param overrides choose engine and device
 */
export function lessonsAgree(name: string, overrides: readonly string[], numSteps = 20): void {
  t.test(`${name}: lessons`, async (t) => {
    await writeDigits();
    for (const lesson of lessons) {
      const less = smaller[lesson] ?? [];
      const plain = await lossesOf(lesson, [...less, 'engine=compiled', 'device=cpu'], numSteps, ({sessionOptions}) =>
        onPlain(sessionOptions),
      );
      const other = await lossesOf(lesson, [...less, ...overrides], numSteps, async ({session}) => session);
      t.equal(other.length, numSteps);
      const error = Math.max(...plain.map((loss, step) => relativeError([other[step]!], [loss])));
      t.ok(error <= 1e-3, `${lesson}: losses differ by ${error}`);
    }
  });
}

const onPlain = async (options: PreparedExperiment['sessionOptions']): Promise<TrainingSession> => {
  await loadEagerBackend('cpu');
  return createEagerSession(options);
};
