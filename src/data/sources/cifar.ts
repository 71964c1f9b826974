import {Type} from '@sinclair/typebox';
import {checkLabels} from '../check-values.js';
import {type CifarExamples, type CifarLayout, readCifarArchive} from '../files/cifar-archive.js';
import {checkNamed, locateNamed, type NamedFile} from '../files/named-file.js';
import {displayPath} from '../files/paths.js';
import {cifar10Classes, cifar100Classes, cifar100Superclasses} from './cifar-classes.js';
import type {SourceContext} from './definition.js';
import {definePlainSource, type PlainData, type PlainExamples, type PlainInfo} from './plain-source.js';

const origin = 'Krizhevsky 2009, www.cs.toronto.edu/~kriz/cifar.html';

/** Where a set lies. Tests have archives of their own. */
export interface CifarSet {
  readonly archive: NamedFile;
  readonly layout: CifarLayout;
}

/** Checksums and sizes as TensorFlow Datasets records them (url_checksums/cifar10.txt and cifar100.txt). */
const sets = {
  ten: {
    archive: {
      name: 'cifar-10-binary.tar.gz',
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      bytes: 170_052_171,
    },
    layout: {
      train: {files: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), numExamples: 50_000},
      test: {files: ['test_batch.bin'], numExamples: 10_000},
      numLabels: 1,
    },
  },
  hundred: {
    archive: {
      name: 'cifar-100-binary.tar.gz',
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      bytes: 168_513_733,
    },
    layout: {
      train: {files: ['train.bin'], numExamples: 50_000},
      test: {files: ['test.bin'], numExamples: 10_000},
      numLabels: 2,
    },
  },
} as const satisfies Record<string, CifarSet>;

const folder = (archive: NamedFile) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      'x-path': true,
      description: `Folder with ${archive.name}, for machines that cannot download it; by default it is downloaded once into the cache (EXP_CACHE_DIR).`,
    }),
  );

/** Small pictures of ten kinds of things. */
export const defineCifar10 = ({archive, layout}: CifarSet) =>
  definePlainSource({
    type: 'cifar10',
    summary:
      'CIFAR-10: 50,000 training and 10,000 test photographs of 32 × 32 pixels, 10 classes. Downloaded once, 170 MB.',
    args: Type.Object({path: folder(archive)}),
    facts: {
      inputs: '[32, 32, 3], bytes in [0, 255]: red, green, blue',
      targets: `10 classes: ${cifar10Classes.join(', ')}`,
      origin: `${origin}; ${archive.url}, SHA-256 checked`,
    },
    example:
      'data:\n  source: {type: cifar10}\n  augment: [{type: padCrop}, {type: flip}]\n  transforms: [{type: toFloat}, {type: normalize, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616]}]',
    async describe({path}, context) {
      if (path !== undefined) await checkNamed([archive], path, context);
      return infoOf(layout, cifar10Classes);
    },
    load: async ({path}, context) => read({archive, layout}, path, context, 0, cifar10Classes),
  });

/** Small pictures of a hundred kinds of things, in twenty groups. */
export const defineCifar100 = ({archive, layout}: CifarSet) =>
  definePlainSource({
    type: 'cifar100',
    summary:
      'CIFAR-100: 50,000 training and 10,000 test photographs of 32 × 32 pixels, 100 classes or 20 groups of them. Downloaded once, 169 MB.',
    args: Type.Object({
      labels: Type.Union([Type.Literal('fine'), Type.Literal('coarse')], {
        default: 'fine',
        description: 'fine: the 100 classes; coarse: the 20 groups of five classes each.',
      }),
      path: folder(archive),
    }),
    facts: {
      inputs: '[32, 32, 3], bytes in [0, 255]: red, green, blue',
      targets: '100 classes from apple to worm, or 20 groups from aquatic_mammals to vehicles_2',
      origin: `${origin}; ${archive.url}, SHA-256 checked`,
    },
    example:
      'data:\n  source: {type: cifar100}\n  augment: [{type: padCrop}, {type: flip}]\n  transforms: [{type: toFloat}, {type: normalize, mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762]}]',
    async describe({labels, path}, context) {
      if (path !== undefined) await checkNamed([archive], path, context);
      return infoOf(layout, labels === 'fine' ? cifar100Classes : cifar100Superclasses);
    },
    load: async ({labels, path}, context) =>
      labels === 'fine'
        ? read({archive, layout}, path, context, 1, cifar100Classes)
        : read({archive, layout}, path, context, 0, cifar100Superclasses),
  });

export const cifar10 = defineCifar10(sets.ten);
export const cifar100 = defineCifar100(sets.hundred);

const infoOf = ({train, test}: CifarLayout, classNames: readonly string[]): PlainInfo => ({
  inputShape: [32, 32, 3],
  task: 'classification',
  numClasses: classNames.length,
  classNames,
  targetShape: [],
  numTrain: train.numExamples,
  numTest: test.numExamples,
});

/** @param label which of a record's labels is the class */
async function read(
  {archive, layout}: CifarSet,
  path: string | undefined,
  context: SourceContext,
  label: number,
  classNames: readonly string[],
): Promise<PlainData> {
  const file = await locateNamed(archive, path, context);
  const parts = await readCifarArchive(file, layout);
  const examples = ({images, labels}: CifarExamples): PlainExamples => {
    const targets = checkLabels(labels[label]!, classNames.length, displayPath(file));
    return {numExamples: targets.length, inputs: images, targets};
  };
  return {info: infoOf(layout, classNames), train: examples(parts.train), test: examples(parts.test)};
}
