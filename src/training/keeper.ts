import type {MetricColumn} from './columns.js';
import type {MetricValues} from './metric-values.js';
import {type Best, createMonitor, type Monitor, type MonitorSpec} from './monitor.js';

/** A state worth keeping by the monitored column; steps tell them apart. */
export interface KeptMoment {
  readonly epoch: number;
  readonly step: number;
  readonly value: number;
}

/** What a checkpoint holds of a keeper. */
export interface KeeperState {
  readonly best?: Best;
  readonly kept: readonly KeptMoment[];
}

/** Decides which states are among the `keep` best so far. Of equal ones the earlier is better. */
export class Keeper {
  readonly #monitor: Monitor;
  readonly #keep: number;
  readonly #sign: 1 | -1;
  #kept: readonly KeptMoment[] = [];

  /** @param spec.keep at least 1 */
  constructor(columns: readonly MetricColumn[], {keep, ...spec}: MonitorSpec & {readonly keep: number}) {
    this.#monitor = createMonitor(columns, spec);
    this.#keep = keep;
    this.#sign = this.#monitor.mode === 'max' ? 1 : -1;
  }

  get best(): Best | undefined {
    return this.#monitor.best;
  }

  /** The best first. */
  get kept(): readonly KeptMoment[] {
    return this.#kept;
  }

  /** Takes the values of a moment. @returns whether they are the best so far, and whether the moment is to be kept */
  observe(epoch: number, step: number, metrics: MetricValues): {readonly isBest: boolean; readonly isKept: boolean} {
    const isBest = this.#monitor.observe(epoch, metrics);
    const value = metrics[this.#monitor.name]!;
    if (Number.isNaN(value)) return {isBest, isKept: false};
    const worse = this.#kept.findIndex((moment) => this.#sign * (value - moment.value) > 0);
    const place = worse === -1 ? this.#kept.length : worse;
    this.#kept = this.#kept.toSpliced(place, 0, {epoch, step, value}).slice(0, this.#keep);
    return {isBest, isKept: place < this.#keep};
  }

  get state(): KeeperState {
    return {...(this.best ? {best: this.best} : {}), kept: this.#kept};
  }

  restore({best, kept}: KeeperState): void {
    if (best) this.#monitor.restore(best);
    this.#kept = kept.slice(0, this.#keep);
  }
}
