import {formatClock, formatMetric, plural} from './format.js';
import {printable} from './printable.js';
import type {Style} from './style.js';
import type {SweepBoard} from './sweep-board.js';
import {paintTrial, parameterText, parameterTitles, pointValue} from './sweep-cells.js';
import {countsTexts, countTrials, elapsedSeconds, secondsLeft, type TrialCounts} from './sweep-progress.js';
import {renderTable} from './table.js';
import {type Field, fitFields, truncate, widthOf} from './text.js';

/** Where a frame goes. */
export interface FrameView {
  readonly width: number;
  /** Lines at most; 4 at least are used. */
  readonly height: number;
  readonly style: Style;
  readonly now: Date;
}

const [leastBar, longestBar] = [6, 30];
/** Above the trials that run. */
const numHeadLines = 4;

/**
 * How a sweep is just now: how far, the best so far and its values, how many trials are in which state, and a table of those that run. No
 * line is wider, and no more lines are used, than the view says.
 */
export function sweepFrame(board: SweepBoard, {width, height, style, now}: FrameView): string {
  const {view} = board;
  const counts = countTrials(view.trials);
  const states = statesText(counts, width, style);
  const head = [progressText(board, counts.over, {width, style, now}), bestText(board, width, style), states].filter(
    Boolean,
  );
  const running = view.trials.filter(({state}) => state === 'running');
  const room = Math.max(0, height - numHeadLines - 1);
  if (running.length === 0 || room === 0) return head.join('\n');
  const shown = running.slice(0, running.length > room ? room - 1 : room);
  const titles = parameterTitles(view.parameters);
  const metric = truncate(printable(view.metric.name), 24);
  const table = renderTable(
    [
      {title: 'trial', align: 'right'},
      {title: 'epoch', align: 'right', droppable: 2},
      {title: metric, align: 'right', droppable: 1},
      {title: 'time', align: 'right', droppable: 4},
      ...(view.seeds ? [{title: 'seed', align: 'right', droppable: 3} as const] : []),
      ...titles.map((title, index) => ({title: truncate(title, 20), droppable: 5 + index})),
    ],
    shown.map(({trial, seed, startedAt, values}) => {
      const {epoch, numEpochs = view.numEpochs, value} = board.progress.get(trial) ?? {};
      return [
        String(trial),
        epoch === undefined ? '' : `${epoch}${numEpochs === undefined ? '' : `/${numEpochs}`}`,
        value === undefined ? '' : formatMetric(value),
        formatClock((now.getTime() - Date.parse(startedAt)) / 1000),
        ...(view.seeds ? [String(seed ?? '')] : []),
        ...view.parameters.map((name) => parameterText(values[name])),
      ];
    }),
    {width, style},
  );
  const more = running.length > shown.length ? `${style.dim(`and ${running.length - shown.length} more`)}\n` : '';
  return `${head.join('\n')}\n\n${table}${more}`.trimEnd();
}

/** `4 running  18 finished  3 pruned`, as many as there is room for. */
function statesText(counts: TrialCounts, width: number, style: Style): string {
  let [text, used] = ['', 0];
  for (const [plain, state] of countsTexts(counts)) {
    const gap = used > 0 ? '  ' : '';
    if (used + gap.length + plain.length > width) break;
    text += gap + paintTrial(plain, state, style);
    used += gap.length + plain.length;
  }
  return text;
}

/** Name, bar, trials done, time, time left; the name and the count stay longest. */
function progressText(board: SweepBoard, numOver: number, {width, style, now}: Omit<FrameView, 'height'>): string {
  const {view} = board;
  const {numPlanned} = view;
  const left = secondsLeft(view, board.progress, now);
  const count = numPlanned === undefined ? plural(numOver, 'trial') : `${numOver}/${plural(numPlanned, 'trial')}`;
  const fields: Field[] = [
    {text: count, priority: 1},
    {text: view.state === 'running' ? '' : view.state, priority: 2},
    {text: formatClock(elapsedSeconds(view, now)), priority: 4},
    {text: left === undefined ? '' : `ETA ${formatClock(left)}`, priority: 3},
  ];
  const least = widthOf(count) + 2;
  const name = truncate(printable(view.name), Math.max(1, Math.min(40, width - least)));
  const tail = fitFields(fields, width - widthOf(name) - 2);
  const free = width - widthOf(name) - widthOf(tail) - 4;
  const share = numPlanned === undefined ? undefined : numPlanned > 0 ? Math.min(1, numOver / numPlanned) : 1;
  if (share === undefined || free < leastBar)
    return `${style.bold(name)}  ${truncate(tail, width - widthOf(name) - 2)}`;
  const length = Math.min(free, longestBar);
  const full = Math.round(share * length);
  return `${style.bold(name)}  ${style.cyan('━'.repeat(full))}${style.dim('─'.repeat(length - full))}  ${tail}`;
}

/** `best val_accuracy 0.9891  trial 14  learningRate 0.00123  batchSize 64`, as much of it as there is room for. */
function bestText({best, view}: SweepBoard, width: number, style: Style): string {
  if (!best) return style.dim(truncate(`best ${printable(view.metric.name)}: no trial has finished yet`, width));
  const titles = parameterTitles(view.parameters);
  const numSeeds = view.seeds?.length ?? 1;
  const [first] = best.trials;
  const head = truncate(`best ${printable(view.metric.name)} ${pointValue(best)}`, width);
  const fields = [
    {text: numSeeds > 1 ? `point ${best.point}` : `trial ${first?.trial}`, priority: 1},
    ...view.parameters.map((name, index) => ({
      text: best.values[name] === undefined ? '' : `${titles[index]} ${parameterText(best.values[name])}`,
      priority: 2 + index,
    })),
  ];
  const tail = truncate(fitFields(fields, width - widthOf(head) - 2), Math.max(0, width - widthOf(head) - 2));
  return tail === '' ? style.green(head) : `${style.green(head)}  ${tail}`;
}
