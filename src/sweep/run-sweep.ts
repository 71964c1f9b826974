import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {sweepJson} from '../report/sweep-json.js';
import {sweepViewOf} from '../report/sweep-of-folder.js';
import type {SweepReporter, SweepView} from '../report/sweep-view.js';
import {SweepReader} from '../runs/sweep/read-sweep.js';
import type {SweepPlan} from '../runs/sweep/records.js';
import {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {expVersion} from '../support/versions.js';
import {coordinate} from './coordinate.js';
import {createExecutor, type ExecutorChoice, type ExecutorName, tasksFor} from './executors/create.js';
import type {Executor} from './executors/executor.js';
import {acceleratorsFor} from './executors/local/divide-accelerators.js';
import {freezeSweep} from './load.js';
import type {LoadedSweep} from './loaded-sweep.js';
import {MissingTrials} from './missing.js';
import {divideFor} from './parallel.js';
import {Session} from './session.js';
import {checkShard, type Shard} from './shard.js';
import {openJob, type SweepJob} from './worker/job.js';

export interface SweepOptions {
  readonly reporter: SweepReporter;
  /** Aborting has every worker save a checkpoint and end. */
  readonly signal: AbortSignal;
  /** A part of the trials only. */
  readonly shard?: Shard | undefined;
  /** Instead of the sweep's. */
  readonly parallel?: number | 'auto' | undefined;
  readonly executor?: ExecutorName | undefined;
  /** Of an executor whose workers go on without us: stay until they have ended. */
  readonly wait?: boolean | undefined;
}

/** How a sweep ended, for now. */
export interface SweepEnding {
  readonly view: SweepView;
  /** Trials that failed or crashed for good. */
  readonly numFailed: number;
  readonly numFinished: number;
  /** Jobs that go on without us. */
  readonly numLeft: number;
}

/**
 * Makes the folder of a new sweep.
 * @param where.out the folder itself, instead of a new one in `runsDir`
 * @throws ExpError USAGE, RUN_UNWRITABLE
 */
export function createSweepFolder(
  sweep: LoadedSweep,
  where: {readonly runsDir: string; readonly out?: string | undefined} & Pick<SweepOptions, 'parallel' | 'executor'>,
): SweepFolder {
  const {sourceText, resolvedText, facts} = freezeSweep(sweep);
  const {spec, metric, seeds, numTrials, space, experiment} = sweep;
  const {threads} = divideFor(spec, where);
  const plan: SweepPlan = {
    format: 1,
    name: spec.name,
    createdAt: new Date().toISOString(),
    exp: expVersion(),
    baseDir: sweep.baseDir,
    spec: sweep.path,
    sampler: spec.sampler.type,
    ...(spec.pruner ? {pruner: spec.pruner.type} : {}),
    metric,
    parameters: space.parameters.map(({name}) => name),
    ...(seeds.length > 1 ? {seeds} : {}),
    ...(numTrials === undefined ? {} : {numTrials}),
    ...(spec.target === undefined ? {} : {target: spec.target}),
    ...(spec.maxMinutes === undefined ? {} : {maxMinutes: spec.maxMinutes}),
    allowFailures: spec.allowFailures,
    threads,
    ...(experiment.numEpochs === undefined ? {} : {numEpochs: experiment.numEpochs}),
    facts,
  };
  const inputs = {spec: sourceText, resolved: resolvedText, plan};
  return where.out === undefined
    ? SweepFolder.create(where.runsDir, inputs)
    : SweepFolder.createAt(path.resolve(where.out), inputs);
}

/**
 * Makes the trials of a sweep that are missing in its folder: all of a new one, the rest of one that was interrupted.
 * @throws ExpError RUN_ALIVE if another process is at it; whatever keeps every worker from working
 */
export async function runSweep(path: string, options: SweepOptions): Promise<SweepEnding> {
  const {reporter, shard} = options;
  try {
    const job = await openJob(path);
    const {sweep, folder} = job;
    if (shard) checkShard(shard, sweep);
    const name = options.executor ?? sweep.spec.executor;
    const asked = options.parallel ?? sweep.spec.parallel;
    const accelerators = name === 'local' ? await acceleratorsFor(sweep.experiment.device) : [];
    const {parallel} =
      asked === 'auto' && accelerators.length > 0
        ? {parallel: accelerators.length}
        : divideFor({...sweep.spec, threads: folder.plan.threads}, {parallel: asked, executor: name});
    const session = Session.begin(folder, {executor: name, ...deadlineOf(sweep), ...shardText(shard)});
    try {
      return await withSession(job, session, {...options, choice: {name, parallel, accelerators}});
    } catch (error) {
      session.fail(error);
      throw error;
    }
  } finally {
    reporter.close();
  }
}

async function withSession(
  job: SweepJob,
  session: Session,
  {reporter, signal, shard, choice, wait = false}: SweepOptions & {readonly choice: ExecutorChoice},
): Promise<SweepEnding> {
  const {folder, sweep} = job;
  const executor = await createExecutor(job, choice);
  if (folder.stopRequest && executor.outlivesUs) await untilEnded(executor);
  // What made it end before holds still: the target, which no further trial is needed for.
  if (folder.stopRequest?.by !== 'target') folder.clearStop();
  const reader = new SweepReader(folder.path);
  const look = (): SweepView => sweepViewOf(reader.look());
  const {numWorkers: _none, ...begun} = look();
  reporter.sweepStarted(begun);
  for (const warning of sweep.warnings) reporter.warn(warning);
  const missing = new MissingTrials(sweep, folder, session.number, shard);
  const {ledger, left} = await coordinate({
    ...{folder, session, executor, reporter, signal},
    tasksFor: (known) => (folder.stopRequest ? [] : tasksFor(job, {...choice, shard, missing: missing.list(known)})),
    isWorkLeft: (known, {trials}) => missing.isAny(known, trials),
    stays: wait || !executor.outlivesUs,
  });
  if (left.length > 0) {
    session.leave();
    const view = look();
    reporter.sweepEnded(view);
    return {view, numLeft: left.length, ...countEnds(view)};
  }
  const stop = folder.stopRequest;
  const isDone = stop?.by === 'target' || missing.isPastDeadline || !missing.isAny(ledger);
  if (isDone) session.end('finished', stop?.why ?? (missing.isPastDeadline ? 'maxMinutes are over' : undefined));
  else session.end('stopped', stop?.why ?? (signal.aborted ? 'interrupted' : 'trials are missing: see its logs'));
  const view = look();
  if (isDone && !shard) folder.writeSummary(sweepJson(view));
  reporter.sweepEnded(view);
  return {view, numLeft: 0, ...countEnds(view)};
}

const settleMillis = 30_000;

/** Jobs that were asked to stop may be about to end: what they leave is to be made by others, so they must not count as being at it. */
async function untilEnded(executor: Executor): Promise<void> {
  const deadline = Date.now() + settleMillis;
  while ((await executor.reconcile()).length > 0 && Date.now() < deadline) await sleep(1000);
}

function countEnds({trials}: SweepView): Pick<SweepEnding, 'numFailed' | 'numFinished'> {
  const count = (...states: readonly string[]): number => trials.filter(({state}) => states.includes(state)).length;
  return {numFailed: count('failed', 'crashed'), numFinished: count('finished')};
}

const deadlineOf = ({spec: {maxMinutes}}: SweepJob['sweep']): {readonly deadlineAt?: string} =>
  maxMinutes === undefined ? {} : {deadlineAt: new Date(Date.now() + 60_000 * maxMinutes).toISOString()};

const shardText = (shard: Shard | undefined): {readonly shard?: string} =>
  shard ? {shard: `${shard.index}/${shard.count}`} : {};
