import {type RunPlan, silentReporter} from '../report/reporter.js';
import {restoreBests} from '../runs/best-checkpoints.js';
import {claim} from '../runs/claim.js';
import {defaultRunsDir, findRun} from '../runs/find-runs.js';
import {findResumePoint, type ResumePoint} from '../runs/resume-point.js';
import {type Run, readRun} from '../runs/run.js';
import {RunDirectory} from '../runs/run-directory.js';
import {ExpError} from '../support/errors.js';
import {expVersion} from '../support/versions.js';
import type {LoadedExperiment} from './load.js';
import {type PreparedExperiment, prepareExperiment} from './prepare.js';
import {loadRecorded} from './recorded.js';
import {checkLengthened, checkResumable} from './resumable.js';
import {checkResumeOverrides} from './resume-overrides.js';
import type {RunOptions, RunOutcome} from './run-options.js';
import {markFailed, trainRun, writeSpec} from './train-run.js';

export interface ResumeOptions extends Omit<RunOptions, 'group' | 'isSmoke' | 'dumpGraph'> {
  /** `key=value` pairs laid over the run's own spec; a few keys only. */
  readonly overrides?: readonly string[];
  /** Whoever wrote it last is known to be gone, whatever its heartbeat says: a scheduler started its task again elsewhere. */
  readonly isAbandoned?: boolean;
}

/**
 * Goes on with a run that was interrupted, from its newest intact checkpoint or, without one, from the beginning, in its own folder. What
 * comes out is what would have come out undisturbed. A finished run goes on if the overrides leave it more to do.
 * @param reference path, name, beginning of a name, or `latest`
 * @throws ExpError RUN_NOT_FOUND, RUN_ALIVE; USAGE for a run that is done and for overrides that are not allowed; DATA_INVALID when its
 * data or all its checkpoints are not what they were
 */
export async function resumeRun(reference: string, options: ResumeOptions = {}): Promise<RunOutcome> {
  const {overrides = [], runsDir = defaultRunsDir, reporter = silentReporter, isAbandoned} = options;
  checkResumeOverrides(overrides);
  const since = new Date();
  const found = findRun(reference, runsDir);
  for (let run = found; ; run = readRun(found.path)) {
    const loaded = await loadRecorded(run, overrides, options);
    checkResumable(run, loaded.spec, overrides, {isAbandoned});
    const numResumes = run.status?.resumes?.length ?? 0;
    const {release} = claim(run.path, {name: 'resume', numBefore: numResumes});
    try {
      // Another process may have resumed it, and come to its end, between reading and claiming.
      if ((readRun(run.path).status?.resumes?.length ?? 0) === numResumes) {
        return await goOn(run, loaded, {...options, overrides, since, onStatus: release});
      }
    } finally {
      release();
      reporter.close();
    }
  }
}

async function goOn(
  run: Run,
  loaded: LoadedExperiment,
  options: ResumeOptions & {readonly overrides: readonly string[]; readonly since: Date; readonly onStatus: () => void},
): Promise<RunOutcome> {
  const {reporter = silentReporter, overrides, since, signal} = options;
  const point = findResumePoint(run.path);
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    reporter.warn(message);
  };
  if (run.summary && !point.checkpoint) {
    const message = `${run.id} is finished, and its checkpoints are gone: there is nothing to train it further from`;
    throw new ExpError('USAGE', message, 'start a new run, with model.init from this one perhaps');
  }
  for (const message of point.skipped) warn(`${message}; an older checkpoint is used`);
  checkResumable(run, loaded.spec, overrides, {checkpoint: point.checkpoint, isAbandoned: options.isAbandoned});
  for (const message of loaded.warnings) warn(message);
  const {init, ...model} = loaded.spec.model;
  // The weights are in the checkpoint; the file that the first ones came from may be gone.
  const spec = init && point.checkpoint ? ({...loaded.spec, model} as LoadedExperiment['spec']) : loaded.spec;
  const prepared = await prepareExperiment({...loaded, spec}, warn, options.notify);
  try {
    checkSameData(run, prepared);
    checkLengthened(spec, overrides, point.checkpoint, prepared.dataset.train.numExamples, warn);
    if (signal?.aborted)
      throw new ExpError('INTERRUPTED', `interrupted before training went on; ${run.path} is as it was`);
    const directory = reopen(run, point, prepared, overrides);
    options.onStatus();
    options.onFolder?.(directory);
    try {
      if (overrides.length > 0) writeSpec(directory, loaded);
      const {group} = directory.status;
      const plan: RunPlan = {...prepared.plan, ...(group ? {group} : {}), resumed: describePoint(point)};
      const from = point.checkpoint;
      restoreBests(
        directory.fileOf('checkpoints'),
        from?.state.resume?.position.keeper?.kept.map(({step}) => step) ?? [],
      );
      return await trainRun({directory, loaded, prepared, plan, warnings, options, since, from});
    } catch (error) {
      markFailed(directory, error);
      throw error;
    }
  } finally {
    await prepared.dispose();
  }
}

function reopen(
  {path: folder, status, startedAt}: Run,
  {name, checkpoint}: ResumePoint,
  {session}: PreparedExperiment,
  overrides: readonly string[],
): RunDirectory {
  const {epoch, step} = checkpoint?.state ?? {epoch: 0, step: 0};
  const directory = RunDirectory.reopen(folder, startedAt ?? new Date(), status, {
    at: new Date().toISOString(),
    ...(name === undefined ? {} : {checkpoint: name}),
    ...{epoch, step, exp: expVersion(), engine: session.engine, device: session.device, overrides},
  });
  directory.tidyUp();
  return directory;
}

const describePoint = ({name, checkpoint}: ResumePoint): NonNullable<RunPlan['resumed']> => {
  const position = checkpoint?.state.resume?.position;
  if (name === undefined || !position) return {epoch: 0, step: 0, isWithinEpoch: false};
  const {epoch, step, at} = position;
  return {checkpoint: name, epoch, step, isWithinEpoch: at !== 'concluded'};
};

/** @throws ExpError DATA_INVALID */
function checkSameData(run: Run, {dataset}: PreparedExperiment): void {
  const plan: {readonly dataFingerprint?: unknown} = run.plan() ?? {};
  if (plan.dataFingerprint === undefined || plan.dataFingerprint === dataset.fingerprint) return;
  throw new ExpError(
    'DATA_INVALID',
    `the data are not those that ${run.id} was begun with: their fingerprint is ${dataset.fingerprint.slice(0, 12)}…, it was ${String(plan.dataFingerprint).slice(0, 12)}…`,
    'bring the old data back, or train on the new ones with exp run',
  );
}
