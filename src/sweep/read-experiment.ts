import {resolve} from 'node:path';
import {isSweepRoot} from '../experiment/spec-kind.js';
import type {Problem} from '../spec/diagnostic.js';
import type {Environment} from '../spec/environment.js';
import {applyExtends, isYamlFile} from '../spec/extend.js';
import {fillEnvironment} from '../spec/fill-environment.js';
import type {Located, LocatedMap} from '../spec/located.js';
import {withValueAt} from '../spec/overrides.js';
import {formatPath, parsePath} from '../spec/path.js';
import {displayPath, readSource, UnreadableError} from '../spec/read-file.js';
import {readYaml} from '../spec/read-yaml.js';

/** The experiment of a sweep, before any value of a trial. */
export interface SweepExperiment {
  /** With the sweep's overrides and what it reads from the environment; its other references are not resolved yet. */
  readonly root: LocatedMap;
  /** As messages show it; undefined where the experiment is written in the sweep's file. */
  readonly file: string | undefined;
}

/**
 * Reads what `experiment` of a sweep names, or is.
 * @param node as written
 * @param typed the path in it, relative to `baseDir`
 * @returns undefined after a mistake
 */
export async function readExperiment(
  node: Located,
  typed: string | undefined,
  baseDir: string,
  problems: Problem[],
): Promise<SweepExperiment | undefined> {
  const refuse = (message: string, hint?: string): undefined => {
    problems.push({place: node.place, path: ['experiment'], message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  };
  if (node.kind === 'map') {
    const root = await applyExtends(node, node.place.source, problems);
    return root?.kind === 'map' ? {root, file: undefined} : undefined;
  }
  if (typed === undefined) return undefined;
  const path = resolve(baseDir, typed);
  if (!(await isYamlFile(path))) {
    return refuse(
      `experiment names ${JSON.stringify(typed)}, which is no spec by its name`,
      'specs end in .yaml or .yml',
    );
  }
  try {
    const source = await readSource(path, 'spec', typed);
    const written = readYaml(source, problems);
    const root = written && (await applyExtends(written, source, problems));
    if (!root) return undefined;
    if (root.kind !== 'map') return refuse(`${displayPath(path)} is no experiment: it holds no keys`);
    if (isSweepRoot(root)) {
      return refuse(`${displayPath(path)} is a sweep itself`, 'name the experiment that is to be varied');
    }
    return {root, file: displayPath(path)};
  } catch (error) {
    if (error instanceof UnreadableError) return refuse(`${displayPath(path)} ${error.message}`, error.hint);
    throw error;
  }
}

/**
 * Lays `overrides` over an experiment and reads what it asks of the environment.
 * @param overrides a map of dotted paths, if any
 */
export function withOverrides(
  root: LocatedMap,
  overrides: Located | undefined,
  environment: Environment,
  problems: Problem[],
): LocatedMap {
  let result: Located = root;
  for (const [key, {keyPlace, value}] of overrides?.kind === 'map' ? overrides.entries : []) {
    const path = parsePath(key);
    if (path) result = withValueAt(result, path, value, keyPlace, problems);
    else
      problems.push({
        place: keyPlace,
        path: ['overrides', key],
        message: `\`${key}\` is no path`,
        hint: 'overrides are named by dotted paths: training.epochs',
      });
  }
  const filled = fillEnvironment(result, environment, problems);
  return filled as LocatedMap;
}

/** What a sweep itself decides, and its overrides cannot. */
export function refuseBoth(overrides: Located | undefined, parameters: Located | undefined, problems: Problem[]): void {
  if (overrides?.kind !== 'map' || parameters?.kind !== 'map') return;
  const varied = new Set([...parameters.entries.keys()].map(normal));
  for (const [key, {keyPlace}] of overrides.entries) {
    if (!varied.has(normal(key))) continue;
    const name = formatPath(parsePath(key) ?? [key]);
    problems.push({
      place: keyPlace,
      path: ['overrides', key],
      message: `${name} is in \`overrides\` and in \`parameters\``,
      hint: 'drop one of the two',
    });
  }
}

const normal = (key: string): string => (parsePath(key) ?? [key]).join('.');
