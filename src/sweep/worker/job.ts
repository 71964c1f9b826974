import type {LoadedExperiment} from '../../experiment/load.js';
import {collectGit, type GitFacts} from '../../runs/git.js';
import type {TrialFile} from '../../runs/sweep/records.js';
import {SweepFolder} from '../../runs/sweep/sweep-folder.js';
import {type LoadSweepOptions, loadFrozenSweep, trialExperiment} from '../load.js';
import type {FrozenFacts, LoadedSweep} from '../loaded-sweep.js';

/** A sweep in its folder, ready to have trials made of it: all that a worker knows. */
export interface SweepJob {
  readonly folder: SweepFolder;
  readonly sweep: Pick<
    LoadedSweep,
    'sampler' | 'pruner' | 'metric' | 'seeds' | 'numTrials' | 'spec' | 'warnings' | 'experiment'
  >;
  /** What git says of the sweep's folder, asked once: asking takes longer than a small trial. */
  readonly git: Promise<GitFacts | undefined>;
  /** The experiment of a trial, checked. */
  experimentOf(trial: Pick<TrialFile, 'trial' | 'seed' | 'values'>): Promise<LoadedExperiment>;
}

/**
 * Loads a sweep from its folder.
 * @param options.device one of several that the experiment may use, as this process counts them
 * @throws ExpError RUN_NOT_FOUND, DATA_INVALID, SPEC_INVALID
 */
export async function openJob(
  path: string,
  {device, ...options}: LoadSweepOptions & {readonly device?: string | undefined} = {},
): Promise<SweepJob> {
  const folder = SweepFolder.open(path);
  const {facts, threads} = folder.plan;
  const sweep = await loadFrozenSweep(
    {sourceText: folder.readText('spec'), resolvedText: folder.readText('resolved'), facts: facts as FrozenFacts},
    options,
  );
  let git: SweepJob['git'] | undefined;
  return {
    folder,
    sweep,
    get git() {
      git ??= collectGit(sweep.baseDir);
      return git;
    },
    async experimentOf({trial, seed, values}) {
      return withPlace(await trialExperiment(sweep, {trial, values, seed}), threads, device);
    },
  };
}

/** An experiment that leaves open how many threads and which of several devices it uses gets them of the worker. */
function withPlace(loaded: LoadedExperiment, threads: number, device: string | undefined): LoadedExperiment {
  const isOpen = device !== undefined && ['auto', 'cuda', 'webgpu'].includes(loaded.spec.device);
  const place = {...(loaded.spec.threads === undefined ? {threads} : {}), ...(isOpen ? {device} : {})};
  const spec = {...loaded.spec, ...place} as LoadedExperiment['spec'];
  return {...loaded, spec, resolved: {...loaded.resolved, ...place}};
}
