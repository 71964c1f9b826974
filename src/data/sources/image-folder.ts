import path from 'node:path';
import {type Static, Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import {type ClassFolders, listClassFolders} from '../files/class-folders.js';
import {decodeImagesTo} from '../files/image-decoder.js';
import {resolveDataPath} from '../files/paths.js';
import {holdOut, spaced} from '../split/held-out.js';
import type {ArrayStore} from '../storage/array-store.js';
import {type Decoding, keepDecoded} from '../storage/keep.js';
import type {Place, Placement} from '../storage/placement.js';
import type {SourceContext, StoredValues} from './definition.js';
import {definePlainSource, type PlainExamples, type PlainInfo} from './plain-source.js';

const sizeHint = 'write `height` and `width`, in pixels';

const fields = {
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
    description:
      'Memory that the decoded images may take, in millions of bytes: images × height × width × channels. data.storage: auto keeps larger sets on disk.',
  }),
};

const args = Type.Object(fields, {'x-hints': {size: sizeHint, imagesize: sizeHint, targetsize: sizeHint}});

type ImageFolderSpec = Static<typeof args>;

/** Images sorted into folders. */
export const imageFolder = definePlainSource({
  type: 'imageFolder',
  summary: 'PNG, JPEG or WebP images, one folder per class; decoded once, kept as bytes.',
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
    const {info, place, train, test} = await listImages(spec, context);
    const parts = {train, ...(test ? {test} : {})};
    const {arrays} = await keepDecoded(decodingOf(spec, parts, place), (store) => decode(spec, parts, store), context);
    const examples = (name: keyof typeof parts, {files, labels}: Part): PlainExamples => ({
      numExamples: files.length,
      inputs: arrays.get(name) as StoredValues,
      targets: labels,
    });
    return {info, train: examples('train', train), ...(test ? {test: examples('test', test)} : {})};
  },
});

/** Names the decoded images: by the files' bytes and what is made of them. */
function decodingOf(spec: ImageFolderSpec, parts: Readonly<Record<string, Part>>, place: Place): Decoding {
  const {path, height, width, channels, fit} = spec;
  const numFiles = Object.values(parts).map(({files}) => files.length);
  return {
    files: Object.values(parts).flatMap(({files}) => files),
    args: {source: 'imageFolder', numFiles, height, width, channels, fit},
    what: path,
    place,
  };
}

async function decode(spec: ImageFolderSpec, parts: Readonly<Record<string, Part>>, store: ArrayStore): Promise<null> {
  const rowSize = spec.height * spec.width * spec.channels;
  for (const [name, {files}] of Object.entries(parts)) {
    const writer = store.create(name, {kind: 'uint8', rowSize, numRows: files.length});
    await decodeImagesTo(files, spec, (index, pixels) => writer.write(index, pixels));
  }
  return null;
}

type Part = Pick<ClassFolders, 'files' | 'labels'>;

interface Listing {
  readonly info: PlainInfo;
  readonly place: Place;
  readonly train: Part;
  readonly test?: Part | undefined;
}

async function listImages(spec: ImageFolderSpec, {baseDir, placement, limit}: SourceContext): Promise<Listing> {
  const {height, width, channels, testPath, testFraction} = spec;
  if (testPath !== undefined && testFraction !== undefined) {
    throw new DataSpecError('data.source.testFraction', 'and testPath both name the test set', 'drop one of them');
  }
  const all = await listClassFolders(await resolveDataPath(spec.path, baseDir), baseDir);
  const whole =
    testFraction === undefined
      ? {train: all, test: testPath === undefined ? undefined : await listTest(testPath, baseDir, all)}
      : divide(all, testFraction, spec.splitSeed);
  const parts = {train: limited(whole.train, limit?.train), test: whole.test && limited(whole.test, limit?.test)};
  const numTest = parts.test?.files.length ?? 0;
  const place = placeOf(spec, parts.train.files.length + numTest, placement);
  const info: PlainInfo = {
    inputShape: [height, width, channels],
    task: 'classification',
    numClasses: all.classNames.length,
    classNames: all.classNames,
    targetShape: [],
    numTrain: parts.train.files.length,
    numTest,
    keys: parts.train.files.map((file) => file.split(path.sep).slice(-2).join('/')),
  };
  return {info, place, ...parts};
}

const listTest = async (wanted: string, baseDir: string, {classNames}: ClassFolders): Promise<Part> =>
  listClassFolders(await resolveDataPath(wanted, baseDir), baseDir, classNames);

function divide(all: ClassFolders, fraction: number, seed: number): {train: Part; test: Part} {
  const {kept, held} = holdOut(all.files.length, fraction, Rng.fromSeed(seed).split('test'), all.labels);
  return {train: take(all, kept), test: take(all, held)};
}

/** Images that a limit leaves out need not be decoded. */
function limited(part: Part, limit = Number.POSITIVE_INFINITY): Part {
  const rows = spaced(part.files.length, limit);
  return rows ? take(part, rows) : part;
}

const take = ({files, labels}: Part, rows: Uint32Array): Part => ({
  files: Array.from(rows, (row) => files[row]!),
  labels: Int32Array.from(rows, (row) => labels[row]!),
});

function placeOf(spec: ImageFolderSpec, numImages: number, placement: Placement | undefined): Place {
  const {height, width, channels, maxMegabytes} = spec;
  const numBytes = numImages * height * width * channels;
  const place = placement?.choose(numBytes, maxMegabytes * 1e6) ?? 'memory';
  const megabytes = Math.ceil(numBytes / 1e6);
  if (place === 'disk' || megabytes <= maxMegabytes) return place;
  throw new DataSpecError(
    'data.source.maxMegabytes',
    `is ${maxMegabytes}; ${numImages} images of ${height} × ${width} × ${channels} bytes take ${megabytes} million bytes`,
    megabytes <= 4000
      ? `set data.storage: disk, or maxMegabytes: ${megabytes} if the machine has the memory`
      : 'set data.storage: disk, or choose a smaller height and width',
  );
}
