import {type Static, Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import {type ClassFolders, listClassFolders} from '../files/class-folders.js';
import {decodeImages} from '../files/image-decoder.js';
import {resolveDataPath} from '../files/paths.js';
import {holdOut} from '../split.js';
import type {SourceContext} from './definition.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';

const args = Type.Object({
  path: Type.String({
    minLength: 1,
    'x-path': true,
    description:
      'Folder with one folder of images per class, relative to the spec. The class has the name of its folder.',
  }),
  height: Type.Integer({minimum: 1, maximum: 4096, description: 'Rows of pixels that every image is brought to.'}),
  width: Type.Integer({minimum: 1, maximum: 4096, description: 'Columns of pixels that every image is brought to.'}),
  channels: Type.Union([Type.Literal(3), Type.Literal(1)], {
    default: 3,
    description: '3: red, green, blue; 1: grey. Transparent pixels are laid on black.',
  }),
  fit: Type.Union([Type.Literal('cover'), Type.Literal('contain'), Type.Literal('stretch')], {
    default: 'cover',
    description:
      'For other proportions: cover cuts off what sticks out, contain leaves black bars, stretch changes the proportions.',
  }),
  testPath: Type.Optional(
    Type.String({minLength: 1, 'x-path': true, description: 'A second folder of the same kind with the test images.'}),
  ),
  testFraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Part of the images that becomes the test set, the same part of each class.',
    }),
  ),
  splitSeed: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      'Decides which images testFraction takes; not the seed of the experiment, so that all seeds meet the same test set.',
  }),
  maxMegabytes: Type.Integer({
    default: 2000,
    minimum: 1,
    maximum: 4000,
    description: 'Memory that the decoded images may take, in millions of bytes: images × height × width × channels.',
  }),
});

type ImageFolderSpec = Static<typeof args>;

/** Images sorted into folders. */
export const imageFolder = definePlainSource({
  type: 'imageFolder',
  summary: 'PNG, JPEG or WebP images, one folder per class; decoded once and kept in memory as bytes.',
  args,
  facts: {
    inputs: '[height, width, channels], bytes in [0, 255]',
    targets: 'one class per folder, sorted by name',
    needs: 'the npm package sharp, an optional dependency that installs with exp where its binaries exist',
  },
  example:
    'data:\n  source: {type: imageFolder, path: data/flowers, height: 64, width: 64, testFraction: 0.2}\n  transforms: [{type: toFloat}]',
  async describe(spec, context) {
    const {info} = await listImages(spec, context);
    return info;
  },
  async load(spec, context) {
    const {info, train, test} = await listImages(spec, context);
    return {info, train: await decode(train, spec), ...(test ? {test: await decode(test, spec)} : {})};
  },
});

type Part = Pick<ClassFolders, 'files' | 'labels'>;

interface Listing {
  readonly info: PlainInfo;
  readonly train: Part;
  readonly test?: Part | undefined;
}

async function listImages(spec: ImageFolderSpec, {baseDir}: SourceContext): Promise<Listing> {
  const {height, width, channels, testPath, testFraction} = spec;
  if (testPath !== undefined && testFraction !== undefined) {
    throw new DataSpecError('data.source.testFraction', 'and testPath both name the test set', 'drop one of them');
  }
  const all = await listClassFolders(await resolveDataPath(spec.path, baseDir));
  const parts =
    testFraction === undefined
      ? {train: all, test: testPath === undefined ? undefined : await listTest(testPath, baseDir, all)}
      : divide(all, testFraction, spec.splitSeed);
  const numTest = parts.test?.files.length ?? 0;
  checkMemory(spec, all.files.length + (testPath === undefined ? 0 : numTest));
  const info: PlainInfo = {
    inputShape: [height, width, channels],
    task: 'classification',
    numClasses: all.classNames.length,
    classNames: all.classNames,
    targetShape: [],
    numTrain: parts.train.files.length,
    numTest,
  };
  return {info, ...parts};
}

const listTest = async (wanted: string, baseDir: string, {classNames}: ClassFolders): Promise<Part> =>
  listClassFolders(await resolveDataPath(wanted, baseDir), classNames);

function divide({files, labels}: ClassFolders, fraction: number, seed: number): {train: Part; test: Part} {
  const {kept, held} = holdOut(files.length, fraction, Rng.fromSeed(seed).split('test'), labels);
  const part = (rows: Uint32Array): Part => ({
    files: Array.from(rows, (row) => files[row]!),
    labels: Int32Array.from(rows, (row) => labels[row]!),
  });
  return {train: part(kept), test: part(held)};
}

function checkMemory({height, width, channels, maxMegabytes}: ImageFolderSpec, numImages: number): void {
  const megabytes = Math.ceil((numImages * height * width * channels) / 1e6);
  if (megabytes <= maxMegabytes) return;
  throw new DataSpecError(
    'data.source.maxMegabytes',
    `is ${maxMegabytes}; ${numImages} images of ${height} × ${width} × ${channels} bytes take ${megabytes} million bytes`,
    megabytes <= 4000
      ? `choose a smaller height and width, or set maxMegabytes: ${megabytes} if the machine has the memory`
      : 'choose a smaller height and width, or channels: 1; more than 4000 is not possible',
  );
}

async function decode({files, labels}: Part, spec: ImageFolderSpec): Promise<PlainExamples> {
  return {numExamples: files.length, inputs: await decodeImages(files, spec), targets: labels};
}
