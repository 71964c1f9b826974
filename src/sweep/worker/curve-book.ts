import type {TrialRecord} from '../../runs/sweep/records.js';
import type {LearningCurve, PruningRequest} from '../pruners/pruner.js';
import {scoreOf} from './history.js';

/** Trials as pruners see them. Curves that have not grown are not made again. */
export class CurveBook {
  readonly #curves = new Map<number, LearningCurve>();

  constructor(readonly goal: 'minimize' | 'maximize') {}

  /** @param trials of the whole sweep, the one in question with its newest value */
  requestFor(trial: number, trials: readonly TrialRecord[]): PruningRequest {
    const others: LearningCurve[] = [];
    let own: LearningCurve = {trial, isComplete: false, scores: new Map()};
    for (const record of trials) {
      const curve = this.#curveOf(record);
      if (record.trial === trial) own = curve;
      else others.push(curve);
    }
    return {trial: own, others};
  }

  #curveOf({trial, state, reported}: TrialRecord): LearningCurve {
    const isComplete = state === 'finished';
    const known = this.#curves.get(trial);
    const isSame = known?.isComplete === isComplete && known.scores.size === reported.size;
    if (known && isSame && isComplete) return known;
    const ascending = [...reported].sort(([a], [b]) => a - b);
    const scores = new Map(ascending.map(([epoch, value]) => [epoch, scoreOf(value, this.goal)]));
    const curve = {trial, isComplete, scores};
    this.#curves.set(trial, curve);
    return curve;
  }
}
