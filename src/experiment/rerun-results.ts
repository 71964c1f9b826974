import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {weightsFileName} from '../model/save.js';
import {type RunFile, runFiles} from '../runs/layout.js';
import type {Run} from '../runs/run.js';

/** A number that is not the same in both runs. */
export interface Deviation {
  /** Of metrics.csv; undefined for the metrics of the test set at the end. */
  readonly epoch?: number | undefined;
  readonly metric: string;
  readonly was: number | undefined;
  readonly is: number | undefined;
}

/** What came out the second time, held against the first. */
export interface Repetition {
  /** metrics.csv to the last byte, and the test metrics. */
  readonly isEqual: boolean;
  /** The final weights to the last bit; undefined where one of the runs has none. */
  readonly hasSameWeights: boolean | undefined;
  /** Whole epochs that both runs have. */
  readonly numEpochs: number;
  /** Epochs of the original that the repetition lacks, or the other way round. */
  readonly numMissing: number;
  /** The first one, and the largest by its share of the value. */
  readonly first?: Deviation;
  readonly largest?: Deviation;
  /** Step up to which the rows of steps.csv are the same. */
  readonly sameUntilStep?: number;
}

/** Compares the records of two runs of one spec. */
export function compareRepetition(original: Run, repeated: Run): Repetition {
  const [was, is] = [original.metrics(), repeated.metrics()];
  const numEpochs = Math.min(was.length, is.length);
  const deviations: Deviation[] = [];
  for (let index = 0; index < numEpochs; index++) {
    for (const deviation of differing(was[index]!, is[index]!))
      deviations.push({epoch: was[index]!.epoch, ...deviation});
  }
  const isWhole = original.summary && repeated.summary;
  if (isWhole) deviations.push(...differing(original.summary.metrics.test ?? {}, repeated.summary.metrics.test ?? {}));
  const isSameText = isSame(original, repeated, 'metrics');
  const [first] = deviations;
  const largest = deviations.reduce<Deviation | undefined>(
    (most, one) => (most && shareOf(most) >= shareOf(one) ? most : one),
    undefined,
  );
  const until = sameSteps(original, repeated);
  return {
    isEqual: isSameText && deviations.length === 0,
    hasSameWeights: sameWeights(original, repeated),
    numEpochs,
    numMissing: Math.abs(was.length - is.length),
    ...(first && largest ? {first, largest} : {}),
    ...(until === undefined ? {} : {sameUntilStep: until}),
  };
}

type Row = Readonly<Record<string, number>>;

function differing(was: Row, is: Row): Deviation[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .filter((metric) => !Object.is(was[metric], is[metric]))
    .map((metric) => ({metric, was: was[metric], is: is[metric]}));
}

/** How much of the original value a deviation is; infinite where one is no number. */
export function shareOf({was = Number.NaN, is = Number.NaN}: Deviation): number {
  const share = Math.abs(is - was) / Math.max(Math.abs(was), Math.abs(is), Number.MIN_VALUE);
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}

const read = (run: Run, file: RunFile, ...names: readonly string[]): Buffer | undefined => {
  try {
    return readFileSync(path.join(run.path, runFiles[file], ...names));
  } catch {
    return undefined;
  }
};

function isSame(a: Run, b: Run, file: RunFile): boolean {
  const [one, other] = [read(a, file), read(b, file)];
  return one !== undefined && other !== undefined && one.equals(other);
}

function sameWeights(a: Run, b: Run): boolean | undefined {
  const [one, other] = [a, b].map((run) => {
    const bytes = read(run, 'model', weightsFileName);
    return bytes && createHash('sha256').update(bytes).digest('hex');
  });
  return one === undefined || other === undefined ? undefined : one === other;
}

/** The last step whose row of steps.csv is the same in both. */
function sameSteps(a: Run, b: Run): number | undefined {
  const [one, other] = [a, b].map((run) => read(run, 'steps')?.toString('utf8').trimEnd().split('\n').slice(1) ?? []);
  let step: number | undefined;
  for (const [index, row] of one!.entries()) {
    if (row !== other![index]) break;
    step = Number(row.split(',', 1)[0]);
  }
  return step;
}
