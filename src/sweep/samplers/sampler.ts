import type {Assignment, SearchSpace} from '../space/search-space.js';

/** What is known of a point when another one is suggested. */
export interface Observation {
  /** From 1, in the order in which points are claimed. */
  readonly point: number;
  readonly assignment: Assignment;
  /** `running`: claimed and not over. `pruned`: stopped early, with a score of how far it came. `failed`: crashed or diverged, no score. */
  readonly state: 'running' | 'finished' | 'pruned' | 'failed';
  /** Lower is better, whatever the metric's goal; the mean over the seeds of the point. Absent while running, and of failed ones. */
  readonly score?: number;
  /** The last epoch with a score; of a pruned point that ordering matters. */
  readonly epoch?: number;
}

/** What a suggestion follows from, and nothing else: the same request gets the same answer, anywhere and at any time. */
export interface SuggestionRequest {
  /** From 1. */
  readonly point: number;
  readonly seed: number;
  /** In order of `point`; empty for samplers that do not learn. */
  readonly observations: readonly Observation[];
}

/** Chooses points of a space. Ask/tell without state: everything that was told comes with the question. */
export interface Sampler {
  /** Whether suggestions depend on observations; then shards cannot be made independently of each other. */
  readonly isAdaptive: boolean;
  /** How many points there are; absent where there is no end. */
  readonly numPoints?: number;
  /** @throws ExpError USAGE if no feasible point is found */
  suggest(request: SuggestionRequest): Assignment;
}

/** Makes a sampler for a space; what does not change from suggestion to suggestion is worked out here. */
export type SamplerBuilder<Spec> = (spec: Spec, space: SearchSpace) => Sampler;
