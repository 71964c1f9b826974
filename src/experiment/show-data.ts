import path from 'node:path';
import {firstMix} from '../data/augment/mixer.js';
import {
  type Dataset,
  type DatasetInfo,
  defaultNames,
  type InputInfo,
  type TargetInfo,
  targetOf,
} from '../data/dataset.js';
import {loadData} from '../data/load.js';
import {contactSheet, type Tile} from '../report/contact-sheet.js';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import {formatMetric} from '../report/format.js';
import {encodePng} from '../report/png.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {Rng} from '../support/random.js';
import {formatShape, sizeOf} from '../support/tensor.js';
import {loadExperiment} from './load.js';
import {membersOf} from './members.js';

export interface ShowDataRequest {
  readonly spec: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  /** Where the PNG goes. */
  readonly out: string;
  readonly numExamples: number;
}

/** What was drawn. */
export interface ShownData {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly numExamples: number;
  /** Epochs whose changes are shown beside each example; 0 without `data.augment`. */
  readonly numEpochs: number;
}

const numPlainColumns = 8;
const numEpochs = 7;

/**
 * Draws training examples with their labels as a PNG, before the transforms. With `data.augment` each row is an example as stored and as
 * the first epochs of a run change it; the same seed gives the same pictures.
 * @throws ExpError for a spec with mistakes, data that are no pictures, or a file that cannot be written
 */
export async function showData({spec: file, overrides, out, numExamples}: ShowDataRequest): Promise<ShownData> {
  const written = await loadExperiment(
    {path: file},
    {overrides, onDownload: downloadLines(process.stderr), notify: noticeLines(process.stderr)},
  );
  const {spec, baseDir} = membersOf(written)[0]!.loaded;
  const rng = Rng.fromSeed(spec.seed);
  const isMixed = firstMix(spec.data.augment) !== -1;
  const outputs = {[defaultNames.output]: {encoding: isMixed ? ('oneHot' as const) : ('values' as const)}};
  // A few batches are made faster than threads are started.
  const data = await loadData({...spec.data, transforms: [], workers: 0}, {baseDir, outputs, rng});
  const {train, info} = data;
  const [name, {shape}] = pictureInput(info);
  if (shape.length !== 3 || (shape[2] !== 1 && shape[2] !== 3)) {
    throw new ExpError(
      'SPEC_INVALID',
      `exp show-data draws pictures [height, width, 1 or 3]; this source gives examples of shape ${formatShape(shape)}`,
    );
  }
  const order = Uint32Array.from({length: train.numExamples}, (_, index) => index);
  const chosen = rng.split('show-data').shuffle(order).slice(0, numExamples);
  const isAugmented = spec.data.augment.length > 0;
  const epochs = isAugmented ? [undefined, ...Array.from({length: numEpochs}, (_, epoch) => epoch + 1)] : [undefined];
  const versions = epochs.map((epoch) => tilesOf({train, info}, name, chosen, epoch));
  await data.dispose();
  const tiles = versions[0]!.flatMap((_, index) => versions.map((version) => version[index]!));
  const numColumns = isAugmented ? epochs.length : numPlainColumns;
  const sheet = contactSheet(tiles, {shape, numColumns, range: rangeOf(tiles)});
  try {
    writeFileAtomically(path.resolve(out), encodePng(sheet));
  } catch (error) {
    const message = `${out} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --out', {cause: error});
  }
  const {width, height} = sheet;
  return {path: out, width, height, numExamples: chosen.length, numEpochs: epochs.length - 1};
}

/** The input to draw: the first that is a picture, or else the first. */
function pictureInput({inputs}: DatasetInfo): readonly [string, InputInfo] {
  const all = Object.entries(inputs);
  return all.find(([, {shape}]) => shape.length === 3) ?? all[0]!;
}

/** Copies of some examples with their labels, as an epoch of training sees them or as stored. */
function tilesOf(
  {train, info}: Pick<Dataset, 'train' | 'info'>,
  input: string,
  chosen: Uint32Array,
  epoch: number | undefined,
): Tile[] {
  const [batch] = train.batches(chosen.length, chosen, epoch);
  const target = targetOf(info.targets, undefined);
  const targets = batch!.targets[defaultNames.output]!;
  const [inputSize, targetSize] = [sizeOf(info.inputs[input]!.shape), targets.length / chosen.length];
  return Array.from(chosen, (_, i) => {
    const values = targets.subarray(i * targetSize, (i + 1) * targetSize);
    const isOneHot = targetSize === target.numClasses;
    const lines = isOneHot ? sharesOf(values, target) : [plainLabel(values, target)];
    // What does not change stands once, below the example as it is stored.
    const shown = epoch === undefined ? lines : [`epoch ${epoch}`, ...(lines.length > 1 ? lines : [])];
    return {
      values: batch!.inputs[input]!.slice(i * inputSize, (i + 1) * inputSize),
      label: shown.join('\n'),
    };
  });
}

const className = ({classNames}: TargetInfo, number: number): string => classNames?.[number] ?? String(number);

const plainLabel = (values: Float32Array, target: TargetInfo): string =>
  target.task === 'classification' ? className(target, values[0]!) : Array.from(values, formatMetric).join(' ');

/** The classes of a mixture, the largest first, with their shares; the name alone where there is one. */
function sharesOf(row: Float32Array, target: TargetInfo): string[] {
  const parts = Array.from(row, (share, number) => ({share, name: className(target, number)}));
  const found = parts.filter(({share}) => share > 0.005).sort((a, b) => b.share - a.share);
  return found.length === 1 ? [found[0]!.name] : found.map(({share, name}) => `${Math.round(100 * share)}% ${name}`);
}

/** Black and white: 0 and 255 for bytes, 0 and 1 for values in between, else the extremes that occur. */
function rangeOf(tiles: readonly Tile[]): readonly [number, number] {
  let [least, largest] = [0, 0];
  for (const {values} of tiles) {
    for (const value of values) {
      if (value < least) least = value;
      else if (value > largest) largest = value;
    }
  }
  if (least >= 0 && largest <= 255) return [0, largest <= 1 ? 1 : 255];
  return [least, largest];
}
