import {createLogUpdate} from 'log-update';
import type {RunGroup} from '../runs/records.js';
import type {TrainingEvent} from '../training/events.js';
import {type GroupEnding, memberLabel} from './group.js';
import {LineReporter} from './line-reporter.js';
import {progressLine} from './progress.js';
import type {GroupReporter, RunEnding, RunPlan} from './reporter.js';
import {columnsOf, type Sink, type TextStream} from './sink.js';

type StepEvent = Extract<TrainingEvent, {type: 'step'}>;

const redrawMillis = 100;

/** A terminal: the lines of {@link LineReporter} scroll by and below them a bar moves, redrawn about ten times a second. */
export class LiveReporter implements GroupReporter {
  readonly #lines: LineReporter;
  readonly #live: ReturnType<typeof createLogUpdate>;
  #pending = '';
  #label = '';
  #numEpochs = 0;
  #stepsPerEpoch = 0;
  #trainingStart = 0;
  /** Updates that were made before this process. */
  #stepsBefore = 0;
  #epochStart = 0;
  #lastDraw = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(
    readonly stream: TextStream,
    readonly sink: Sink,
    options: {readonly warnings: Sink; readonly isGroup?: boolean},
    readonly now: () => number = () => performance.now(),
  ) {
    const gather: Sink = {
      style: sink.style,
      get width() {
        return sink.width;
      },
      write: (text) => {
        this.#pending += text;
      },
    };
    this.#lines = new LineReporter(gather, options);
    this.#live = createLogUpdate(terminalOf(stream));
  }

  planned(plan: RunPlan): void {
    this.#label = plan.group ? memberLabel(plan.group) : '';
    this.#lines.planned(plan);
    this.#print();
  }

  listen(event: TrainingEvent): void {
    if (event.type === 'step') {
      this.#onStep(event);
      return;
    }
    if (event.type === 'trainingStarted') {
      this.#numEpochs = event.numEpochs;
      this.#stepsPerEpoch = event.stepsPerEpoch;
      this.#trainingStart = this.now();
      this.#stepsBefore = event.from?.step ?? 0;
    }
    if (event.type === 'epochStarted') this.#epochStart = this.now();
    this.#lines.listen(event);
    this.#print();
  }

  warn(message: string): void {
    this.#clear();
    this.#lines.warn(message);
    this.#print();
  }

  ended(ending: RunEnding): void {
    this.#lines.ended(ending);
    this.#print();
    this.close();
  }

  groupStarted(members: readonly Omit<RunGroup, 'id'>[]): void {
    this.#lines.groupStarted(members);
    this.#print();
  }

  groupEnded(ending: GroupEnding): void {
    this.#lines.groupEnded(ending);
    this.#print();
  }

  close(): void {
    this.#clear();
    this.#live.done();
  }

  #onStep(event: StepEvent): void {
    const now = this.now();
    const isLast = event.stepInEpoch === this.#stepsPerEpoch;
    if (now - this.#lastDraw < redrawMillis && !(isLast && now - this.#epochStart > redrawMillis)) return;
    this.#lastDraw = now;
    const seconds = (since: number): number => (now - since) / 1000;
    const line = progressLine(
      {
        label: this.#label,
        epoch: event.epoch,
        numEpochs: this.#numEpochs,
        stepInEpoch: event.stepInEpoch,
        stepsPerEpoch: this.#stepsPerEpoch,
        metrics: event.running,
        examplesPerSecond: event.numExamples / Math.max(1e-3, seconds(this.#epochStart)),
        secondsLeft:
          (seconds(this.#trainingStart) / (event.step - this.#stepsBefore)) *
          (this.#numEpochs * this.#stepsPerEpoch - event.step),
      },
      // One column is left free: some terminals break the line when the last one is written.
      columnsOf(this.stream) - 1,
      this.sink.style,
    );
    this.#live(line);
    this.#isDrawn = true;
  }

  /** Puts gathered lines above the bar. */
  #print(): void {
    if (this.#pending === '') return;
    this.#clear();
    this.sink.write(this.#pending);
    this.#pending = '';
  }

  #clear(): void {
    if (this.#isDrawn) this.#live.clear();
    this.#isDrawn = false;
  }
}

/** What log-update draws on; asks the terminal for its size at each drawing, so a resize is seen. */
function terminalOf(stream: TextStream): NodeJS.WritableStream {
  const terminal = Object.create(process.stdout) as NodeJS.WriteStream;
  return Object.defineProperties(terminal, {
    isTTY: {value: true},
    columns: {get: () => columnsOf(stream)},
    rows: {get: () => stream.rows || 24},
    write: {value: (text: string) => stream.write(text)},
  });
}
