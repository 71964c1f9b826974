import type {LoadExperimentOptions, LoadedExperiment} from '../experiment/load.js';
import type {SpecSource} from '../spec/load.js';
import type {FrozenSweep, LoadedSweep, TrialRequest} from './loaded-sweep.js';

/** @see LoadExperimentOptions; `overrides` are laid over the sweep: `maxTrials=3`, `overrides.training.epochs=1` */
export type LoadSweepOptions = LoadExperimentOptions;

/**
 * YAML → a sweep that can be run: schema, space, and every point or corner of it tried on the experiment, before any compute.
 * @throws SpecError (SPEC_INVALID) with every mistake, each with its place
 */
export async function loadSweep(_source: SpecSource, _options: LoadSweepOptions = {}): Promise<LoadedSweep> {
  throw new Error('being written');
}

/**
 * The experiment of one trial: values and seed laid over the sweep's experiment, checked like any other.
 * @throws SpecError for a point that the checks of the whole did not meet and that makes no sense
 */
export async function trialExperiment(_sweep: LoadedSweep, _request: TrialRequest): Promise<LoadedExperiment> {
  throw new Error('being written');
}

/** What a sweep folder has to keep. */
export function freezeSweep(_sweep: LoadedSweep): FrozenSweep {
  throw new Error('being written');
}

/** A sweep out of its folder, whatever has become of its files and the environment since, secrets excepted. */
export async function loadFrozenSweep(_frozen: FrozenSweep, _options: LoadSweepOptions = {}): Promise<LoadedSweep> {
  throw new Error('being written');
}
