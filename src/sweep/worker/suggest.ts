import {readTrialFile, writeTrialFile} from '../../runs/sweep/attempts.js';
import {JournalReader} from '../../runs/sweep/journal.js';
import {trialFolder} from '../../runs/sweep/layout.js';
import {Ledger} from '../../runs/sweep/ledger.js';
import type {SeenRecords, TrialFile, TrialRecord} from '../../runs/sweep/records.js';
import {placeOfTrial} from '../loaded-sweep.js';
import {observationsOf} from './history.js';
import type {SweepJob} from './job.js';

/** What is known of a sweep when a worker asks for a point. */
export interface Knowledge {
  readonly trials: readonly TrialRecord[];
  readonly seen: SeenRecords;
}

/**
 * What a trial is: said once for each point, by whoever needs it first, and kept beside the run.
 * @param look is asked only where the sampler learns and the point is new
 */
export function describeTrial(job: SweepJob, trial: number, look: () => Knowledge): TrialFile {
  const {folder, sweep} = job;
  const {point, seed, first} = placeOfTrial(sweep, trial);
  const known = readTrialFile(trialFolder(folder.path, trial));
  if (known) return known;
  const own = {trial, point, ...(seed === undefined ? {} : {seed})};
  const {values, seen} = describePoint(job, point, first, look);
  return writeTrialFile(trialFolder(folder.path, trial), {...own, values, seen});
}

function describePoint(
  job: SweepJob,
  point: number,
  first: number,
  look: () => Knowledge,
): Pick<TrialFile, 'values' | 'seen'> {
  const {
    folder,
    sweep: {sampler},
  } = job;
  // Every worker comes to the same answer: nothing to agree on.
  if (!sampler.isAdaptive) return {values: suggestFor(job, point, []), seen: {}};
  const firstFolder = trialFolder(folder.path, first);
  const known = readTrialFile(firstFolder);
  if (known) return known;
  const {trials, seen} = look();
  const values = suggestFor(job, point, trials);
  const seed = placeOfTrial(job.sweep, first).seed;
  return writeTrialFile(firstFolder, {trial: first, point, ...(seed === undefined ? {} : {seed}), values, seen});
}

/** The sampler's answer for a point. @param trials that were known then */
export function suggestFor(job: SweepJob, point: number, trials: readonly TrialRecord[]): TrialFile['values'] {
  const {sampler, metric, seeds, spec} = job.sweep;
  const observations = observationsOf(trials, {goal: metric.goal, numSeeds: seeds.length}).filter(
    (observation) => observation.point !== point,
  );
  return sampler.suggest({point, seed: spec.seed, observations});
}

/** Asks the sampler again, with the records that it saw then. @returns what it says now */
export function suggestAgain(job: SweepJob, {point, seen}: TrialFile): TrialFile['values'] {
  if (!job.sweep.sampler.isAdaptive) return suggestFor(job, point, []);
  const ledger = new Ledger();
  const entries = new JournalReader(job.folder.fileOf('journal')).read();
  ledger.add(entries.filter(({journal, line}) => line < (seen[journal] ?? 0)));
  return suggestFor(job, point, ledger.trials);
}
