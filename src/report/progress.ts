import type {MetricValues} from '../training/events.js';
import {formatClock, formatMetric, formatRate} from './format.js';
import type {Style} from './style.js';
import {type Field, fitFields, truncate, widthOf} from './text.js';

/** Where training is, for the bar. */
export interface Progress {
  /** Which run of several, `fold 2 of 5`; empty for a single one. */
  readonly label?: string;
  readonly epoch: number;
  readonly numEpochs: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Running values of the epoch. */
  readonly metrics: MetricValues;
  readonly examplesPerSecond: number;
  /** Until the last epoch ends, at the pace so far. */
  readonly secondsLeft: number;
}

const [leastBar, longestBar] = [6, 30];
/** From this width on the bar is worth more than the last field. */
const roomForBar = 60;

/**
 * One line no wider than `width` columns: epoch, bar, percent, step, metrics, speed, time left. The less there is room for, the
 * fewer fields: speed goes first, then the step, the time left and the metrics; epoch and percent stay.
 */
export function progressLine(progress: Progress, width: number, style: Style): string {
  const {label, epoch, numEpochs, stepInEpoch, stepsPerEpoch} = progress;
  const share = stepsPerEpoch > 0 ? Math.min(1, stepInEpoch / stepsPerEpoch) : 1;
  const percent = `${String(Math.floor(100 * share)).padStart(3)} %`;
  const head = `${label ? `${label}  ` : ''}epoch ${epoch}/${numEpochs}`;
  const step = `${String(stepInEpoch).padStart(String(stepsPerEpoch).length)}/${stepsPerEpoch}`;
  const fields: Field[] = [
    {text: percent, priority: 1},
    {text: step, priority: 80},
    ...Object.entries(progress.metrics).map(([name, value], index) => ({
      text: `${name} ${formatMetric(value)}`,
      priority: 2 + index,
    })),
    {text: formatRate(progress.examplesPerSecond), priority: 90},
    {text: `ETA ${formatClock(progress.secondsLeft)}`, priority: 70},
  ];
  const reserved = width < roomForBar ? 0 : leastBar + 2;
  const tail = fitFields(fields, width - widthOf(head) - 2 - reserved);
  const free = width - widthOf(head) - widthOf(tail) - 4;
  if (free < leastBar) return truncate(`${head}  ${tail}`, width);
  return `${head}  ${bar(share, Math.min(free, longestBar), style)}  ${tail}`;
}

function bar(share: number, width: number, style: Style): string {
  const full = Math.round(share * width);
  return style.cyan('━'.repeat(full)) + style.dim('─'.repeat(width - full));
}
