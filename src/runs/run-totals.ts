import type {MetricValues, TrainingEvent} from '../training/events.js';
import type {BestMoment, SavedTotals} from './records.js';

/** What a run adds up to, gathered from its events. */
export class RunTotals {
  trainMillis = 0;
  waitMillis = 0;
  evaluateMillis = 0;
  numExamples = 0;
  /** Set when training diverged: the loss it came to and the last values that were good. */
  divergence: {readonly loss: number; readonly lastGood: MetricValues} | undefined;
  #best: BestMoment | undefined;

  /** @param saved what a run that is resumed had added up to */
  constructor(saved?: SavedTotals) {
    if (!saved) return;
    this.trainMillis = saved.trainMillis;
    this.waitMillis = saved.waitMillis;
    this.evaluateMillis = saved.evaluateMillis;
    this.numExamples = saved.numExamples;
    this.#best = saved.best;
  }

  /** For a checkpoint. */
  get saved(): SavedTotals {
    const {trainMillis, waitMillis, evaluateMillis, numExamples} = this;
    return {trainMillis, waitMillis, evaluateMillis, numExamples, ...(this.#best ? {best: this.#best} : {})};
  }

  /** The training listener. */
  readonly listen = (event: TrainingEvent): void => {
    if (event.type === 'diverged') this.divergence = {loss: event.loss, lastGood: event.lastGood};
    if (event.type === 'validated') {
      this.evaluateMillis += event.millis;
      if (event.isBest) this.#best = {epoch: event.epoch, step: event.step, metrics: event.metrics};
    }
    if (event.type !== 'epochEnded') return;
    this.trainMillis += event.trainMillis;
    this.waitMillis += event.waitMillis;
    this.evaluateMillis += event.evaluateMillis;
    this.numExamples += event.numExamples;
    if (event.isBest) this.#best = {epoch: event.epoch, metrics: event.metrics};
  };

  /** The best epoch by the monitored column; undefined when nothing is monitored. */
  get best(): BestMoment | undefined {
    return this.#best;
  }

  /** Over the training time of all epochs. */
  get examplesPerSecond(): number {
    return this.trainMillis > 0 ? (1000 * this.numExamples) / this.trainMillis : 0;
  }
}
