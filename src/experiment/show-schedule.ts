import path from 'node:path';
import {downloadLines} from '../report/download-lines.js';
import {formatCount, plural} from '../report/format.js';
import {linePlot, type PlotOptions} from '../report/plot/line-plot.js';
import {svgPlot} from '../report/plot/svg-plot.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {runLength} from '../training/run-length.js';
import {learningRates} from '../training/schedules/learning-rates.js';
import {loadExperiment} from './load.js';

export interface ShowScheduleRequest {
  readonly spec: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
}

/** The learning rate of every update of a run, as far as it is known before the run. */
export interface ShownSchedule {
  readonly name: string;
  readonly optimizer: string;
  readonly learningRate: number;
  /** `constant` where the spec has none. */
  readonly schedule: string;
  /** Of `reduceOnPlateau`, whose drops follow from the metrics: the curve has none of them. */
  readonly monitor?: string;
  readonly warmupSteps: number;
  readonly numSteps: number;
  readonly stepsPerEpoch: number;
  readonly numEpochs: number;
  /** @param step from 1 */
  rate(step: number): number;
}

/**
 * Works out the learning rates of a spec without loading an engine.
 * @throws ExpError for a spec with mistakes
 */
export async function showSchedule({spec: file, overrides}: ShowScheduleRequest): Promise<ShownSchedule> {
  const {spec, preview} = await loadExperiment({path: file}, {overrides, onDownload: downloadLines(process.stderr)});
  const {training} = spec;
  const {optimizer, schedule} = training;
  const length = runLength(training, preview.data.numTrain);
  const rates = learningRates(training, length);
  return {
    name: spec.name,
    optimizer: optimizer.type,
    learningRate: optimizer.learningRate,
    schedule: schedule?.type ?? 'constant',
    ...(schedule?.type === 'reduceOnPlateau' ? {monitor: schedule.monitor} : {}),
    warmupSteps: schedule?.warmupSteps ?? 0,
    ...length,
    rate: (step) => rates.rate(step),
  };
}

/** More points than any terminal has dots side by side. */
const mostPoints = 4000;

/** Steps from the first to the last, every one of a short run, else equally far apart. */
export function sampledSteps(numSteps: number, most: number): readonly number[] {
  const count = Math.min(numSteps, most);
  return Array.from({length: count}, (_, i) => (count === 1 ? 1 : 1 + Math.round((i * (numSteps - 1)) / (count - 1))));
}

const titleOf = ({schedule, warmupSteps, optimizer, learningRate}: ShownSchedule): string =>
  `${schedule}${warmupSteps > 0 ? ` after ${plural(warmupSteps, 'warm-up update')}` : ''}, ${optimizer} at ${learningRate}`;

/** The curve in at most so many points and one more, the highest rate among them. */
function pointsOf(shown: ShownSchedule, highest: {readonly x: number}, most: number) {
  const steps = [...sampledSteps(shown.numSteps, most), highest.x].sort((a, b) => a - b);
  return steps.map((step) => ({x: step, y: shown.rate(step)}));
}

const curveName = 'learning rate';

/** The curve as an SVG file. */
const scheduleSvg = (shown: ShownSchedule): string =>
  svgPlot([{name: curveName, points: pointsOf(shown, highestOf(shown), 1000)}], {
    title: `${shown.name}: ${titleOf(shown)}`,
    xTitle: 'update',
    yTitle: curveName,
    fromZero: true,
  });

/** Writes the curve into a file: a picture by its name `.svg`, a table, `.csv`. @throws ExpError */
export function saveSchedule(shown: ShownSchedule, out: string): void {
  const ending = path.extname(out).toLowerCase();
  if (ending !== '.svg' && ending !== '.csv') {
    throw new ExpError('USAGE', `--out ${out}: a curve is written as .svg or .csv`, 'name the file rates.svg');
  }
  try {
    writeFileAtomically(path.resolve(out), ending === '.svg' ? scheduleSvg(shown) : [...scheduleCsv(shown)].join(''));
  } catch (error) {
    const message = `${out} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --out', {cause: error});
  }
}

/** A line about the run, the curve, and its ends in numbers. */
export function formatSchedule(
  shown: ShownSchedule,
  options: Pick<PlotOptions, 'width' | 'style' | 'unicode'>,
): string {
  const {numSteps, numEpochs, stepsPerEpoch, monitor} = shown;
  const highest = highestOf(shown);
  const points = pointsOf(shown, highest, mostPoints);
  const length = `${plural(numSteps, 'update')} in ${plural(numEpochs, 'epoch')} of ${formatCount(stepsPerEpoch)}`;
  const ends = `first ${format(points[0]!.y)}, highest ${format(highest.y)} at update ${formatCount(highest.x)}, last ${format(points.at(-1)!.y)}`;
  const plateau = `drops when ${monitor} stops improving, which only the run will tell`;
  return [
    options.style.bold(titleOf(shown)),
    length,
    '',
    linePlot([{name: curveName, points}], {...options, fromZero: true, yTitle: curveName, xTitle: 'update'}),
    ends,
    ...(monitor === undefined ? [] : [plateau]),
    '',
  ].join('\n');
}

/** The first update of the highest rate; near it in runs of more than a million updates. */
function highestOf({numSteps, rate}: ShownSchedule): {readonly x: number; readonly y: number} {
  const stride = Math.max(1, Math.floor(numSteps / 1e6));
  let highest = {x: 1, y: rate(1)};
  for (let step = 1; step <= numSteps; step += stride) {
    const y = rate(step);
    if (y > highest.y) highest = {x: step, y};
  }
  return highest;
}

const format = (rate: number): string => String(Number(rate.toPrecision(4)));

const rowsAtOnce = 1000;

/** One row an update, in pieces of many rows; the columns are those of steps.csv. */
export function* scheduleCsv({numSteps, stepsPerEpoch, rate}: ShownSchedule): Generator<string> {
  let rows = 'step,epoch,learningRate\n';
  for (let step = 1; step <= numSteps; step++) {
    rows += `${step},${Math.ceil(step / stepsPerEpoch)},${rate(step)}\n`;
    if (step % rowsAtOnce !== 0 && step !== numSteps) continue;
    yield rows;
    rows = '';
  }
}

/** What is known of the run, and at most 1000 points of the curve. */
export function scheduleJson({rate, ...shown}: ShownSchedule) {
  const points = sampledSteps(shown.numSteps, 1000).map((step) => ({step, learningRate: rate(step)}));
  return {...shown, points};
}
