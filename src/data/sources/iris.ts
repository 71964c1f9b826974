import {Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {heldCount, holdOut, pick} from '../split/held-out.js';
import {irisRows} from './iris-rows.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';

const numRows = 150;
const numFeatures = 4;

const info = (testFraction: number): PlainInfo => {
  const numTest = heldCount(numRows, testFraction);
  return {
    inputShape: [numFeatures],
    task: 'classification',
    numClasses: 3,
    classNames: ['setosa', 'versicolor', 'virginica'],
    targetShape: [],
    numTrain: numRows - numTest,
    numTest,
  };
};

/** Fisher's 150 flowers. */
export const iris = definePlainSource({
  type: 'iris',
  summary: 'Iris flowers: 150 rows of 4 lengths in cm, 3 species. Comes with exp.',
  args: Type.Object({
    testFraction: Type.Number({
      default: 0.2,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Part of the rows that becomes the test set, the same part of each species.',
    }),
    splitSeed: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        'Decides which rows are test rows; not the seed of the experiment, so that all seeds meet the same test set.',
    }),
  }),
  facts: {
    inputs: '[4]: sepal length, sepal width, petal length, petal width (cm)',
    targets: '3 classes, 50 rows each: setosa, versicolor, virginica',
    origin: 'Fisher 1936, public domain; the numbers of the paper, as in R and scikit-learn',
  },
  example: 'data:\n  source: {type: iris}\n  transforms: [{type: normalize, fit: train}]',
  async describe({testFraction}) {
    return info(testFraction);
  },
  async load({testFraction, splitSeed}) {
    const inputs = Float32Array.from(irisRows.trim().split(/[\n,]/), Number);
    const labels = Uint8Array.from({length: numRows}, (_, i) => Math.floor(i / 50));
    const {kept, held} = holdOut(numRows, testFraction, Rng.fromSeed(splitSeed).split('test'), labels);
    const part = (rows: Uint32Array): PlainExamples => ({
      numExamples: rows.length,
      inputs: pick(inputs, rows, numFeatures),
      targets: pick(labels, rows, 1),
    });
    return {info: info(testFraction), train: part(kept), test: part(held)};
  },
});
