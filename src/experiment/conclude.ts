import {saveModel} from '../model/save.js';
import type {RunEnding} from '../report/reporter.js';
import type {RunSummary} from '../runs/records.js';
import type {RunDirectory} from '../runs/run-directory.js';
import type {RunTotals} from '../runs/run-totals.js';
import type {TrainingOutcome} from '../training/options.js';
import type {PreparedExperiment} from './prepare.js';
import type {ExperimentSpec} from './schema.js';

export interface TrainedRun {
  readonly directory: RunDirectory;
  readonly spec: ExperimentSpec;
  readonly prepared: PreparedExperiment;
  readonly outcome: TrainingOutcome;
  readonly totals: RunTotals;
  /** When this process began with it, and how long it had been trained by others before. */
  readonly since: Date;
  readonly millisBefore: number;
  /** The folder is temporary and not worth naming. */
  readonly isSmoke: boolean;
}

/**
 * Closes the run folder according to how training ended; a finished run gets its model and, last of all files, its summary.
 * @throws ExpError RUN_UNWRITABLE
 */
export async function concludeRun(run: TrainedRun): Promise<RunEnding> {
  const {directory, outcome, prepared, totals} = run;
  const place = run.isSmoke ? {} : {path: directory.path};
  const {epoch, step} = outcome;
  switch (outcome.status) {
    case 'interrupted':
      directory.close('interrupted', {epoch, step});
      return {state: 'interrupted', ...place, epoch, step};
    case 'diverged': {
      const {loss = Number.NaN, lastGood = {}} = totals.divergence ?? {};
      directory.close('diverged', {epoch, step, lastGood, message: `the loss is ${loss}`});
      return {state: 'diverged', ...place, epoch, step, loss, lastGood};
    }
    case 'completed':
    case 'stoppedEarly': {
      await prepared.session.syncModel();
      directory.writeModel(await saveModel(prepared.model));
      const summary = summaryOf(run, new Date());
      directory.close('finished', {epoch, step});
      directory.writeSummary(summary);
      return {state: 'finished', ...place, summary};
    }
  }
}

function summaryOf(
  {directory, spec, prepared, outcome, totals, since, millisBefore}: TrainedRun,
  finishedAt: Date,
): RunSummary {
  const {model, session, dataset} = prepared;
  const round = (seconds: number): number => Number(seconds.toFixed(3));
  return {
    run: directory.id,
    name: spec.name,
    ...(spec.description === undefined ? {} : {description: spec.description}),
    tags: spec.tags,
    seed: spec.seed,
    ...(directory.status.group ? {group: directory.status.group} : {}),
    startedAt: directory.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    epochs: outcome.epoch,
    steps: outcome.step,
    stoppedEarly: outcome.status === 'stoppedEarly',
    metrics: {
      final: outcome.final,
      ...(totals.best ? {best: totals.best} : {}),
      ...(outcome.test ? {test: outcome.test} : {}),
    },
    durationSeconds: {
      total: round((finishedAt.getTime() - since.getTime() + millisBefore) / 1000),
      training: round(totals.trainMillis / 1000),
      waiting: round(totals.waitMillis / 1000),
      evaluation: round(totals.evaluateMillis / 1000),
    },
    examplesPerSecond: Number(totals.examplesPerSecond.toFixed(1)),
    numParameters: model.numParameters,
    numTrainableParameters: model.numTrainableParameters,
    engine: session.engine,
    device: session.device,
    dataFingerprint: dataset.fingerprint,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
