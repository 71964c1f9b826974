import {type GroupEnding, type GroupRun, memberLabel, spreadOf} from '../report/group.js';
import {type RunEnding, type RunReporter, silentReporter} from '../report/reporter.js';
import type {RunDirectory} from '../runs/run-directory.js';
import {makeGroupId} from '../runs/run-name.js';
import {type ErrorCode, ExpError} from '../support/errors.js';
import type {LoadedExperiment} from './load.js';
import {type Member, membersOf} from './members.js';
import {type RunOptions, runExperiment} from './run.js';

/** Failures that would meet every run of a group. */
const hopeless: readonly ErrorCode[] = [
  'USAGE',
  'DATA_MISSING',
  'RUN_UNWRITABLE',
  'ENGINE_UNAVAILABLE',
  'KERNEL_UNSUPPORTED',
];

/**
 * Makes all runs that a spec stands for, one after another. A run that diverges or fails does not keep the others from being made,
 * unless they could only fail in the same way; when `options.signal` is aborted the run under way is the last one.
 * @param options for each run; its reporter is told about one run after another, and each warning once
 * @returns how each run ended, and the mean and standard deviation of the metrics of those that finished
 */
export async function runGroup(
  loaded: LoadedExperiment,
  options: Omit<RunOptions, 'group'> = {},
): Promise<GroupEnding> {
  const id = makeGroupId();
  const runs: GroupRun[] = [];
  const reporter = warnOnce(options.reporter ?? silentReporter);
  const {seeds = []} = loaded.spec;
  let isOver = false;
  for (const [index, member] of membersOf(loaded).entries()) {
    const {numRuns: _numRuns, ...place} = member.group ?? {run: index + 1, numRuns: 1};
    isOver ||= options.signal?.aborted ?? false;
    const ending: MemberEnding = isOver
      ? {state: 'notStarted'}
      : await begin(member, id, seeds, {...options, reporter});
    runs.push({...place, ...ending});
    isOver ||= ending.state === 'interrupted' || isHopeless(ending);
  }
  return {id, runs, spread: spreadOf(runs)};
}

/** What becomes of a run, as the group tells it. */
export type MemberEnding = Pick<GroupRun, 'state' | 'path' | 'metrics' | 'error'>;

type MemberOptions = RunOptions & {readonly reporter: RunReporter};

/** Whether the other runs would fail in the same way. */
export const isHopeless = ({error}: MemberEnding): boolean => error !== undefined && hopeless.includes(error.code);

function begin(
  {loaded, group}: Member,
  id: string,
  seeds: readonly number[],
  options: MemberOptions,
): Promise<MemberEnding> {
  const name = group ? memberLabel(group) : loaded.spec.name;
  const own = group ? {group: {id, ...group}, ...(seeds.length > 1 ? {groupSeeds: seeds} : {})} : {};
  return runMember(name, options, async (common) =>
    endingOf(await runExperiment(loaded, {...options, ...common, ...own})),
  );
}

/**
 * Makes a run of a group; what other runs do not suffer from becomes its ending.
 * @param name for warnings
 */
export async function runMember(
  name: string,
  {reporter, onFolder, isSmoke}: MemberOptions,
  make: (options: Required<Pick<RunOptions, 'onFolder'>>) => Promise<MemberEnding>,
): Promise<MemberEnding> {
  let path: string | undefined;
  const begun = (directory: RunDirectory): void => {
    if (!isSmoke) path = directory.path;
    onFolder?.(directory);
  };
  try {
    const ending = await make({onFolder: begun});
    if (ending.error) reporter.warn(`${name}: ${ending.error.message}`);
    return ending;
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    if (error.code === 'INTERRUPTED') return {state: 'notStarted'};
    reporter.warn(`${name} failed: ${error.message}`);
    const {code, message, hint} = error;
    const place = path === undefined ? {} : {path};
    return {state: 'failed', ...place, error: {code, message, ...(hint === undefined ? {} : {hint})}};
  }
}

export function endingOf(ending: RunEnding): MemberEnding {
  const place = ending.path === undefined ? {} : {path: ending.path};
  switch (ending.state) {
    case 'finished':
      return {state: 'finished', ...place, metrics: ending.summary.metrics};
    case 'interrupted':
      return {state: 'interrupted', ...place};
    case 'diverged':
      return {state: 'diverged', ...place, error: {code: 'DIVERGED', message: divergence(ending)}};
  }
}

/** What is said of a run whose loss is no number any more. */
export const divergence = ({loss, epoch, step}: Extract<RunEnding, {state: 'diverged'}>): string =>
  `training diverged: the loss became ${loss} in epoch ${epoch} at step ${step}`;

/** Runs of one spec warn of the same. */
export function warnOnce(reporter: RunReporter): RunReporter {
  const told = new Set<string>();
  return {
    planned: (plan) => reporter.planned(plan),
    listen: (event) => reporter.listen(event),
    warn(message) {
      if (!told.has(message)) reporter.warn(message);
      told.add(message);
    },
    ended: (ending) => reporter.ended(ending),
    close: () => reporter.close(),
  };
}
