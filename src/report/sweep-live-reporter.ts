import type {TrialRecord} from '../runs/sweep/records.js';
import {LiveFrame} from './live-frame.js';
import {harmless, type Sink, type TextStream} from './sink.js';
import {SweepBoard} from './sweep-board.js';
import {sweepFrame} from './sweep-frame.js';
import {trialLine} from './sweep-line-reporter.js';
import {sweepHeading, sweepScreen} from './sweep-screen.js';
import type {SweepReporter, SweepView, TrialProgress} from './sweep-view.js';

const redrawMillis = 100;
/** The clock goes on where nothing happens. */
const clockMillis = 1000;

/** A terminal: a line for each trial that ended scrolls by, and below them is how the sweep is, drawn anew up to ten times a second. */
export class SweepLiveReporter implements SweepReporter {
  readonly #frame: LiveFrame;
  #board: SweepBoard | undefined;
  #pending = '';
  #timer: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;
  #lastDraw = Number.NEGATIVE_INFINITY;

  constructor(
    readonly stream: TextStream,
    readonly sink: Sink,
    readonly warnings: Sink,
    readonly now: () => Date = () => new Date(),
  ) {
    this.#frame = new LiveFrame(stream);
  }

  sweepStarted(view: SweepView): void {
    this.#board = new SweepBoard(view);
    this.sink.write(`${sweepHeading(view, this.sink)}\n`);
    this.#clock = setInterval(() => this.#draw(), clockMillis);
    this.#clock.unref();
    this.#draw();
  }

  trialStarted(trial: TrialRecord): void {
    this.#board?.set(trial);
    this.#soon();
  }

  trialProgress(trial: number, progress: TrialProgress): void {
    this.#board?.progress.set(trial, progress);
    this.#soon();
  }

  trialEnded(trial: TrialRecord): void {
    const board = this.#board;
    if (!board) return;
    const before = board.best?.point;
    board.set(trial);
    const isBest = board.best?.point === trial.point && before !== trial.point;
    this.#pending += `${trialLine(board, trial, isBest, this.sink)}\n`;
    this.#soon();
  }

  workersChanged(numWorkers: number): void {
    if (this.#board) this.#board.numWorkers = numWorkers;
    this.#soon();
  }

  warn(message: string): void {
    this.#frame.clear();
    this.#flush();
    this.warnings.write(`${this.warnings.style.yellow('warning:')} ${message}\n`);
    this.#draw();
  }

  sweepEnded(view: SweepView): void {
    this.close();
    this.sink.write(`\n${sweepScreen(view, this.sink, {now: this.now()})}`);
  }

  close(): void {
    clearInterval(this.#clock);
    clearTimeout(this.#timer);
    [this.#clock, this.#timer] = [undefined, undefined];
    this.#frame.clear();
    this.#flush();
    this.#frame.close();
    this.#board = undefined;
  }

  #soon(): void {
    const wait = this.#lastDraw + redrawMillis - performance.now();
    if (wait <= 0) this.#draw();
    else if (!this.#timer) {
      this.#timer = setTimeout(() => this.#draw(), wait);
      this.#timer.unref();
    }
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#board) return;
    this.#lastDraw = performance.now();
    if (this.#pending !== '') {
      this.#frame.clear();
      this.#flush();
    }
    const {width, height} = this.#frame;
    const text = sweepFrame(this.#board, {width, height, style: this.sink.style, now: this.now()});
    this.#frame.draw(harmless(text, this.sink.style.enabled));
  }

  #flush(): void {
    if (this.#pending !== '') this.sink.write(this.#pending);
    this.#pending = '';
  }
}
