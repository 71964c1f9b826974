import type {Origins} from '../spec/origin.js';
import type {Pruner} from './pruners/pruner.js';
import type {Sampler} from './samplers/sampler.js';
import type {SweepSpec} from './section.js';
import type {Assignment, SearchSpace} from './space/search-space.js';

/** What trials are ranked by. */
export interface SweepMetric {
  /** A column of metrics.csv: `val_loss`. */
  readonly name: string;
  readonly goal: 'maximize' | 'minimize';
}

/** A sweep ready to run: everything that can be known before the first trial was checked. */
export interface LoadedSweep {
  readonly spec: SweepSpec;
  /** As the user wrote it, byte for byte but a byte order mark: sweep.yaml. */
  readonly sourceText: string;
  /** The sweep with defaults and references filled in and the experiment inline, secrets named only: plain data for resolved.yaml. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** Where the values below `experiment` and `parameters` of `resolved` came from, by dotted path. */
  readonly origins: Origins;
  /** Absolute, of the sweep's file. */
  readonly path: string;
  /** Folder of the sweep's file; relative paths of `resolved` start here. */
  readonly baseDir: string;
  /** Where `model.init` looks for runs. */
  readonly runsDir: string;
  readonly space: SearchSpace;
  readonly sampler: Sampler;
  readonly pruner: Pruner | undefined;
  readonly metric: SweepMetric;
  /** Each point is trained with each of these; at least one. */
  readonly seeds: readonly number[];
  /** Points that will be asked for; undefined where only time or a target ends the sweep. */
  readonly numPoints: number | undefined;
  /** Trials of the whole sweep: points times seeds, `maxTrials` at most. */
  readonly numTrials: number | undefined;
  readonly experiment: {
    /** Of the experiment that is varied. */
    readonly name: string;
    /** `auto`, `cuda:1`; of the first point, where the sweep varies it. */
    readonly device: string;
    /** As messages show it; undefined where the experiment is written in the sweep's file. */
    readonly file: string | undefined;
    /** Of a whole trial, where the sweep does not vary them. */
    readonly numEpochs: number | undefined;
  };
  /** What deserves a second look but stops nothing, a line each. */
  readonly warnings: readonly string[];
}

/** One trial of a sweep. */
export interface TrialRequest {
  readonly values: Assignment;
  /** When left out, the first of the sweep's, or else the experiment's own. */
  readonly seed?: number | undefined;
  /** From 1; origins of values tell it. */
  readonly trial: number;
}

/** What a sweep folder keeps, so that the sweep can be loaded from it whatever becomes of the files it was made of. */
export interface FrozenSweep {
  /** sweep.yaml: as the user wrote it. */
  readonly sourceText: string;
  /** resolved.yaml. */
  readonly resolvedText: string;
  /** Plain data: the rest of what is needed, part of sweep.json. */
  readonly facts: FrozenFacts;
}

export interface FrozenFacts {
  /** Absolute, of the sweep's file as it was. */
  readonly path: string;
  readonly experimentFile?: string;
  /** Of a whole trial. */
  readonly numEpochs?: number;
  /** Where values of the experiment and of the parameters came from, by dotted path. */
  readonly origins: Origins;
}

/** Where a trial stands. */
export interface TrialPlace {
  /** From 1. */
  readonly point: number;
  /** Absent where every point is trained once. */
  readonly seed?: number;
  /** The first trial of the point, which knows what the point is. */
  readonly first: number;
}

/** Trial t (from 1) is point floor((t - 1) / seeds) + 1 with the next of the seeds. */
export function placeOfTrial({seeds}: Pick<LoadedSweep, 'seeds'>, trial: number): TrialPlace {
  const point = Math.floor((trial - 1) / seeds.length) + 1;
  const seed = seeds.length > 1 ? seeds[(trial - 1) % seeds.length] : undefined;
  return {point, ...(seed === undefined ? {} : {seed}), first: (point - 1) * seeds.length + 1};
}
