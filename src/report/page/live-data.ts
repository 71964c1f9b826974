import type {SeriesPatch} from '../../runs/series.js';
import type {Overview, RunData, SweepData} from './data.js';

/** What `exp watch` tells its page after the whole data: everything that has changed. */
export interface LiveChange {
  readonly overview?: Overview;
  /** All sweeps, if any of them is new, gone, or has changed. */
  readonly sweeps?: readonly SweepData[];
  /** Runs that are new or have changed, without their curves. */
  readonly runs: readonly Omit<RunData, 'epochs' | 'steps'>[];
  /** Curves that grew. */
  readonly patches: readonly CurvePatch[];
  /** Ids of runs that were deleted. */
  readonly gone: readonly string[];
}

/** What was added to the curves of a run. */
export interface CurvePatch {
  readonly id: string;
  readonly epochs?: SeriesPatch;
  readonly steps?: SeriesPatch;
}
