import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {stringify as toYaml} from 'yaml';
import {LineReporter} from '../report/line-reporter.js';
import {combineReporters, type RunEnding, type RunPlan, type RunReporter, silentReporter} from '../report/reporter.js';
import {plainSink} from '../report/sink.js';
import {describeEnvironment} from '../runs/environment.js';
import {defaultRunsDir} from '../runs/find-runs.js';
import {collectGit, type GitFacts} from '../runs/git.js';
import type {RunGroup} from '../runs/records.js';
import {RunDirectory} from '../runs/run-directory.js';
import {RunTotals} from '../runs/run-totals.js';
import {RunWriter} from '../runs/run-writer.js';
import {ExpError} from '../support/errors.js';
import {metricColumns} from '../training/columns.js';
import type {TrainingEvent} from '../training/events.js';
import {train} from '../training/loop.js';
import type {TrainingOutcome} from '../training/options.js';
import {concludeRun} from './conclude.js';
import type {LoadedExperiment} from './load.js';
import {onlyMember} from './members.js';
import {type PreparedExperiment, prepareExperiment} from './prepare.js';

const numSmokeBatches = 2;

export interface RunOptions {
  /** Where the run folder goes; `runs` by default. */
  readonly runsDir?: string;
  /** Is told about the run as it goes; nobody by default. */
  readonly reporter?: RunReporter;
  /** Is told what takes long before training; nobody by default. */
  readonly notify?: (message: string) => void;
  /** Aborting finishes the step under way, saves a checkpoint and ends the run as interrupted. */
  readonly signal?: AbortSignal;
  /** Only two batches of training and of each evaluation, everything else as usual, in a temporary folder that is removed. */
  readonly isSmoke?: boolean;
  /** Writes the graph of a training step into the run folder, as recorded and as optimized. */
  readonly dumpGraph?: boolean;
  /** Which run of a group this is; goes into its records. */
  readonly group?: RunGroup;
  /** Gets the run folder as soon as there is one; a second Ctrl-C marks it interrupted. */
  readonly onFolder?: (directory: RunDirectory) => void;
}

/** How the run ended and where its folder is. */
export type RunOutcome = RunEnding;

/**
 * Trains an experiment and writes its run folder: the page that wires the rooms together.
 * @throws ExpError USAGE for a spec that stands for several runs, which `runGroup` makes
 * @throws ExpError when the data, the engine or the disk fail; a run folder that is there by then is marked failed.
 * Divergence and interruption are outcomes, not exceptions.
 */
export async function runExperiment(given: LoadedExperiment, options: RunOptions = {}): Promise<RunOutcome> {
  const loaded = onlyMember(given);
  const {reporter = silentReporter, isSmoke = false, signal, group} = options;
  const runsDir = isSmoke ? mkdtempSync(path.join(tmpdir(), 'exp-smoke-')) : (options.runsDir ?? defaultRunsDir);
  const startedAt = new Date();
  const git = collectGit(loaded.baseDir);
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    reporter.warn(message);
  };
  let prepared: PreparedExperiment | undefined;
  try {
    loaded.warnings.forEach(warn);
    prepared = await prepareExperiment(loaded, warn, options.notify);
    const plan: RunPlan = {...prepared.plan, ...(group ? {group} : {})};
    if (signal?.aborted) throw new ExpError('INTERRUPTED', 'interrupted before training began; there is no run folder');
    const directory = RunDirectory.create({runsDir, name: loaded.spec.name, startedAt, group});
    options.onFolder?.(directory);
    try {
      writeInputs(directory, loaded, {...prepared, plan}, await git);
      if (options.dumpGraph) dumpGraph(directory, loaded, prepared, warn);
      const log = new LineReporter(plainSink((text) => directory.appendLog(text)));
      for (const message of warnings) log.warn(message);
      const everyone = combineReporters([log, reporter]);
      everyone.planned({...plan, ...(isSmoke ? {} : {path: directory.path})});
      const totals = new RunTotals();
      const outcome = await trainInto(directory, loaded, prepared, options, (event) => {
        totals.listen(event);
        everyone.listen(event);
      });
      const ending = await concludeRun({directory, spec: loaded.spec, prepared, outcome, totals, isSmoke});
      everyone.ended(ending);
      return ending;
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
  {sourceText, resolved, origins, path: specPath}: LoadedExperiment,
  {dataset, session, plan}: PreparedExperiment,
  git: GitFacts | undefined,
): void {
  directory.writeText('spec', sourceText);
  directory.writeText('resolved', toYaml(resolved));
  directory.writeJson('origins', origins);
  directory.writeJson('plan', {...plan, dataFingerprint: dataset.fingerprint, fitted: dataset.fitted});
  directory.writeJson('environment', describeEnvironment(session, git, specPath));
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

/** Trains with the run folder listening, then everybody else. */
async function trainInto(
  directory: RunDirectory,
  {spec}: LoadedExperiment,
  {dataset, model, session, rng}: PreparedExperiment,
  {signal, isSmoke}: RunOptions,
  listen: (event: TrainingEvent) => void,
): Promise<TrainingOutcome> {
  const {training, checkpoint} = spec;
  const evaluateTestEveryEpoch = spec.data.test === 'everyEpoch';
  const splits = {validation: Boolean(dataset.validation), test: evaluateTestEveryEpoch && Boolean(dataset.test)};
  const columns = metricColumns(training, splits, dataset.info.targets);
  const writer = new RunWriter(directory, {
    metricColumns: columns.map(({name}) => name),
    runningColumns: columns.filter(({split}) => split === 'train').map(({name}) => name),
    validationColumns:
      training.validateEverySteps === undefined
        ? undefined
        : columns.filter(({split}) => split === 'validation').map(({name}) => name),
    logEverySteps: training.logEverySteps,
  });
  try {
    const outcome = await train({
      session,
      dataset,
      spec: training,
      checkpoint,
      outputShapes: model.outputShapes,
      numParameters: model.numParameters,
      rng,
      evaluateTestEveryEpoch,
      ...(signal ? {signal} : {}),
      ...(isSmoke ? {maxSteps: numSmokeBatches} : {}),
      listener(event) {
        writer.listen(event);
        listen(event);
      },
    });
    writer.flush();
    return outcome;
  } finally {
    writer.close();
  }
}

/** As well as it goes: the disk may be what failed. */
function markFailed(directory: RunDirectory, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  try {
    directory.close('failed', {message});
    directory.appendLog(`error: ${message}\n`);
  } catch {
    // status.json still says running; readers see that the process is gone.
  }
}
