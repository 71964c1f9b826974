import {Type} from '@sinclair/typebox';
import {checkLabels} from '../check-values.js';
import {readIdx} from '../files/idx-format.js';
import {checkNamed, locateNamed, type NamedFile} from '../files/named-file.js';
import {displayPath} from '../files/paths.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';

/** The four files of the set. Tests have files of their own. */
export interface FashionFiles {
  readonly trainImages: NamedFile;
  readonly trainLabels: NamedFile;
  readonly testImages: NamedFile;
  readonly testLabels: NamedFile;
}

const server = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/';

const file = (name: string, bytes: number, sha256: string): NamedFile => ({
  name,
  url: `${server}${name}`,
  bytes,
  sha256,
});

/** Checksums as Keras (keras/src/datasets/fashion_mnist.py) and TensorFlow Datasets (url_checksums/fashion_mnist.txt) record them. */
const files: FashionFiles = {
  trainImages: file(
    'train-images-idx3-ubyte.gz',
    26_421_880,
    '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
  ),
  trainLabels: file(
    'train-labels-idx1-ubyte.gz',
    29_515,
    'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
  ),
  testImages: file(
    't10k-images-idx3-ubyte.gz',
    4_422_102,
    '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
  ),
  testLabels: file(
    't10k-labels-idx1-ubyte.gz',
    5_148,
    '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
  ),
};

const info: PlainInfo = {
  inputShape: [28, 28, 1],
  task: 'classification',
  numClasses: 10,
  classNames: ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
  targetShape: [],
  numTrain: 60_000,
  numTest: 10_000,
};

/** Clothes, in the format of MNIST. @param counts how many examples the files hold */
export const defineFashionMnist = (files: FashionFiles, counts: Pick<PlainInfo, 'numTrain' | 'numTest'> = info) =>
  definePlainSource({
    type: 'fashionMnist',
    summary:
      'Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 × 28 pixels, 10 classes. Downloaded once, 31 MB.',
    args: Type.Object({
      path: Type.Optional(
        Type.String({
          minLength: 1,
          'x-path': true,
          description:
            'Folder with the four packed IDX files, for machines that cannot download them; by default they are downloaded once into the cache (EXP_CACHE_DIR).',
        }),
      ),
    }),
    facts: {
      inputs: '[28, 28, 1], bytes in [0, 255]: 0 is the background',
      targets: `10 classes: ${info.classNames!.join(', ')}`,
      origin: `Xiao, Rasul and Vollgraf 2017, Zalando, MIT licence; ${server}, SHA-256 checked`,
    },
    example:
      'data:\n  source: {type: fashionMnist}\n  transforms: [{type: toFloat}, {type: normalize, mean: 0.286, std: 0.353}]',
    async describe({path}, context) {
      if (path !== undefined) await checkNamed(Object.values(files), path, context);
      return {...info, ...counts};
    },
    async load({path}, context) {
      const read = async (images: NamedFile, labels: NamedFile): Promise<PlainExamples> => {
        const [inputs, targets] = [await locateNamed(images, path, context), await locateNamed(labels, path, context)];
        const {values} = await readIdx(targets);
        return {
          numExamples: values.length,
          inputs: (await readIdx(inputs)).values,
          targets: checkLabels(values, info.numClasses!, displayPath(targets)),
        };
      };
      return {
        info: {...info, ...counts},
        train: await read(files.trainImages, files.trainLabels),
        test: await read(files.testImages, files.testLabels),
      };
    },
  });

export const fashionMnist = defineFashionMnist(files);
