import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {type FoundRun, readRuns} from './index/read-runs.js';
import {stampOf} from './index/stamp.js';
import {runFiles} from './layout.js';
import {type Run, readRun} from './run.js';
import {hasRunName} from './run-name.js';
import {sweepMeantBy} from './sweep/find-sweeps.js';
import {isSweepFolder} from './sweep/is-sweep-folder.js';

/** Where runs go unless a flag or EXP_RUNS_DIR says otherwise. */
export const defaultRunsDir = 'runs';

const maxListed = 10;

/** A folder counts as a run when it holds any of the files that a run starts or ends with. A sweep's is none. */
export function isRunFolder(folder: string): boolean {
  const holds = (file: string): boolean => existsSync(path.join(folder, file));
  return [runFiles.status, runFiles.summary, runFiles.metrics].some(holds) && !isSweepFolder(folder);
}

/** Names in the runs folder that may be runs'; those that begin with a dot are ours or somebody else's. */
function candidateNames(runsDir: string): readonly string[] {
  try {
    const entries = readdirSync(runsDir, {withFileTypes: true});
    return entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map(({name}) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ExpError('RUN_NOT_FOUND', `cannot read the runs folder ${runsDir}: ${String(error)}`, 'see --runs-dir', {
      cause: error,
    });
  }
}

/**
 * A folder that has to be listed: it is a run, or it has a run's name and lost the files that would tell, or it does not let us
 * look. A folder with such a name and nothing in it is a run of which the first file is being written.
 */
function lookAt(folder: string): FoundRun | undefined {
  try {
    const stamp = stampOf(folder);
    if (stamp) return {folder, stamp};
    const holdsAny = (): boolean => Object.values(runFiles).some((file) => existsSync(path.join(folder, file)));
    const isLost = hasRunName(folder) && holdsAny() && !isSweepFolder(folder);
    return isLost ? {folder} : undefined;
  } catch {
    return hasRunName(folder) ? {folder} : undefined;
  }
}

const isListed = (folder: string): boolean => lookAt(folder) !== undefined;

/**
 * All runs of a folder, the oldest first; other files and folders are passed over. A folder that is not there has none. Of a folder with
 * very many runs an index is kept in it, so that only what changed is read.
 */
export function listRuns(runsDir: string): readonly Run[] {
  const found = candidateNames(runsDir).flatMap((name) => lookAt(path.join(runsDir, name)) ?? []);
  const keyed = readRuns(found, {isWhole: true}).map((run) => ({run, start: run.startedAt?.getTime() ?? 0}));
  return keyed.sort((a, b) => a.start - b.start || (a.run.id < b.run.id ? -1 : 1)).map(({run}) => run);
}

/**
 * The run that a person means: a path, a folder name inside `runsDir`, the beginning of exactly one, or `latest`.
 * @throws ExpError RUN_NOT_FOUND, with the candidates when the beginning fits several.
 */
export const findRun = (reference: string, runsDir: string): Run => readRun(findRunFolder(reference, runsDir));

/** Opens several run folders at once; one that is named twice comes once. */
export function openRuns(folders: readonly string[]): readonly Run[] {
  const distinct = new Map(folders.map((folder) => [path.resolve(folder), folder]));
  const found = [...distinct.values()].map((folder) => lookAt(folder) ?? {folder});
  return readRuns(found, {isWhole: false});
}

/** The folder of {@link findRun}, not yet read. @throws ExpError RUN_NOT_FOUND */
export function findRunFolder(reference: string, runsDir: string): string {
  if (reference === 'latest') {
    const latest = listRuns(runsDir).at(-1);
    if (latest) return latest.path;
    throw new ExpError(
      'RUN_NOT_FOUND',
      `there are no runs in ${runsDir}`,
      'start one with exp run SPEC, or see --runs-dir',
    );
  }
  const places = [reference, path.join(runsDir, reference)];
  const named = reference === '' ? undefined : (places.find(isRunFolder) ?? places.find(isLostRun));
  if (named) return path.resolve(named) === path.resolve(reference) ? reference : named;
  const sweep = sweepMeantBy(reference, runsDir);
  if (sweep !== undefined) {
    const hint = `exp sweep status ${sweep} shows it; its trials are runs: ${path.join(sweep, 'trials', '0001')}`;
    throw new ExpError('RUN_NOT_FOUND', `${sweep} is a sweep, not a run`, hint);
  }
  if (path.basename(reference) !== reference) {
    const isFolder = existsSync(reference) && statSync(reference).isDirectory();
    throw new ExpError('RUN_NOT_FOUND', `${reference} ${isFolder ? 'is not a run folder' : 'is not there'}`, listHint);
  }
  const candidates = candidateNames(runsDir)
    .filter((name) => name.startsWith(reference))
    .filter((name) => isListed(path.join(runsDir, name)));
  if (candidates.length === 1) return path.join(runsDir, candidates[0]!);
  if (candidates.length === 0) {
    throw new ExpError('RUN_NOT_FOUND', `no run in ${runsDir} begins with ${JSON.stringify(reference)}`, listHint);
  }
  const shown = candidates.slice(0, maxListed).map((name) => `\n  ${name}`);
  const rest = candidates.length > maxListed ? `\n  … and ${candidates.length - maxListed} more` : '';
  throw new ExpError(
    'RUN_NOT_FOUND',
    `${candidates.length} runs in ${runsDir} begin with ${JSON.stringify(reference)}:${shown.join('')}${rest}`,
    'give more letters of one of them, or latest',
  );
}

/** Listed only for its name: what is left of a run, or what must not be looked into. */
const isLostRun = (folder: string): boolean => hasRunName(folder) && isListed(folder);

const listHint = 'exp ls shows the runs there are; RUN is a path, a folder name, the beginning of one, or latest';
