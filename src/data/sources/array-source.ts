import {type Static, Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {checkFinite, checkLabels} from '../check-values.js';
import {DataSpecError} from '../data-error.js';
import {ArrayFile, type StoredLayout} from '../storage/array-file.js';
import {bytesOf} from '../storage/elements.js';
import type {SourceContext, StoredValues, Values} from './definition.js';
import type {PlainData, PlainExamples, PlainInfo} from './plain-source.js';

/** Arguments that all formats of arrays share. */
export const arrayArgs = {
  task: Type.Union([Type.Literal('auto'), Type.Literal('classification'), Type.Literal('regression')], {
    default: 'auto',
    description:
      'auto: classification for whole-number targets [n] or [n, 1], else regression. classification: a class number for each step of a sequence where targets are [n, time].',
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
};

const sharedArgs = Type.Object(arrayArgs);
type ArraySpec = Static<typeof sharedArgs>;

/** What is known of an array before its values are read. */
export interface ArrayHeader {
  /** Examples first. */
  readonly shape: Shape;
  readonly isFloat: boolean;
  /** Whether its numbers are bytes from 0 on, as pixels are. */
  readonly isBytes: boolean;
  /** Where the values lie, if they lie in a file as this machine stores them: rows can then be read from it. */
  readonly stored?: StoredLayout | undefined;
}

/** @see ArrayHeader */
export interface ArrayValues extends ArrayHeader {
  readonly values: Values;
}

/** Inputs, which may stay in their file. */
interface InputValues extends ArrayHeader {
  readonly values: StoredValues;
}

/** The arrays that a spec names and how to read one. */
export interface ArrayFiles<Ref> {
  readonly inputs: Ref;
  readonly targets: Ref;
  readonly testInputs: Ref | undefined;
  readonly testTargets: Ref | undefined;
  /** What the spec calls them. */
  readonly keys: Readonly<Record<'inputs' | 'targets' | 'testInputs' | 'testTargets', string>>;
  /** Cheap where the format allows it. `shown` names the file in messages. */
  readHeader(ref: Ref): Promise<Named<ArrayHeader>>;
  read(ref: Ref): Promise<Named<ArrayValues>>;
}

type Named<A> = A & {readonly shown: string};

interface Pair<A extends ArrayHeader, I extends ArrayHeader = A> {
  readonly inputs: Named<I>;
  readonly targets: Named<A>;
}

/** Shapes, sizes and classes; of the values only the targets are read, to count classes. @throws ExpError */
export async function describeArrays<Ref>(spec: ArraySpec, files: ArrayFiles<Ref>): Promise<PlainInfo> {
  const train = await openPair(files, files.inputs, files.targets, files.readHeader, files.readHeader);
  const test = await openTest(files, files.readHeader, files.readHeader);
  if (test) checkShapes(train, test);
  const task = taskOf(spec.task, train.targets);
  const labels = task === 'classification' ? (await files.read(files.targets)).values : undefined;
  return infoOf(spec, train, test, task, labels);
}

/** Everything, checked. Large inputs stay in their files where these hold them as they are needed. @throws ExpError */
export async function loadArrays<Ref>(
  spec: ArraySpec,
  files: ArrayFiles<Ref>,
  {placement}: SourceContext,
): Promise<PlainData> {
  const readInputs = async (ref: Ref): Promise<Named<InputValues>> => {
    const header = await files.readHeader(ref);
    const {stored, shape} = header;
    if (!stored || placement?.choose(sizeOf(shape) * bytesOf(stored.kind)) !== 'disk') return files.read(ref);
    return {...header, values: ArrayFile.open({...stored, numRows: shape[0]!, rowSize: sizeOf(shape.slice(1))})};
  };
  const train = await openPair(files, files.inputs, files.targets, readInputs, files.read);
  const test = await openTest(files, readInputs, files.read);
  if (test) checkShapes(train, test);
  const task = taskOf(spec.task, train.targets);
  const info = infoOf(spec, train, test, task, train.targets.values);
  return {info, train: examplesOf(train, info), ...(test ? {test: examplesOf(test, info)} : {})};
}

async function openTest<Ref, A extends ArrayHeader, I extends ArrayHeader>(
  files: ArrayFiles<Ref>,
  readInputs: (ref: Ref) => Promise<Named<I>>,
  read: (ref: Ref) => Promise<Named<A>>,
): Promise<Pair<A, I> | undefined> {
  const {testInputs, testTargets, keys} = files;
  if (testInputs === undefined && testTargets === undefined) return undefined;
  if (testInputs === undefined || testTargets === undefined) {
    const [given, lacking] =
      testTargets === undefined ? [keys.testInputs, keys.testTargets] : [keys.testTargets, keys.testInputs];
    throw new DataSpecError(`data.source.${given}`, `is given without ${lacking}; a test set needs both`);
  }
  return openPair(files, testInputs, testTargets, readInputs, read);
}

async function openPair<Ref, A extends ArrayHeader, I extends ArrayHeader>(
  {keys}: ArrayFiles<Ref>,
  inputsRef: Ref,
  targetsRef: Ref,
  readInputs: (ref: Ref) => Promise<Named<I>>,
  read: (ref: Ref) => Promise<Named<A>>,
): Promise<Pair<A, I>> {
  const inputs = await readInputs(inputsRef);
  const targets = await read(targetsRef);
  if (inputs.shape[0] === targets.shape[0]) return {inputs, targets};
  throw new ExpError(
    'DATA_INVALID',
    `${inputs.shown} holds ${inputs.shape[0]} examples, ${targets.shown} ${targets.shape[0]}; expected as many ${keys.targets} as ${keys.inputs}`,
  );
}

function checkShapes(train: Pair<ArrayHeader>, test: Pair<ArrayHeader>): void {
  for (const part of ['inputs', 'targets'] as const) {
    const expected = train[part].shape.slice(1);
    const got = test[part].shape.slice(1);
    if (String(expected) === String(got)) continue;
    throw new ExpError(
      'DATA_INVALID',
      `${test[part].shown} holds examples of shape [${got.join(', ')}]; expected [${expected.join(', ')}] as in ${train[part].shown}`,
    );
  }
}

/** Whether there is one number an example. */
const isSingle = ({shape}: ArrayHeader): boolean => shape.length === 1 || (shape.length === 2 && shape[1] === 1);

const taskOf = (task: ArraySpec['task'], targets: ArrayHeader): PlainInfo['task'] => {
  if (task !== 'auto') return task;
  return isSingle(targets) && !targets.isFloat ? 'classification' : 'regression';
};

function infoOf(
  spec: ArraySpec,
  {inputs, targets}: Pair<ArrayHeader>,
  test: Pair<ArrayHeader> | undefined,
  task: PlainInfo['task'],
  labels: Values | undefined,
): PlainInfo {
  const counts = {numTrain: inputs.shape[0]!, numTest: test?.inputs.shape[0] ?? 0};
  const inputShape = exampleShape(inputs);
  if (task === 'regression') {
    return {...counts, inputShape, task, targetShape: targets.shape.length === 1 ? [1] : targets.shape.slice(1)};
  }
  const numClasses = spec.numClasses ?? spec.classNames?.length ?? countClasses(labels!, targets);
  if (spec.classNames && spec.classNames.length !== numClasses) {
    throw new DataSpecError(
      'data.source.classNames',
      `has ${spec.classNames.length} names; data.source.numClasses is ${numClasses}`,
    );
  }
  const names = spec.classNames ? {classNames: spec.classNames} : {};
  return {
    ...counts,
    inputShape,
    task,
    numClasses,
    ...names,
    targetShape: isSingle(targets) ? [] : targets.shape.slice(1),
  };
}

/** Example shape: bytes of two axes are images and get a channel axis; a single number becomes [1]. */
export function exampleShape({shape: [, ...shape], isBytes}: ArrayHeader): Shape {
  if (shape.length === 0) return [1];
  return shape.length === 2 && isBytes ? [...shape, 1] : shape;
}

function countClasses(labels: Values, {shape, shown}: Named<ArrayHeader>): number {
  checkLabels(labels, Number.POSITIVE_INFINITY, shown, {numPerExample: sizeOf(shape.slice(1))});
  let largest = 1;
  for (const label of labels) if (label > largest) largest = label;
  return largest + 1;
}

function examplesOf({inputs, targets}: Pair<ArrayValues, InputValues>, info: PlainInfo): PlainExamples {
  checkFinite(inputs.values, sizeOf(info.inputShape), inputs.shown);
  const numExamples = inputs.shape[0]!;
  if (info.task === 'classification') {
    const labels = checkLabels(targets.values, info.numClasses!, targets.shown, {
      hint: classHint,
      numPerExample: sizeOf(info.targetShape),
    });
    return {numExamples, inputs: inputs.values, targets: labels};
  }
  checkFinite(targets.values, sizeOf(info.targetShape), targets.shown);
  return {numExamples, inputs: inputs.values, targets: targets.values};
}

const classHint = 'if the label is right, set numClasses; else mend the file';
