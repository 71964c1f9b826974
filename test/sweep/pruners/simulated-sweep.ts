import {Rng} from '../../../src/support/random.js';
import type {LearningCurve, Pruner} from '../../../src/sweep/pruners/pruner.js';
import {type deceits, hartmannCurve, regretOf} from './mf-hartmann.js';

export interface SimulatedSweep {
  readonly dims: 3 | 6;
  readonly deceit: (typeof deceits)[keyof typeof deceits];
  /** Of a whole trial. */
  readonly numEpochs: number;
  /** Trials at the same time, an epoch each in turn. */
  readonly parallel: number;
  /** The sweep ends once so many epochs have been trained, or trials begun. */
  readonly maxEpochs: number;
  readonly maxTrials: number;
  readonly seed: number;
}

export interface SimulatedOutcome {
  /** Of the best trial that came to its end, by what it is worth there; Infinity if none did. */
  readonly regret: number;
  readonly numTrials: number;
  readonly numEpochs: number;
}

interface SimulatedTrial {
  readonly trial: number;
  readonly curve: readonly number[];
  readonly scores: Map<number, number>;
  isComplete: boolean;
}

/** Random search on a multi-fidelity Hartmann function. The points and their curves depend on the seed only, not on who is stopped. */
export function simulateSweep(sweep: SimulatedSweep, pruner: Pruner | undefined): SimulatedOutcome {
  const {dims, deceit, numEpochs, seed} = sweep;
  const rng = Rng.fromSeed(seed);
  const trials: SimulatedTrial[] = [];
  let active: SimulatedTrial[] = [];
  let numTrained = 0;

  function begin(): SimulatedTrial {
    const stream = rng.split(trials.length);
    const point = Array.from({length: dims}, () => stream.uniform());
    const curve = hartmannCurve(point, numEpochs, deceit, stream);
    const trial = {trial: trials.length + 1, curve, scores: new Map<number, number>(), isComplete: false};
    trials.push(trial);
    return trial;
  }

  /** @returns whether it goes on */
  function trainEpoch(trial: SimulatedTrial): boolean {
    const epoch = trial.scores.size + 1;
    trial.scores.set(epoch, trial.curve[epoch - 1]!);
    numTrained++;
    trial.isComplete = epoch === numEpochs;
    if (trial.isComplete) return false;
    const others: LearningCurve[] = trials.filter((other) => other !== trial);
    return pruner?.decide({trial, others}) === undefined;
  }

  while (numTrained < sweep.maxEpochs) {
    while (active.length < sweep.parallel && trials.length < sweep.maxTrials) active.push(begin());
    if (active.length === 0) break;
    active = active.filter((trial) => numTrained < sweep.maxEpochs && trainEpoch(trial));
  }
  const ends = trials.filter(({isComplete}) => isComplete).map(({curve}) => curve.at(-1)!);
  return {
    regret: regretOf(Math.min(Number.POSITIVE_INFINITY, ...ends), dims),
    numTrials: trials.length,
    numEpochs: numTrained,
  };
}
