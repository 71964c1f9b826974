import type {RunGroup} from '../runs/records.js';
import {plainNumbers} from '../support/plain-numbers.js';
import type {TrainingEvent} from '../training/events.js';
import type {GroupEnding} from './group.js';
import type {GroupReporter, RunEnding, RunPlan} from './reporter.js';
import type {Sink} from './sink.js';

/**
 * One JSON object a line, for programs. First `planned`, then the training events as they are (`step` every `logEverySteps`
 * steps, `checkpoint` without its tensors), warnings, and at the end `ended` with the state, the run folder and the summary.
 * Of several runs each begins with `planned`; `groupStarted` comes before the first and `groupEnded`, with all of them, after the last.
 * Every object has `type` and `time` (ISO 8601). NaN and infinities, which JSON lacks, are the strings "NaN", "Infinity".
 */
export class JsonReporter implements GroupReporter {
  constructor(
    readonly sink: Sink,
    readonly options: {readonly logEverySteps: number; readonly now?: () => Date},
  ) {}

  planned(plan: RunPlan): void {
    this.#write({type: 'planned', ...plan});
  }

  listen(event: TrainingEvent): void {
    if (event.type === 'step' && event.step % this.options.logEverySteps !== 0) return;
    if (event.type === 'checkpoint') {
      const {type, kind, epoch, step, metrics} = event;
      this.#write({type, kind, epoch, step, metrics});
    } else {
      this.#write(event);
    }
  }

  warn(message: string): void {
    this.#write({type: 'warning', message});
  }

  ended(ending: RunEnding): void {
    this.#write({type: 'ended', ...ending});
  }

  groupStarted(members: readonly Omit<RunGroup, 'id'>[]): void {
    this.#write({type: 'groupStarted', runs: members});
  }

  groupEnded(ending: GroupEnding): void {
    this.#write({type: 'groupEnded', ...ending});
  }

  close(): void {}

  #write<Line extends {readonly type: string}>({type, ...rest}: Line): void {
    const time = (this.options.now?.() ?? new Date()).toISOString();
    this.sink.write(`${JSON.stringify({type, time, ...rest}, plainNumbers)}\n`);
  }
}
