import path from 'node:path';
import {listenForInterrupts} from '../experiment/interrupt.js';
import {createSweepReporter} from '../report/create-sweep-reporter.js';
import {plural} from '../report/format.js';
import {findSweepFolder} from '../runs/sweep/find-sweeps.js';
import {isSweepFolder} from '../runs/sweep/is-sweep-folder.js';
import {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {ExpError, exitCodes} from '../support/errors.js';
import {dryRun} from './dry-run.js';
import type {ExecutorName} from './executors/create.js';
import {loadSweep} from './load.js';
import type {LoadedSweep} from './loaded-sweep.js';
import {createSweepFolder, runSweep, type SweepEnding} from './run-sweep.js';
import {parseShard} from './shard.js';
import {writeSweepMarkdown} from './status-command.js';

/** What `exp sweep` was asked for. */
export interface SweepRequest {
  /** A sweep's file; absent with `resume`. */
  readonly spec: string | undefined;
  readonly overrides: readonly string[];
  /** A sweep that was begun before, as people name it. */
  readonly resume: string | undefined;
  readonly runsDir: string;
  /** The folder itself. */
  readonly out: string | undefined;
  /** With `out`: go on with what is in it, if there is something. */
  readonly resumeIfExists: boolean;
  readonly shard: string | undefined;
  readonly executor: ExecutorName | undefined;
  readonly parallel: string | undefined;
  /** Of an executor whose workers go on without us: stay until they have ended. */
  readonly wait: boolean;
  /** Shows what would be trained. */
  readonly dryRun: boolean;
  readonly allowFailures: number | undefined;
  readonly md: string | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Begins a sweep or goes on with one. @returns the exit code @throws ExpError TRIALS_FAILED */
export async function sweepCommand(request: SweepRequest): Promise<number> {
  const shard = request.shard === undefined ? undefined : parseShard(request.shard);
  const parallel = parseParallel(request.parallel);
  if (request.dryRun) return dryRun(await load(request), {...request, shard, parallel});
  const folder = await folderFor(request, parallel);
  const reporter = await createSweepReporter({json: request.json, quiet: request.quiet});
  const interrupts = listenForInterrupts({
    first: () => reporter.warn('stopping: each trial under way saves a checkpoint; Ctrl-C again stops at once'),
    second: () => reporter.close(),
  });
  try {
    const {signal} = interrupts;
    const ending = await runSweep(folder.path, {...request, reporter, signal, shard, parallel});
    if (ending.numLeft > 0 && !request.json) {
      const text = `${plural(ending.numLeft, 'job')} of Slurm ${ending.numLeft === 1 ? 'goes' : 'go'} on with it; exp sweep status ${folder.path} shows how far it is\n`;
      process.stdout.write(text);
    }
    if (request.md !== undefined) writeSweepMarkdown(ending.view, request.md);
    return exitCodeOf(ending, request.allowFailures ?? folder.plan.allowFailures);
  } finally {
    interrupts.stop();
  }
}

function load({spec, overrides, runsDir}: SweepRequest): Promise<LoadedSweep> {
  if (spec === undefined) {
    throw new ExpError('USAGE', 'which sweep?', 'name its file, exp sweep SPEC, or its folder, exp sweep --resume DIR');
  }
  return loadSweep({path: spec}, {overrides, runsDir, notify: (text) => process.stderr.write(`${text}\n`)});
}

async function folderFor(request: SweepRequest, parallel: number | 'auto' | undefined): Promise<SweepFolder> {
  const {spec, resume, out, resumeIfExists, runsDir, overrides} = request;
  if (resume !== undefined) {
    if (spec !== undefined || overrides.length > 0) {
      const message = `--resume goes on with the sweep as it was begun; ${spec ?? overrides[0]} has no place there`;
      throw new ExpError('USAGE', message, 'leave it out, or begin a new sweep');
    }
    return SweepFolder.open(path.resolve(findSweepFolder(resume, runsDir)));
  }
  if (out !== undefined && resumeIfExists && isSweepFolder(out)) return SweepFolder.open(path.resolve(out));
  return createSweepFolder(await load(request), {runsDir, out, parallel, executor: request.executor});
}

function parseParallel(text: string | undefined): number | 'auto' | undefined {
  if (text === undefined || text === 'auto') return text;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1024) return count;
  throw new ExpError('USAGE', `--parallel ${text} is no number of trials`, 'write a number from 1 to 1024, or auto');
}

/** @throws ExpError TRIALS_FAILED */
function exitCodeOf({view, numFailed, numFinished, numLeft}: SweepEnding, allowFailures: number): number {
  if (numLeft > 0) return 0;
  if (view.state !== 'finished') return exitCodes.INTERRUPTED;
  const hint = `exp sweep status ${view.folder} shows them; their folders are in ${path.join(view.folder, 'trials')}`;
  if (numFailed > allowFailures) {
    const allowed = allowFailures > 0 ? `; ${allowFailures} may` : '';
    throw new ExpError('TRIALS_FAILED', `${numFailed} of ${view.trials.length} trials failed${allowed}`, hint);
  }
  if (numFinished === 0 && view.trials.length > 0 && view.trials.every(({state}) => state !== 'pruned')) {
    throw new ExpError('TRIALS_FAILED', `none of ${view.trials.length} trials finished`, hint);
  }
  return 0;
}
