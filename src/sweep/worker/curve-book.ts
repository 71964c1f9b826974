import type {TrialRecord} from '../../runs/sweep/records.js';
import type {LearningCurve, PruningRequest} from '../pruners/pruner.js';
import {scoreOf} from './history.js';

interface KnownCurve {
  readonly curve: LearningCurve;
  readonly attempts: number;
}

/** Trials as pruners see them. Curves that have not grown are not made again. */
export class CurveBook {
  readonly #known = new Map<number, KnownCurve>();

  constructor(readonly goal: 'minimize' | 'maximize') {}

  /**
   * @param epoch just reported; what an earlier attempt at this trial reported of later ones is not known yet
   * @param trials of the whole sweep, the one in question with its newest value
   */
  requestFor(trial: number, epoch: number, trials: readonly TrialRecord[]): PruningRequest {
    const others: LearningCurve[] = [];
    let own: LearningCurve = {trial, isComplete: false, scores: new Map()};
    for (const record of trials) {
      if (record.trial === trial) own = {...own, scores: this.#scoresOf(record, epoch)};
      else others.push(this.#curveOf(record));
    }
    return {trial: own, others};
  }

  #curveOf(record: TrialRecord): LearningCurve {
    const {trial, state, attempts, reported} = record;
    const isComplete = state === 'finished';
    const known = this.#known.get(trial);
    const isSame = known?.curve.isComplete === isComplete && known.curve.scores.size === reported.size;
    if (isSame && known.attempts === attempts) return known.curve;
    const curve = {trial, isComplete, scores: this.#scoresOf(record)};
    this.#known.set(trial, {curve, attempts});
    return curve;
  }

  #scoresOf({reported}: TrialRecord, last = Number.POSITIVE_INFINITY): ReadonlyMap<number, number> {
    const upTo = [...reported].filter(([epoch]) => epoch <= last).sort(([a], [b]) => a - b);
    return new Map(upTo.map(([epoch, value]) => [epoch, scoreOf(value, this.goal)]));
  }
}
