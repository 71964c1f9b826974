import {type Static, Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {checkFinite, checkLabels} from '../check-values.js';
import {DataSpecError} from '../data-error.js';
import {type IdxHeader, readIdx, readIdxHeader} from '../files/idx-format.js';
import {displayPath, resolveDataPath} from '../files/paths.js';
import {defineSource, type Examples, type SourceInfo, type Values} from './definition.js';

const file = (description: string) => Type.String({minLength: 1, 'x-path': true, description});

const args = Type.Object({
  images: file('Training inputs [n, ...], relative to the spec. [n, height, width] is read as [height, width, 1].'),
  labels: file('Training targets: whole numbers [n] are classes, floats [n] or [n, ...] are values.'),
  testImages: Type.Optional(file('Test inputs, shaped like images.')),
  testLabels: Type.Optional(file('Test targets, shaped like labels.')),
  task: Type.Union([Type.Literal('auto'), Type.Literal('classification'), Type.Literal('regression')], {
    default: 'auto',
    description: 'auto: classification for whole-number labels [n], else regression.',
  }),
  numClasses: Type.Optional(
    Type.Integer({
      minimum: 2,
      description: 'By default the number of class names, else the largest training label + 1.',
    }),
  ),
  classNames: Type.Optional(
    Type.Array(Type.String(), {minItems: 2, description: 'Name of class 0, of class 1, …, for reports.'}),
  ),
});

type IdxSpec = Static<typeof args>;

/** Files in the format of MNIST. */
export const idx = defineSource({
  type: 'idx',
  summary:
    'IDX files, the format of MNIST, Fashion-MNIST, EMNIST: one for the inputs, one for the targets; gzip or not.',
  args,
  facts: {
    inputs: 'as in the files, any number of axes; bytes, 16- and 32-bit integers, 32- and 64-bit floats',
    targets: 'classes or real numbers',
  },
  example:
    'data:\n  source:\n    type: idx\n    images: data/fashion/train-images-idx3-ubyte.gz\n    labels: data/fashion/train-labels-idx1-ubyte.gz\n    testImages: data/fashion/t10k-images-idx3-ubyte.gz\n    testLabels: data/fashion/t10k-labels-idx1-ubyte.gz',
  async describe(spec, {baseDir}) {
    const images = await openFile(spec.images, baseDir, readIdxHeader);
    const labels = await openFile(spec.labels, baseDir, readIdxHeader);
    const train = pair(images, labels);
    const test = await openTest(spec, baseDir, readIdxHeader);
    if (test) sameShape(train, test);
    const task = taskOf(spec.task, train.labels);
    // The number of classes may have to be counted; labels are small.
    const targets = task === 'classification' ? (await readIdx(labels.path)).values : undefined;
    return describePair(spec, train, test, task, targets);
  },
  async load(spec, {baseDir}) {
    const train = pair(await openFile(spec.images, baseDir, readIdx), await openFile(spec.labels, baseDir, readIdx));
    const test = await openTest(spec, baseDir, readIdx);
    if (test) sameShape(train, test);
    const task = taskOf(spec.task, train.labels);
    const info = describePair(spec, train, test, task, train.labels.values);
    return {info, train: checked(train, info), ...(test ? {test: checked(test, info)} : {})};
  },
});

/** A header or a whole array with the path it came from. */
type Opened<H extends IdxHeader> = H & {readonly path: string};

interface Pair<H extends IdxHeader> {
  readonly images: Opened<H>;
  readonly labels: Opened<H>;
}

async function openFile<H extends IdxHeader>(
  wanted: string,
  baseDir: string,
  read: (path: string) => Promise<H>,
): Promise<Opened<H>> {
  const path = await resolveDataPath(wanted, baseDir);
  return {...(await read(path)), path};
}

async function openTest<H extends IdxHeader>(
  {testImages, testLabels}: IdxSpec,
  baseDir: string,
  read: (path: string) => Promise<H>,
): Promise<Pair<H> | undefined> {
  if (testImages === undefined && testLabels === undefined) return undefined;
  if (testImages === undefined || testLabels === undefined) {
    const [given, lacking] = testLabels === undefined ? ['testImages', 'testLabels'] : ['testLabels', 'testImages'];
    throw new DataSpecError(`data.source.${given}`, `is given without ${lacking}; a test set needs both`);
  }
  return pair(await openFile(testImages, baseDir, read), await openFile(testLabels, baseDir, read));
}

function pair<H extends IdxHeader>(images: Opened<H>, labels: Opened<H>): Pair<H> {
  if (images.shape[0] === labels.shape[0]) return {images, labels};
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(images.path)} holds ${images.shape[0]} examples, ${displayPath(labels.path)} ${labels.shape[0]}; expected as many labels as images`,
  );
}

function sameShape(train: Pair<IdxHeader>, test: Pair<IdxHeader>): void {
  for (const part of ['images', 'labels'] as const) {
    const expected = train[part].shape.slice(1);
    const got = test[part].shape.slice(1);
    if (String(expected) === String(got)) continue;
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(test[part].path)} holds examples of shape [${got.join(', ')}]; expected [${expected.join(', ')}] as in ${displayPath(train[part].path)}`,
    );
  }
}

function taskOf(task: IdxSpec['task'], labels: Opened<IdxHeader>): SourceInfo['task'] {
  if (task === 'auto') return labels.shape.length === 1 && !labels.isFloat ? 'classification' : 'regression';
  if (task === 'classification' && labels.shape.length > 1) {
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(labels.path)} holds targets of shape [${labels.shape.slice(1).join(', ')}]; classification expects one class number an example`,
      'set task: regression, or give class numbers',
    );
  }
  return task;
}

function describePair(
  spec: IdxSpec,
  {images, labels}: Pair<IdxHeader>,
  test: Pair<IdxHeader> | undefined,
  task: SourceInfo['task'],
  targets: Values | undefined,
): SourceInfo {
  const counts = {numTrain: images.shape[0]!, numTest: test?.images.shape[0] ?? 0};
  const inputShape = exampleShape(images.shape);
  if (task === 'regression') {
    return {...counts, inputShape, task, targetShape: labels.shape.length === 1 ? [1] : labels.shape.slice(1)};
  }
  const numClasses = spec.numClasses ?? spec.classNames?.length ?? countClasses(targets!, labels.path);
  if (spec.classNames && spec.classNames.length !== numClasses) {
    throw new DataSpecError(
      'data.source.classNames',
      `has ${spec.classNames.length} names; data.source.numClasses is ${numClasses}`,
    );
  }
  const names = spec.classNames ? {classNames: spec.classNames} : {};
  return {...counts, inputShape, task, numClasses, ...names, targetShape: []};
}

/** Example shape: images without a channel axis get one; a single number becomes [1]. */
function exampleShape([, ...shape]: Shape): Shape {
  return shape.length === 0 ? [1] : shape.length === 2 ? [...shape, 1] : shape;
}

function countClasses(targets: Values, path: string): number {
  checkLabels(targets, Number.POSITIVE_INFINITY, displayPath(path));
  let largest = 1;
  for (const label of targets) if (label > largest) largest = label;
  return largest + 1;
}

function checked({images, labels}: Pair<IdxHeader & {readonly values: Values}>, info: SourceInfo): Examples {
  checkFinite(images.values, sizeOf(info.inputShape), displayPath(images.path));
  const where = displayPath(labels.path);
  if (info.task === 'regression') checkFinite(labels.values, sizeOf(info.targetShape), where);
  const targets =
    info.task === 'regression' ? labels.values : checkLabels(labels.values, info.numClasses!, where, classHint);
  return {numExamples: images.shape[0]!, inputs: images.values, targets};
}

const classHint = 'if the label is right, set numClasses; else mend the file';
