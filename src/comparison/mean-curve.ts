import {sampleOf} from './statistics.js';

/** A moment of a run, or the mean of that moment over several. */
export interface CurvePoint {
  readonly epoch: number;
  /** Epochs, updates or seconds. */
  readonly x: number;
  /** Not finite where no run has a finite value. */
  readonly value: number;
  /** Sample standard deviation over the runs, where more than one has a finite value. */
  readonly std?: number;
  /** Runs with a finite value. */
  readonly numRuns: number;
}

/** The mean of runs, epoch by epoch, over those that got that far and have a finite value. */
export function meanCurve(each: readonly (readonly CurvePoint[])[]): readonly CurvePoint[] {
  if (each.length === 1) return each[0]!;
  const byEpoch = new Map<number, CurvePoint[]>();
  for (const point of each.flat()) {
    const points = byEpoch.get(point.epoch);
    if (points) points.push(point);
    else byEpoch.set(point.epoch, [point]);
  }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([epoch, points]) => {
      const finite = points.filter(({value}) => Number.isFinite(value));
      const counted = finite.length > 0 ? finite : points;
      const {mean, std} = sampleOf(counted.map(({value}) => value));
      const x = sampleOf(counted.map((point) => point.x)).mean;
      return {epoch, x, value: mean, numRuns: finite.length, ...(finite.length > 1 && std !== undefined ? {std} : {})};
    });
}
