import {type GroupEnding, type GroupRun, spreadOf} from '../report/group.js';
import {type RunReporter, silentReporter} from '../report/reporter.js';
import {claim} from '../runs/claim.js';
import {defaultRunsDir, listRuns} from '../runs/find-runs.js';
import type {RunGroup} from '../runs/records.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {hasBegun, loadRecorded} from './recorded.js';
import {type ResumeOptions, resumeRun} from './resume.js';
import {runExperiment} from './run.js';
import {endingOf, isHopeless, type MemberEnding, runMember, warnOnce} from './run-group.js';

/** Runs of a group that are there, and all that it is to have. */
interface KnownGroup {
  readonly known: ReadonlyMap<number, Run>;
  readonly members: readonly Omit<RunGroup, 'id'>[];
}

/**
 * Goes on with all runs of a group that were interrupted, and makes those that were never begun.
 * @param id of the group
 * @returns how each run ended, those included that were finished before
 * @throws ExpError RUN_NOT_FOUND; RUN_ALIVE while another process works on the group
 */
export async function resumeGroup(
  id: string,
  options: ResumeOptions & {readonly onMembers?: (members: readonly Omit<RunGroup, 'id'>[]) => void} = {},
): Promise<GroupEnding> {
  const {runsDir = defaultRunsDir} = options;
  const first = openGroup(id, runsDir).known.values().next().value!;
  const {release} = claim(first.path, {name: 'group', numBefore: 0});
  try {
    const {known, members} = openGroup(id, runsDir);
    options.onMembers?.(members);
    const reporter = warnOnce(options.reporter ?? silentReporter);
    const runs: GroupRun[] = [];
    let isOver = false;
    for (const member of members) {
      isOver ||= options.signal?.aborted ?? false;
      const {numRuns: _numRuns, ...place} = member;
      const run = known.get(member.run);
      let ending: MemberEnding = {state: 'notStarted'};
      if (run) ending = await goOn(run, isOver, {...options, reporter});
      else if (!isOver) ending = await begin(first, {id, ...member}, {...options, reporter});
      runs.push({...place, ...ending});
      isOver ||= ending.state === 'interrupted' || isHopeless(ending);
    }
    return {id, runs, spread: spreadOf(runs)};
  } finally {
    release();
  }
}

type MemberOptions = ResumeOptions & {readonly reporter: RunReporter};

/** A run that is finished or diverged is as it was. */
async function goOn(run: Run, isOver: boolean, options: MemberOptions): Promise<MemberEnding> {
  const {path, state, summary} = run;
  if (summary && state === 'finished') return {state: 'finished', path, metrics: summary.metrics};
  if (state === 'diverged') {
    const message = `${run.id} diverged: ${run.status?.message ?? 'the loss is no number'}`;
    return {state: 'diverged', path, error: {code: 'DIVERGED', message}};
  }
  if (isOver) return {state: 'interrupted', path};
  return runMember(run.id, options, async (common) => endingOf(await resumeRun(path, {...options, ...common})));
}

/** A run that was never begun differs from any other of the group in seed and fold only. */
async function begin(first: Run, group: RunGroup, options: MemberOptions): Promise<MemberEnding> {
  const {seed, fold} = group;
  const pairs = [
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...(fold === undefined ? [] : [`data.validation.fold=${fold}`]),
  ];
  const label = `run ${group.run} of ${group.numRuns}`;
  return runMember(label, options, async (common) => {
    const loaded = await loadRecorded(first, pairs, options);
    const groupSeeds = first.status?.groupSeeds;
    return endingOf(await runExperiment(loaded, {...options, ...common, group, ...(groupSeeds ? {groupSeeds} : {})}));
  });
}

function openGroup(id: string, runsDir: string): KnownGroup {
  const runs = listRuns(runsDir).filter((run) => run.group?.id === id && run.state !== 'corrupt');
  const begun = runs.filter(hasBegun);
  const sorted = begun.sort((a, b) => a.group!.run - b.group!.run);
  const first = sorted[0];
  if (!first) throw new ExpError('RUN_NOT_FOUND', `no run in ${runsDir} is of a group ${id}`, 'exp ls shows groups');
  const {numRuns, numFolds} = first.group!;
  const {groupSeeds} = first.status ?? {};
  const members = Array.from({length: numRuns}, (_, index) => {
    const seed = groupSeeds?.[Math.floor(index / (numFolds ?? 1))];
    const fold = numFolds === undefined ? {} : {fold: (index % numFolds) + 1, numFolds};
    return {run: index + 1, numRuns, ...fold, ...(seed === undefined ? {} : {seed})};
  });
  return {known: new Map(sorted.map((run) => [run.group!.run, run])), members};
}
