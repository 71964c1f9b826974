import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {runFiles} from './layout.js';
import {type Run, readRun} from './run.js';

/** Where runs go unless a flag or EXP_RUNS_DIR says otherwise. */
export const defaultRunsDir = 'runs';

const maxListed = 10;

/** A folder counts as a run when it holds any of the files that a run starts or ends with. */
export function isRunFolder(folder: string): boolean {
  return [runFiles.status, runFiles.summary, runFiles.metrics].some((file) => existsSync(path.join(folder, file)));
}

function runFolderNames(runsDir: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(runsDir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ExpError('RUN_NOT_FOUND', `cannot read the runs folder ${runsDir}: ${String(error)}`, 'see --runs-dir', {
      cause: error,
    });
  }
  return names.filter((name) => isRunFolder(path.join(runsDir, name)));
}

/** All runs of a folder, the oldest first; other files and folders are passed over. A folder that is not there has none. */
export function listRuns(runsDir: string): readonly Run[] {
  const startOf = (run: Run): number => run.startedAt?.getTime() ?? 0;
  return runFolderNames(runsDir)
    .map((name) => readRun(path.join(runsDir, name)))
    .sort((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
}

/**
 * The run that a person means: a path, a folder name inside `runsDir`, the beginning of exactly one, or `latest`.
 * @throws ExpError RUN_NOT_FOUND, with the candidates when the beginning fits several.
 */
export function findRun(reference: string, runsDir: string): Run {
  if (reference === 'latest') {
    const latest = listRuns(runsDir).at(-1);
    if (latest) return latest;
    throw new ExpError(
      'RUN_NOT_FOUND',
      `there are no runs in ${runsDir}`,
      'start one with exp run SPEC, or see --runs-dir',
    );
  }
  const named = reference === '' ? undefined : [reference, path.join(runsDir, reference)].find(isRunFolder);
  if (named) return readRun(path.resolve(named) === path.resolve(reference) ? reference : named);
  if (path.basename(reference) !== reference) {
    const isFolder = existsSync(reference) && statSync(reference).isDirectory();
    throw new ExpError('RUN_NOT_FOUND', `${reference} ${isFolder ? 'is not a run folder' : 'is not there'}`, listHint);
  }
  const candidates = runFolderNames(runsDir).filter((name) => name.startsWith(reference));
  if (candidates.length === 1) return readRun(path.join(runsDir, candidates[0]!));
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

const listHint = 'exp ls shows the runs there are; RUN is a path, a folder name, the beginning of one, or latest';
