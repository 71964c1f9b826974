import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type RunPlan, silentReporter} from '../report/reporter.js';
import {describeEnvironment} from '../runs/environment.js';
import {defaultRunsDir} from '../runs/find-runs.js';
import {collectGit, type GitFacts} from '../runs/git.js';
import {RunDirectory} from '../runs/run-directory.js';
import {ExpError} from '../support/errors.js';
import type {LoadedExperiment} from './load.js';
import {onlyMember} from './members.js';
import {type PreparedExperiment, prepareExperiment} from './prepare.js';
import type {RunOptions, RunOutcome} from './run-options.js';
import {markFailed, trainRun, writeSpec} from './train-run.js';

export type {RunOptions, RunOutcome} from './run-options.js';

/**
 * Trains an experiment and writes its run folder: the page that wires the rooms together.
 * @throws ExpError USAGE for a spec that stands for several runs, which `runGroup` makes
 * @throws ExpError when the data, the engine or the disk fail; a run folder that is there by then is marked failed.
 * Divergence and interruption are outcomes, not exceptions.
 */
export async function runExperiment(given: LoadedExperiment, options: RunOptions = {}): Promise<RunOutcome> {
  const loaded = onlyMember(given);
  const {reporter = silentReporter, isSmoke = false, signal, group, groupSeeds} = options;
  const runsDir = isSmoke ? mkdtempSync(path.join(tmpdir(), 'exp-smoke-')) : (options.runsDir ?? defaultRunsDir);
  const startedAt = new Date();
  const git = options.git ?? collectGit(loaded.baseDir);
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    reporter.warn(message);
  };
  let prepared: PreparedExperiment | undefined;
  try {
    loaded.warnings.forEach(warn);
    prepared = await prepareExperiment(loaded, warn, options.notify);
    await options.onPrepared?.(prepared);
    const plan: RunPlan = {...prepared.plan, ...(group ? {group} : {})};
    if (signal?.aborted) throw new ExpError('INTERRUPTED', 'interrupted before training began; there is no run folder');
    const {folder} = options;
    const directory = RunDirectory.create({runsDir, folder, name: loaded.spec.name, startedAt, group, groupSeeds});
    options.onFolder?.(directory);
    try {
      writeInputs(directory, loaded, {...prepared, plan}, await git);
      if (options.dumpGraph) dumpGraph(directory, loaded, prepared, warn);
      return await trainRun({directory, loaded, prepared, plan, warnings, options, since: startedAt});
    } catch (error) {
      markFailed(directory, error);
      throw error;
    }
  } finally {
    reporter.close();
    await prepared?.dispose();
    if (isSmoke) rmSync(runsDir, {recursive: true, force: true});
  }
}

/** Everything about the run that is known before its first step. */
function writeInputs(
  directory: RunDirectory,
  loaded: LoadedExperiment,
  {dataset, session, plan}: PreparedExperiment,
  git: GitFacts | undefined,
): void {
  directory.writeText('spec', loaded.sourceText);
  writeSpec(directory, loaded);
  directory.writeJson('plan', {...plan, dataFingerprint: dataset.fingerprint, fitted: dataset.fitted});
  directory.writeJson('environment', describeEnvironment(session, git, loaded.path));
  if (git?.diff) directory.writeText('gitDiff', git.diff);
}

function dumpGraph(
  directory: RunDirectory,
  {spec}: LoadedExperiment,
  {session}: PreparedExperiment,
  warn: (message: string) => void,
): void {
  if (session.stepGraphs) directory.writeGraphs(session.stepGraphs(spec.training.batchSize));
  else warn('there is no graph to dump: the eager engine records none');
}
