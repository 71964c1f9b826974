import type {PlainValue, TrialRecord, TrialState} from '../runs/sweep/records.js';
import {significance} from './compare.js';
import type {Goal} from './goal.js';
import {type Sample, sampleOf, welchTest} from './statistics.js';

/** A point of a sweep's space, and what the trials of it came to. */
export interface RankedPoint {
  /** From 1. */
  readonly point: number;
  readonly values: Readonly<Record<string, PlainValue>>;
  /** One for each seed that was begun, by number. */
  readonly trials: readonly TrialRecord[];
  /** `finished`: all seeds did; `partly`: some did. Else how its trials are: what goes on before what ended. */
  readonly state: TrialState | 'partly';
  /** From 1; of points of which all seeds finished with a value of the metric. */
  readonly rank?: number;
  /** The metric over the trials that finished; of no others, because they had fewer epochs. */
  readonly sample?: Sample;
  /** Of several seeds, and by Welch's test no worse than the best at the 5 % level: the difference may be chance. */
  readonly isWithinNoise: boolean;
}

/** Which of a point's trials speaks for it when none has finished. */
const telling: readonly TrialState[] = [
  'running',
  'waiting',
  'pruned',
  'interrupted',
  'diverged',
  'failed',
  'crashed',
  'finished',
];

/**
 * The points of a sweep, the best first: those of which all seeds finished by the mean of the metric, then those of which some did (a
 * single lucky seed is no best), then pruned ones by how far they came, what goes on, and what failed.
 * @param numSeeds trials that each point is to have
 */
export function rankPoints(
  trials: readonly TrialRecord[],
  {goal, numSeeds = 1}: {readonly goal: NonNullable<Goal>; readonly numSeeds?: number},
): readonly RankedPoint[] {
  const byPoint = new Map<number, TrialRecord[]>();
  for (const trial of trials) {
    const known = byPoint.get(trial.point);
    if (known) known.push(trial);
    else byPoint.set(trial.point, [trial]);
  }
  const points = [...byPoint.values()].map((members) => pointOf(members, numSeeds));
  const keys = new Map(points.map((point) => [point, keysOf(point, goal)]));
  points.sort((a, b) => compareKeys(keys.get(a)!, keys.get(b)!));
  const best = points[0]?.state === 'finished' ? points[0].sample : undefined;
  return points.map((point, index): RankedPoint => {
    if (point.state !== 'finished' || !point.sample) return point;
    const p = best && index > 0 ? welchTest(best, point.sample) : undefined;
    return {...point, rank: index + 1, isWithinNoise: p !== undefined && p >= significance};
  });
}

/** The first of {@link rankPoints} that has a value which counts. */
export const bestPoint = (points: readonly RankedPoint[]): RankedPoint | undefined => points.find(({sample}) => sample);

/** Whether a point stands before another one. */
export const isAhead = (a: RankedPoint, b: RankedPoint, goal: NonNullable<Goal>): boolean =>
  compareKeys(keysOf(a, goal), keysOf(b, goal)) < 0;

/** A point by itself, without a rank. @param members its trials, at least one */
export function pointOf(members: readonly TrialRecord[], numSeeds: number): RankedPoint {
  const trials = [...members].sort((a, b) => a.trial - b.trial);
  const [first] = trials as [TrialRecord];
  const values = trials.flatMap(({state, value}) =>
    state === 'finished' && value !== undefined && !Number.isNaN(value) ? [value] : [],
  );
  const isWhole = values.length >= numSeeds;
  const state = isWhole
    ? 'finished'
    : values.length > 0
      ? 'partly'
      : telling.find((candidate) => trials.some((trial) => trial.state === candidate))!;
  return {
    point: first.point,
    values: trials.find((trial) => Object.keys(trial.values).length > 0)?.values ?? first.values,
    trials,
    state,
    ...(values.length > 0 ? {sample: sampleOf(values)} : {}),
    isWithinNoise: false,
  };
}

/** What points are sorted by, the smallest first. */
function keysOf({sample, state, trials, point}: RankedPoint, goal: NonNullable<Goal>): readonly number[] {
  const places: readonly RankedPoint['state'][] = ['finished', 'partly', 'pruned', 'running', 'waiting', 'interrupted'];
  const place = sample || state !== 'finished' ? places.indexOf(state) : 2;
  const ofPruned = state === 'pruned' ? trials.filter((trial) => trial.state === 'pruned') : [];
  const epochs = Math.max(0, ...ofPruned.map((trial) => trial.epochs ?? 0));
  const value = sample?.mean ?? ofPruned.find((trial) => trial.value !== undefined)?.value;
  const score =
    value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : goal === 'maximize' ? -value : value;
  return [place < 0 ? places.length : place, -epochs, score, point];
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, key] of a.entries()) {
    const other = b[index]!;
    if (key !== other) return key < other ? -1 : 1;
  }
  return 0;
}
