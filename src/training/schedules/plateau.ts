import type {MetricColumn} from '../columns.js';
import type {MetricValues} from '../metric-values.js';
import {monitorMode} from '../monitor.js';
import type {ScheduleSpec} from './registry.js';

type PlateauSpec = Extract<ScheduleSpec, {type: 'reduceOnPlateau'}>;

/** What a checkpoint keeps of it. */
export interface PlateauState {
  readonly factor: number;
  readonly best?: number;
  readonly numBad: number;
  readonly cooling: number;
}

/** The factor of `reduceOnPlateau`, which follows from the epochs so far. */
export class Plateau {
  #factor = 1;
  #best: number | undefined;
  #numBad = 0;
  #cooling = 0;
  readonly #sign: 1 | -1;

  constructor(
    columns: readonly MetricColumn[],
    private readonly spec: PlateauSpec,
  ) {
    this.#sign = monitorMode(columns, spec) === 'max' ? 1 : -1;
  }

  /** In (0, 1]. */
  get factor(): number {
    return this.#factor;
  }

  get state(): PlateauState {
    const [factor, best, numBad, cooling] = [this.#factor, this.#best, this.#numBad, this.#cooling];
    return {factor, ...(best === undefined ? {} : {best}), numBad, cooling};
  }

  set state({factor, best, numBad, cooling}: PlateauState) {
    [this.#factor, this.#best, this.#numBad, this.#cooling] = [factor, best, numBad, cooling];
  }

  /** Takes an epoch's values; NaN never improves. */
  observe(metrics: MetricValues): void {
    const {monitor, patience, minDelta, cooldown, factor, minFactor} = this.spec;
    const value = metrics[monitor];
    if (value === undefined) throw new Error(`the epoch has no value for the monitored ${monitor}`);
    const gain = this.#best === undefined ? Number.POSITIVE_INFINITY : this.#sign * (value - this.#best);
    if (!Number.isNaN(value) && gain > minDelta) {
      this.#best = value;
      this.#numBad = 0;
    } else {
      this.#numBad++;
    }
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#numBad = 0;
    }
    if (this.#numBad <= patience) return;
    this.#factor = Math.max(minFactor, this.#factor * factor);
    this.#cooling = cooldown;
    this.#numBad = 0;
  }
}
