import {rmSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {hostname} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {hasBegun} from '../../experiment/recorded.js';
import {resumeRun} from '../../experiment/resume.js';
import {runExperiment} from '../../experiment/run.js';
import {divergence} from '../../experiment/run-group.js';
import type {RunOutcome} from '../../experiment/run-options.js';
import {type RunReporter, silentReporter} from '../../report/reporter.js';
import {readRun} from '../../runs/run.js';
import type {RunDirectory} from '../../runs/run-directory.js';
import {attemptOf, trialFile} from '../../runs/sweep/layout.js';
import {outcomeOf} from '../../runs/sweep/outcome.js';
import type {SweepRecord, TrialFile} from '../../runs/sweep/records.js';
import {ExpError} from '../../support/errors.js';
import type {SweepJob} from './job.js';

/** How an attempt at a trial came out. */
export type Attempt = Omit<Extract<SweepRecord, {type: 'ended'}>, 'type' | 'at' | 'session' | 'trial' | 'attempt'>;

export interface TrainTrialOptions {
  /** The trial's own folder. */
  readonly folder: string;
  /** Ends the trial with a checkpoint. */
  readonly signal: AbortSignal;
  /** Is told the metric after each epoch, if the epoch has one. @returns why the trial is not worth going on with */
  onEpoch(epoch: number, value: number): string | undefined;
  /** As often as training gives way; throws or exits if the trial is somebody else's by now. */
  onStep(): void;
  readonly notify: (message: string) => void;
}

/** Failures that every trial would meet: they end the worker and say nothing of the trial. */
const notTheTrials: ReadonlySet<string> = new Set(['RUN_UNWRITABLE', 'ENGINE_UNAVAILABLE', 'RUN_ALIVE']);

/**
 * Trains a trial to its end, or goes on with it where an earlier attempt left it. One that is done by now is only looked at.
 * @throws ExpError RUN_UNWRITABLE, ENGINE_UNAVAILABLE, RUN_ALIVE: what is not the trial's fault
 */
export async function trainTrial(job: SweepJob, trial: TrialFile, options: TrainTrialOptions): Promise<Attempt> {
  const {folder, signal, onEpoch, onStep} = options;
  const before = readRun(folder);
  if (before.summary) return ended(job, folder, {state: 'finished'});
  if (before.state === 'diverged') return ended(job, folder, {state: 'diverged', ...message(before.status?.message)});
  const stopping = new AbortController();
  let pruned: string | undefined;
  let directory: RunDirectory | undefined;
  const reporter: RunReporter = {
    ...silentReporter,
    listen(event) {
      if (event.type === 'step') onStep();
      if (event.type !== 'epochEnded') return;
      onStep();
      const value = event.metrics[job.sweep.metric.name];
      if (value === undefined || stopping.signal.aborted) return;
      pruned = onEpoch(event.epoch, value);
      if (pruned !== undefined) stopping.abort();
    },
  };
  const running = {
    reporter,
    signal: AbortSignal.any([signal, stopping.signal]),
    runsDir: path.dirname(job.folder.path),
    notify: options.notify,
    onFolder(made: RunDirectory) {
      directory = made;
    },
  };
  try {
    const outcome = await start(job, trial, folder, running);
    if (outcome.state === 'finished') return ended(job, folder, {state: 'finished'});
    if (outcome.state === 'diverged') return ended(job, folder, {state: 'diverged', message: divergence(outcome)});
    if (pruned === undefined) return ended(job, folder, {state: 'interrupted'});
    directory?.close('interrupted', {message: `pruned: ${pruned}`, pruned});
    return ended(job, folder, {state: 'pruned', message: pruned});
  } catch (error) {
    if (error instanceof ExpError && notTheTrials.has(error.code)) throw error;
    if (error instanceof ExpError && error.code === 'INTERRUPTED') return {state: 'interrupted'};
    if (!(error instanceof ExpError)) options.notify(error instanceof Error ? String(error.stack) : String(error));
    return ended(job, folder, {state: 'failed', message: error instanceof Error ? error.message : String(error)});
  } finally {
    reporter.close();
  }
}

async function start(
  job: SweepJob,
  trial: TrialFile,
  folder: string,
  options: Parameters<typeof resumeRun>[1] & object,
): Promise<RunOutcome> {
  if (hasBegun(readRun(folder))) {
    await waitForZombie(folder);
    return resumeRun(folder, {...options, isAbandoned: true});
  }
  const loaded = await job.experimentOf(trial);
  await removeRemains(folder);
  return runExperiment(loaded, {...options, folder, git: job.git});
}

const zombieMillis = 10_000;
const graceMillis = 2_000;

/**
 * A trial is ours by its claim; whoever had it before may not have noticed yet. On this machine its process is waited for; on another one, which
 * is known to be lost, nobody can be asked.
 * @throws ExpError RUN_ALIVE if the process stays
 */
async function waitForZombie(folder: string): Promise<void> {
  const since = Date.now();
  for (;;) {
    const {status, state} = readRun(folder);
    const isOwn = status?.host === hostname() && status.pid === process.pid;
    if (state !== 'running' || !status || isOwn) return;
    const waited = Date.now() - since;
    if (status.host !== hostname() && waited > graceMillis) return;
    if (waited > zombieMillis) {
      const who = `process ${status.pid} on ${status.host}`;
      throw new ExpError(
        'RUN_ALIVE',
        `${folder} was taken over, but ${who} does not end`,
        `end it: kill ${status.pid}`,
      );
    }
    await sleep(100);
  }
}

/** What an attempt left that came to its end before the run had begun. */
async function removeRemains(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) {
    if (name !== trialFile && attemptOf(name) === undefined) {
      rmSync(path.join(folder, name), {recursive: true, force: true});
    }
  }
}

const message = (text: string | undefined): {readonly message?: string} => (text === undefined ? {} : {message: text});

/** With the best value that the metric had, and how far it came. */
const ended = ({sweep: {metric}}: SweepJob, folder: string, attempt: Attempt): Attempt => ({
  ...attempt,
  ...outcomeOf(folder, metric),
});
