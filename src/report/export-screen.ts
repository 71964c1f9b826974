import {hang} from './definitions.js';
import {formatMetric, plural} from './format.js';
import type {Sink} from './sink.js';
import {widthOf} from './text.js';

/** What a screen says of an exported model. */
export interface ExportView {
  readonly run: string;
  readonly format: string;
  readonly checkpoint: string;
  readonly epoch?: number;
  readonly path: string;
  readonly check?: {
    readonly maxDeviation: number;
    readonly maxOutput: number;
    readonly numExamples: number;
    readonly batchSizes: readonly number[];
    readonly from: string;
  };
  readonly notes: readonly string[];
}

/** Where it is, what it is, and how near it comes to the model. */
export function exportScreen(view: ExportView, {style, width}: Pick<Sink, 'style' | 'width'>): string {
  const {run, format, checkpoint, epoch, path, check, notes} = view;
  const moment = epoch === undefined ? '' : ` of epoch ${epoch}`;
  const weights = checkpoint === 'model' ? 'final model' : `${checkpoint} checkpoint${moment}`;
  const what = `${format}, ${weights}${path.includes(run) ? '' : ` of ${run}`}`;
  const isShort = widthOf(path) + 2 + widthOf(what) <= width;
  const lines = [...(isShort ? [] : [what]), ...notes, ...(check ? [checkedLine(check)] : [])];
  const heading = `${style.bold(path)}${isShort ? `  ${what}` : ''}\n`;
  return heading + lines.map((line) => `${hang('  ', 4, line, width, 2)}\n`).join('');
}

function checkedLine({
  maxDeviation,
  maxOutput,
  numExamples,
  batchSizes,
  from,
}: NonNullable<ExportView['check']>): string {
  const sizes = [...new Set(batchSizes)].join(' and ');
  const found =
    maxDeviation === 0
      ? 'the same numbers as the model gives'
      : `off by ${formatMetric(maxDeviation)} at most, outputs up to ${formatMetric(maxOutput)}`;
  return `checked on ${plural(numExamples, 'example')} of ${from}, ${sizes} at a time: ${found}`;
}

/** What was written for TensorBoard, a line a run, and how to look at it. */
export const eventsScreen = (
  runs: readonly {readonly run: string; readonly path: string; readonly numScalars: number}[],
  logFolder: string,
): string =>
  [
    ...runs.map(({path, numScalars}) => `${path}  ${plural(numScalars, 'number')}\n`),
    `tensorboard --logdir ${logFolder}\n`,
  ].join('');

/** What was sent to a tracking server, a line a run. */
export const mlflowScreen = (
  runs: readonly {
    readonly run: string;
    readonly experiment: string;
    readonly url: string;
    readonly isNew: boolean;
    readonly numSent: number;
    readonly numKnown: number;
  }[],
): string =>
  runs
    .map(({run, experiment, url, isNew, numSent, numKnown}) => {
      const known = numKnown > 0 ? `, ${plural(numKnown, 'number')} there before` : '';
      return `${run}  ${isNew ? 'new' : 'known'} in ${experiment}, ${plural(numSent, 'number')} sent${known}\n  ${url}\n`;
    })
    .join('');

/** What was sent to W&B, a line a run and its page. */
export const wandbScreen = (
  runs: readonly {
    readonly run: string;
    readonly entity: string;
    readonly project: string;
    readonly url: string;
    readonly isNew: boolean;
    readonly numSent: number;
    readonly numKnown: number;
  }[],
): string =>
  runs
    .map(({run, entity, project, url, isNew, numSent, numKnown}) => {
      const known = numKnown > 0 ? `, ${plural(numKnown, 'row')} there before` : '';
      const what = `${isNew ? 'new' : 'known'} in ${entity}/${project}, ${plural(numSent, 'row')} sent${known}`;
      return `${run}  ${what}\n  ${url}\n`;
    })
    .join('');
