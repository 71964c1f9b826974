import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {type Baseline, baselineOf} from '../comparison/baseline.js';
import {baselineContent, parseBaseline} from '../comparison/baseline-file.js';
import {type ComparedRun, comparedRun} from '../comparison/compared-run.js';
import type {Group} from '../comparison/groups.js';
import {nearest} from '../spec/suggest.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {expVersion} from '../support/versions.js';
import {findRuns} from './run-references.js';

/** Where baselines lie that are called by a name: beside experiments/ and runs/, and unlike runs/ a folder for git. */
export const baselinesDir = 'baselines';

/** Path of a baseline: a name is a file of {@link baselinesDir}, anything with a slash or the ending .json a path. */
export function baselineFile(reference: string): string {
  const isPath = /[\\/]/.test(reference) || reference.endsWith('.json');
  return isPath ? reference : path.join(baselinesDir, `${reference}.json`);
}

/**
 * The baseline that people mean: a file or a name, else runs.
 * @param references several are runs @param groupBy settings in which the runs of a row may differ
 * @throws ExpError BASELINE_UNUSABLE for what is neither, or damaged
 */
export function openBaseline(
  references: readonly string[],
  {runsDir, groupBy}: {readonly runsDir: string; readonly groupBy?: readonly string[] | undefined},
): Baseline {
  const [first = ''] = references;
  if (references.length === 1) {
    const file = baselineFile(first);
    if (existsSync(file) && (file.endsWith('.json') || file !== first)) return readBaseline(first, file);
  }
  const runs = references.flatMap((reference) => baselineRuns(reference, runsDir));
  return baselineOf(references.join(', '), runs, groupBy);
}

function readBaseline(name: string, file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`;
    throw new ExpError('BASELINE_UNUSABLE', message, undefined, {cause: error});
  }
  return parseBaseline(text, name, file);
}

function baselineRuns(reference: string, runsDir: string): readonly ComparedRun[] {
  try {
    return findRuns([reference], runsDir).map(comparedRun);
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const near = nearest(reference, names());
    const file = baselineFile(reference);
    const isFile = existsSync(file);
    const told = isFile ? `${file} is not the only --baseline` : `there is no ${file}`;
    const hint = isFile
      ? '--baseline takes all that follows it: write RUNS in front of it'
      : near === undefined
        ? '--save-baseline NAME writes one'
        : `did you mean ${near}?`;
    throw new ExpError('BASELINE_UNUSABLE', `--baseline ${reference}: ${told}, and ${error.message}`, hint, {
      cause: error,
    });
  }
}

function names(): readonly string[] {
  try {
    return readdirSync(baselinesDir).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));
  } catch {
    return [];
  }
}

/**
 * Writes rows as a baseline, a few kilobytes for git.
 * @param commit of the runs
 * @returns its path
 * @throws ExpError BASELINE_UNUSABLE for rows without a finished run, USAGE for a name that is none, RUN_UNWRITABLE
 */
export function saveBaseline(
  reference: string,
  rows: readonly Group[],
  {groupedBy, commit}: {readonly groupedBy: readonly string[]; readonly commit?: string | undefined},
): string {
  const file = baselineFile(reference);
  if (!/[^\\/.]\.json$/.test(file) || /\p{Cc}/u.test(file)) {
    const message = `--save-baseline ${JSON.stringify(reference)}: a name such as main, or a file that ends with .json`;
    throw new ExpError('USAGE', message);
  }
  const content = baselineContent(rows, {exp: expVersion(), savedAt: new Date(), groupedBy, commit});
  try {
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    throw new ExpError('RUN_UNWRITABLE', `${file} cannot be written: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
  return file;
}
