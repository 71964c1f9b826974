import {createReporter} from '../report/create-reporter.js';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import type {GroupReporter, RunReporter} from '../report/reporter.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {exitCodeOf, exitCodeOfGroup} from './exit-codes.js';
import {findEarlier} from './find-earlier.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {membersOf} from './members.js';
import {prepareExperiment} from './prepare.js';
import {resumeAll, resumeOne} from './resume-command.js';
import {type RunOptions, runExperiment} from './run.js';
import {runGroup} from './run-group.js';
import {trainInterruptibly} from './training-command.js';

/** The command line of `exp run`, parsed. */
export interface RunRequest {
  readonly spec: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  /** Flags that stand for keys of the spec; they win over the pairs. */
  readonly shorthands: {
    readonly name?: string | undefined;
    readonly seed?: number | undefined;
    /** `1,2,3` */
    readonly seeds?: string | undefined;
    readonly device?: string | undefined;
    readonly engine?: string | undefined;
    /** Added to the spec's. */
    readonly tags: readonly string[];
  };
  readonly runsDir: string;
  /** Go on with an earlier run of the same spec. */
  readonly resumeIfExists: boolean;
  readonly dryRun: boolean;
  readonly smoke: boolean;
  readonly dumpGraph: boolean;
  /** Event files for TensorBoard in the run folders. */
  readonly tensorboard: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * `exp run`: loads, trains, reports on the standard streams; every run that the spec stands for.
 * @returns the exit code: 0, or 130 when interrupted
 * @throws ExpError, DIVERGED among them
 */
export async function runCommand(request: RunRequest): Promise<number> {
  const loaded = await loadRequest(request);
  const {logEverySteps} = loaded.spec.training;
  const members = membersOf(loaded);
  const isGroup = members.length > 1;
  const reporter = await createReporter({...request, isGroup, logEverySteps});
  if (isGroup) reporter.groupStarted(members.flatMap(({group}) => group ?? []));
  if (request.dryRun) {
    await planOnly(members[0]!.loaded, reporter);
    return 0;
  }
  const earlier = request.resumeIfExists ? findEarlier(loaded, request.runsDir) : undefined;
  if (earlier) return goOnWith(earlier, request, reporter);
  const rest = isGroup ? ', the rest of the group left out,' : '';
  return trainInterruptibly({reporter, runsDir: request.runsDir, rest}, async (common) => {
    const options: RunOptions = {...common, reporter, isSmoke: request.smoke, dumpGraph: request.dumpGraph};
    const {learningRate} = loaded.spec.training.optimizer;
    if (!isGroup) return exitCodeOf(await runExperiment(loaded, options), learningRate);
    const ending = await runGroup(loaded, options);
    reporter.groupEnded(ending);
    return exitCodeOfGroup(ending, common.signal.aborted, learningRate);
  });
}

/** A run that is finished is told of, one that diverged stays so. @returns the exit code */
async function goOnWith(run: Run, {runsDir}: RunRequest, reporter: GroupReporter): Promise<number> {
  if (run.group) return resumeAll(run.group.id, {overrides: [], runsDir, reporter});
  const {path, summary} = run;
  if (summary && run.state === 'finished') {
    reporter.ended({state: 'finished', path, summary});
    reporter.close();
    return 0;
  }
  if (run.state === 'diverged') {
    const message = `${run.id} diverged (${run.status?.message}), and would again`;
    throw new ExpError('DIVERGED', message, 'change the spec, or leave out --resume-if-exists');
  }
  return resumeOne(run, {overrides: [], runsDir, reporter});
}

/** Everything but the training, and no folder. */
async function planOnly(loaded: LoadedExperiment, reporter: RunReporter): Promise<void> {
  const warn = (message: string): void => reporter.warn(message);
  loaded.warnings.forEach(warn);
  const prepared = await prepareExperiment(loaded, warn, noticeLines(process.stderr));
  reporter.planned(prepared.plan);
  reporter.close();
  await prepared.dispose();
}

/** The spec with pairs and flags laid over it, so that origins.json tells of both. */
async function loadRequest({spec: path, overrides, shorthands, runsDir}: RunRequest): Promise<LoadedExperiment> {
  const {tags, seeds, ...keys} = shorthands;
  const pairs = [...overrides];
  // One of them takes the place of the other, whichever the spec has.
  if (keys.seed !== undefined) pairs.push('seeds=null');
  if (seeds !== undefined) pairs.push('seed=null', `seeds=[${seeds}]`);
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) pairs.push(`${key}=${JSON.stringify(value)}`);
  }
  const tellers = {onDownload: downloadLines(process.stderr), notify: noticeLines(process.stderr)};
  const loaded = await loadExperiment({path}, {overrides: pairs, ...tellers, runsDir});
  if (tags.length === 0) return loaded;
  const all = [...new Set([...loaded.spec.tags, ...tags])];
  return loadExperiment({path}, {overrides: [...pairs, `tags=${JSON.stringify(all)}`], runsDir});
}
