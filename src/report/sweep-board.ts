import {isAhead, pointOf, type RankedPoint} from '../comparison/rank-points.js';
import {isOver} from '../runs/sweep/ledger.js';
import type {TrialRecord} from '../runs/sweep/records.js';
import type {SweepView, TrialProgress} from './sweep-view.js';

/** A sweep as its events tell it, kept up to date trial by trial: a sweep may have ten thousand. */
export class SweepBoard {
  readonly progress = new Map<number, TrialProgress>();
  readonly #trials = new Map<number, TrialRecord>();
  readonly #numbersOf = new Map<number, Set<number>>();
  #view: SweepView;
  #best: RankedPoint | undefined;
  #numOver = 0;

  constructor(view: SweepView) {
    this.#view = view;
    for (const trial of view.trials) this.set(trial);
  }

  get view(): SweepView {
    return {...this.#view, trials: [...this.#trials.values()].sort((a, b) => a.trial - b.trial)};
  }

  /** The view without looking at its trials, which costs the more the more there are. */
  get plan(): Omit<SweepView, 'trials'> {
    return this.#view;
  }

  /** Trials that are not taken up again by themselves. */
  get numOver(): number {
    return this.#numOver;
  }

  /** The point that is ahead; undefined before any trial finished. */
  get best(): RankedPoint | undefined {
    return this.#best;
  }

  set numWorkers(numWorkers: number) {
    this.#view = {...this.#view, numWorkers};
  }

  set(trial: TrialRecord): void {
    const before = this.#trials.get(trial.trial);
    this.#numOver += Number(isOver(trial.state)) - Number(before !== undefined && isOver(before.state));
    this.#trials.set(trial.trial, trial);
    if (trial.state !== 'running') this.progress.delete(trial.trial);
    const numbers = this.#numbersOf.get(trial.point) ?? new Set();
    this.#numbersOf.set(trial.point, numbers.add(trial.trial));
    const changed = this.#pointOf(trial.point);
    if (this.#best?.point !== trial.point) this.#consider(changed);
    else {
      // What was best may be no more: a seed that did worse, or a trial that is taken up again.
      this.#best = undefined;
      for (const point of this.#numbersOf.keys()) this.#consider(this.#pointOf(point));
    }
  }

  #consider(point: RankedPoint): void {
    if (point.sample && (!this.#best || isAhead(point, this.#best, this.#view.metric.goal))) this.#best = point;
  }

  #pointOf(point: number): RankedPoint {
    const trials = [...(this.#numbersOf.get(point) ?? [])].map((number) => this.#trials.get(number)!);
    return pointOf(trials, this.#view.seeds?.length ?? 1);
  }
}
