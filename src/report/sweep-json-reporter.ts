import type {TrialRecord} from '../runs/sweep/records.js';
import {plainNumbers} from '../support/plain-numbers.js';
import type {Sink} from './sink.js';
import {sweepJson, trialJson} from './sweep-json.js';
import type {SweepReporter, SweepView, TrialProgress} from './sweep-view.js';

/**
 * One JSON object a line, for programs: `sweepStarted` with the plan, `trialStarted`, `trialProgress` after each epoch, `trialEnded`, `workers`,
 * `warning`, and last `sweepEnded` with everything that `exp sweep status --json` prints. Every object has `type` and `time` (ISO 8601). NaN and infinities, which
 * JSON lacks, are the strings "NaN", "Infinity".
 */
export class SweepJsonReporter implements SweepReporter {
  readonly #epochs = new Map<number, number>();

  constructor(
    readonly sink: Sink,
    readonly now: () => Date = () => new Date(),
  ) {}

  sweepStarted({trials, ...plan}: SweepView): void {
    this.#write('sweepStarted', {...plan, trials: trials.map(trialJson)});
  }

  trialStarted(trial: TrialRecord): void {
    this.#write('trialStarted', trialJson(trial));
  }

  trialProgress(trial: number, progress: TrialProgress): void {
    if (this.#epochs.get(trial) === progress.epoch) return;
    this.#epochs.set(trial, progress.epoch);
    this.#write('trialProgress', {trial, ...progress});
  }

  trialEnded(trial: TrialRecord): void {
    this.#epochs.delete(trial.trial);
    this.#write('trialEnded', trialJson(trial));
  }

  workersChanged(numWorkers: number): void {
    this.#write('workers', {numWorkers});
  }

  warn(message: string): void {
    this.#write('warning', {message});
  }

  sweepEnded(view: SweepView): void {
    this.#write('sweepEnded', sweepJson(view, {now: this.now()}));
  }

  close(): void {}

  #write(type: string, rest: object): void {
    this.sink.write(`${JSON.stringify({type, time: this.now().toISOString(), ...rest}, plainNumbers)}\n`);
  }
}
