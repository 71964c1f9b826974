import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {runFiles} from '../runs/layout.js';
import type {Run} from '../runs/run.js';
import {asSpecText} from '../spec/write-yaml.js';
import {ExpError} from '../support/errors.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {onlyMember} from './members.js';
import type {RunOptions} from './run-options.js';

/**
 * The experiment of a run as it was trained, with `key=value` pairs laid over it.
 * @throws ExpError DATA_MISSING for a run that ended before it had begun; SPEC_INVALID for pairs that do not fit
 */
export async function loadRecorded(
  run: Run,
  overrides: readonly string[],
  {runsDir, notify}: Pick<RunOptions, 'runsDir' | 'notify'>,
): Promise<LoadedExperiment> {
  if (!hasBegun(run))
    throw new ExpError('DATA_MISSING', `${run.path} ended before it had begun`, 'start it with exp run');
  const text = await readFile(path.join(run.path, runFiles.resolved), 'utf8');
  const written = run.environment()?.spec;
  const baseDir = written !== undefined && existsSync(path.dirname(written)) ? path.dirname(written) : process.cwd();
  // References are resolved already, but for secrets.
  const source = {text: asSpecText(text), path: path.join(baseDir, `${run.id}.resolved.yaml`)};
  const folder = runsDir === undefined ? {} : {runsDir};
  const loaded = onlyMember(await loadExperiment(source, {overrides, notify, ...folder}));
  const changed = Object.entries(loaded.origins).filter(([, {kind}]) => kind === 'override');
  const sourceText = await readFile(path.join(run.path, runFiles.spec), 'utf8').catch(() => loaded.sourceText);
  return {...loaded, sourceText, origins: {...run.origins(), ...Object.fromEntries(changed)}};
}

/** Whether everything that is written before the first step is there; environment.json is the last of it. */
export const hasBegun = (run: Run): boolean =>
  run.find('resolved') !== undefined && [run.find('environment'), run.find('checkpoints')].some(Boolean);
