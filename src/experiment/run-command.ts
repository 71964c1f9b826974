import {createReporter} from '../report/create-reporter.js';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import {type GroupEnding, type GroupRun, memberLabel} from '../report/group.js';
import type {RunReporter} from '../report/reporter.js';
import {ExpError, exitCodes} from '../support/errors.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {membersOf} from './members.js';
import {prepareExperiment} from './prepare.js';
import {type RunOptions, runExperiment} from './run.js';
import {runGroup} from './run-group.js';
import {divergenceHint, exitCodeOf, trainInterruptibly} from './training-command.js';

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
  readonly dryRun: boolean;
  readonly smoke: boolean;
  readonly dumpGraph: boolean;
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
  const rest = isGroup ? ', the rest of the group left out,' : '';
  return trainInterruptibly({reporter, runsDir: request.runsDir, rest}, async (common) => {
    const options: RunOptions = {...common, reporter, isSmoke: request.smoke, dumpGraph: request.dumpGraph};
    const {learningRate} = loaded.spec.training.optimizer;
    if (!isGroup) return exitCodeOf(await runExperiment(loaded, options), learningRate);
    const ending = await runGroup(loaded, options);
    reporter.groupEnded(ending);
    return exitCodeOfGroup(ending, loaded, common.signal.aborted);
  });
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

/** The worst of the runs decides: a failure, then divergence. @throws ExpError */
function exitCodeOfGroup({runs}: GroupEnding, {spec}: LoadedExperiment, isInterrupted: boolean): number {
  const inState = (state: GroupRun['state']): readonly GroupRun[] => runs.filter((run) => run.state === state);
  if (inState('finished').length === runs.length) return 0;
  if (isInterrupted) return exitCodes.INTERRUPTED;
  const [failed, diverged] = [inState('failed'), inState('diverged')];
  const {error} = failed[0] ?? diverged[0]!;
  const told = (some: readonly GroupRun[], verb: string): string =>
    some.length === 0 ? '' : `${some.length} ${verb} (${some.map(memberLabel).join('; ')})`;
  const counts = [told(failed, 'failed'), told(diverged, 'diverged')].filter(Boolean).join(', ');
  throw new ExpError(
    error!.code,
    `of ${runs.length} runs ${counts}: ${error!.message}`,
    failed.length > 0 ? error!.hint : divergenceHint(spec.training.optimizer.learningRate),
  );
}
