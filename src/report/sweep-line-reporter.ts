import type {TrialRecord} from '../runs/sweep/records.js';
import {formatClock, formatDuration, formatMetric} from './format.js';
import {printable, printableSentence} from './printable.js';
import type {Sink} from './sink.js';
import {SweepBoard} from './sweep-board.js';
import {paintTrial, pointValue, trialOutcome, valueTexts} from './sweep-cells.js';
import {countTrials, secondsLeft} from './sweep-progress.js';
import {sweepHeading, sweepScreen} from './sweep-screen.js';
import type {SweepReporter, SweepView, TrialProgress} from './sweep-view.js';
import {type Field, fitFields, truncate, widthOf} from './text.js';

export interface SweepLineOptions {
  /** Only the end. */
  readonly quiet?: boolean;
  readonly warnings?: Sink;
  /** Milliseconds after which a line tells how far it is, if no trial ended meanwhile; a minute by default. */
  readonly summaryMillis?: number;
  readonly now?: () => Date;
}

const usualSummaryMillis = 60_000;

/** A line for each trial that ends: for pipes, CI and logs. Where trials take long, now and then a line about how far all is. */
export class SweepLineReporter implements SweepReporter {
  #board: SweepBoard | undefined;
  #lastLine = 0;

  constructor(
    readonly sink: Sink,
    readonly options: SweepLineOptions = {},
  ) {}

  sweepStarted(view: SweepView): void {
    this.#board = new SweepBoard(view);
    this.#say(sweepHeading(view, this.sink));
  }

  trialStarted(trial: TrialRecord): void {
    this.#board?.set(trial);
  }

  trialProgress(trial: number, progress: TrialProgress): void {
    const board = this.#board;
    if (!board) return;
    board.progress.set(trial, progress);
    const {summaryMillis = usualSummaryMillis} = this.options;
    if (this.#now.getTime() - this.#lastLine >= summaryMillis) this.#say(`${summaryLine(board, this.#now)}\n`);
  }

  trialEnded(trial: TrialRecord): void {
    const board = this.#board;
    if (!board) return;
    const before = board.best;
    board.set(trial);
    const isBest = board.best !== undefined && board.best.point === trial.point && before?.point !== trial.point;
    this.#say(`${trialLine(board, trial, isBest, this.sink)}\n`);
  }

  workersChanged(numWorkers: number): void {
    if (this.#board) this.#board.numWorkers = numWorkers;
  }

  warn(message: string): void {
    const sink = this.options.warnings ?? this.sink;
    sink.write(`${sink.style.yellow('warning:')} ${message}\n`);
  }

  sweepEnded(view: SweepView): void {
    this.sink.write(`${this.options.quiet ? '' : '\n'}${sweepScreen(view, this.sink, {now: this.#now})}`);
  }

  close(): void {}

  get #now(): Date {
    return this.options.now?.() ?? new Date();
  }

  #say(text: string): void {
    this.#lastLine = this.#now.getTime();
    if (!this.options.quiet) this.sink.write(text);
  }
}

/** `12/100  trial 14 finished  val_accuracy 0.9891  learningRate 0.00123  batchSize 64  12.3 s  best so far`; where it is too wide the least telling leave. */
export function trialLine(
  board: SweepBoard,
  trial: TrialRecord,
  isBest: boolean,
  {style, width}: Pick<Sink, 'style' | 'width'>,
): string {
  const {plan: view, numOver} = board;
  const {state, value, seconds, seed, message} = trial;
  const {numPlanned} = view;
  const count =
    numPlanned === undefined ? String(numOver) : `${String(numOver).padStart(String(numPlanned).length)}/${numPlanned}`;
  const outcome = trialOutcome(trial);
  const number = `trial ${trial.trial} `;
  const head = `${count}  ${number}${outcome}`;
  const isBad = state !== 'finished' && state !== 'pruned';
  const fields: Field[] = [
    {text: value === undefined ? '' : `${printable(view.metric.name)} ${formatMetric(value)}`, priority: 1},
    ...valueTexts(trial.values, view.parameters).map((text, index) => ({text, priority: 3 + index})),
    {text: seed === undefined ? '' : `seed ${seed}`, priority: 2.5},
    {text: seconds === undefined ? '' : formatDuration(seconds), priority: 1000},
    {text: isBest ? 'best so far' : '', priority: 2},
  ];
  const tail = truncate(fitFields(fields, width - widthOf(head) - 2), Math.max(0, width - widthOf(head) - 2));
  const line = `${count}  ${number}${paintTrial(outcome, state, style)}${tail === '' ? '' : `  ${isBest ? style.bold(tail) : tail}`}`;
  return isBad && message !== undefined && message !== ''
    ? `${line}\n  ${paintTrial(printableSentence(message), state, style)}`
    : line;
}

/** `23/100 trials, 4 running, best val_accuracy 0.9891 (trial 14), ETA 12:30`. */
export function summaryLine(board: SweepBoard, now: Date): string {
  const {view, best} = board;
  const counts = countTrials(view.trials);
  const left = secondsLeft(view, board.progress, now);
  const of = view.numPlanned === undefined ? '' : `/${view.numPlanned}`;
  return [
    `${counts.over}${of} trials`,
    `${counts.running} running`,
    ...(best ? [`best ${printable(view.metric.name)} ${pointValue(best)} (trial ${best.trials[0]?.trial})`] : []),
    ...(left === undefined ? [] : [`ETA ${formatClock(left)}`]),
  ].join(', ');
}
