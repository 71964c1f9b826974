import type {CheckpointSpec} from './section.js';

/** So often within epochs that take long, if the spec does not say when to save. */
const defaultMinutes = 10;

/** Decides when the state of training is to be saved, so that it can be resumed. */
export class CheckpointClock {
  #savedMillis = performance.now();
  readonly #millis: number;

  constructor(private readonly spec: CheckpointSpec) {
    const minutes = spec.everyMinutes ?? (this.isExact ? Number.POSITIVE_INFINITY : defaultMinutes);
    this.#millis = minutes * 60_000;
  }

  /** Whether the spec says when; otherwise it is after each epoch, and whoever writes may leave some out. */
  get isExact(): boolean {
    const {everyEpochs, everySteps, everyMinutes} = this.spec;
    return (everyEpochs ?? everySteps ?? everyMinutes) !== undefined;
  }

  /** Between two updates of an epoch. */
  isDueWithin(step: number): boolean {
    return this.spec.last && (this.#isStep(step) || this.#isTime);
  }

  /** At the end of an epoch. */
  isDueAfter(epoch: number, step: number, isLast: boolean): boolean {
    const {last, everyEpochs = this.isExact ? Number.POSITIVE_INFINITY : 1} = this.spec;
    return last && (isLast || epoch % everyEpochs === 0 || this.#isStep(step) || this.#isTime);
  }

  /** To be told of each checkpoint. */
  saved(): void {
    this.#savedMillis = performance.now();
  }

  #isStep(step: number): boolean {
    const {everySteps} = this.spec;
    return everySteps !== undefined && step % everySteps === 0;
  }

  get #isTime(): boolean {
    return performance.now() - this.#savedMillis >= this.#millis;
  }
}
