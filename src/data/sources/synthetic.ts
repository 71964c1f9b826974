import {Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';
import {type PatternName, patterns} from './synthetic-patterns.js';

interface Args {
  readonly pattern: PatternName;
  readonly numExamples: number;
  readonly numTest: number;
  readonly noise: number;
  readonly numClasses: number;
  readonly numFeatures: number;
  readonly seed: number;
}

/** Points drawn from a formula. */
export const synthetic = definePlainSource({
  type: 'synthetic',
  summary: 'Points drawn from a formula: xor, blobs, spirals (classes) or linear (a real target).',
  args: Type.Object({
    pattern: Type.Union([Type.Literal('xor'), Type.Literal('blobs'), Type.Literal('spirals'), Type.Literal('linear')], {
      description:
        'xor: the corners of the unit square in turn, class 1 where they differ. blobs: normal clouds around points spread over the unit circle. spirals: interleaved arms, one turn each. linear: weights · x + bias for standard normal x.',
    }),
    numExamples: Type.Integer({default: 1000, minimum: 1, maximum: 10_000_000, description: 'Training examples.'}),
    numTest: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 10_000_000,
      description: 'Test examples, drawn separately.',
    }),
    noise: Type.Number({
      default: 0.1,
      minimum: 0,
      description: 'Standard deviation of the normal noise added to the coordinates (linear: to the target).',
    }),
    numClasses: Type.Integer({
      default: 2,
      minimum: 2,
      maximum: 1000,
      description: 'Classes of blobs and spirals; xor has 2.',
    }),
    numFeatures: Type.Integer({
      default: 2,
      minimum: 2,
      maximum: 100_000,
      description: 'Coordinates of blobs and linear; xor and spirals have 2.',
    }),
    seed: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Decides the points; not the seed of the experiment, so that all seeds meet the same data.',
    }),
  }),
  facts: {
    inputs: '[2], or [numFeatures] for blobs and linear',
    targets: 'classes for xor, blobs and spirals; one real number for linear',
    origin: 'computed from the seed',
  },
  example: 'data:\n  source: {type: synthetic, pattern: xor, numExamples: 4, noise: 0}',
  async describe(spec) {
    return info(spec);
  },
  async load(spec) {
    const rng = Rng.fromSeed(spec.seed);
    const draw = patterns[spec.pattern](spec, rng.split('pattern'));
    const part = (numExamples: number, purpose: string): PlainExamples => draw(numExamples, rng.split(purpose));
    return {
      info: info(spec),
      train: part(spec.numExamples, 'train'),
      ...(spec.numTest > 0 ? {test: part(spec.numTest, 'test')} : {}),
    };
  },
});

function info({pattern, numExamples, numTest, numClasses, numFeatures}: Args): PlainInfo {
  const counts = {numTrain: numExamples, numTest};
  if (pattern === 'linear') return {...counts, inputShape: [numFeatures], task: 'regression', targetShape: [1]};
  return {
    ...counts,
    inputShape: [pattern === 'blobs' ? numFeatures : 2],
    task: 'classification',
    numClasses: pattern === 'xor' ? 2 : numClasses,
    targetShape: [],
  };
}
