import type {DownloadListener} from '../data/files/download.js';
import {blockExpander} from '../model/blocks/expand.js';
import {defaultRunsDir} from '../runs/find-runs.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import {checkTree, type LoadedSpec, type LoadOptions, readTree, type SpecSource, type SpecTree} from '../spec/load.js';
import type {Origins} from '../spec/origin.js';
import {applyOverrides} from '../spec/overrides.js';
import {withSecretsNamed} from '../spec/write-yaml.js';
import {ExpError} from '../support/errors.js';
import {checkSeeds} from './check-seeds.js';
import {type CheckContext, checkExperiment, type ModelPreview} from './checks.js';
import conforms from './generated/validate-experiment.cjs';
import {type ExperimentSpec, experimentSchema} from './schema.js';
import {isSweepRoot} from './spec-kind.js';

/** An experiment ready to run, and how it came to be what it is. */
export interface LoadedExperiment {
  readonly spec: ExperimentSpec;
  /** The spec as the user wrote it, byte for byte but a byte order mark. */
  readonly sourceText: string;
  /** The spec with every default, reference and override filled in, secrets named only: plain data for resolved.yaml. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** Where every leaf of `resolved` came from, by dotted path. */
  readonly origins: Origins;
  /** Absolute. */
  readonly path: string;
  /** Folder of the spec; its relative paths start here. */
  readonly baseDir: string;
  /** Where `model.init` looks for runs. */
  readonly runsDir: string;
  /** What deserves a second look but stops nothing, a line each. */
  readonly warnings: readonly string[];
  /** The data and the layers as the checks saw them. */
  readonly preview: ModelPreview;
}

/** @see LoadOptions */
export interface LoadExperimentOptions extends LoadOptions {
  /** Is told how data files that are named by URL are downloaded, which the checks need; nobody by default. */
  readonly onDownload?: DownloadListener | undefined;
  /** Is told what takes long, such as decoding data into the cache; nobody by default. */
  readonly notify?: ((message: string) => void) | undefined;
  /** Where `model.init` looks for runs: EXP_RUNS_DIR or `runs` by default. */
  readonly runsDir?: string | undefined;
  /** What tells of the data: `describeData` by default. */
  readonly describe?: CheckContext['describe'];
}

/**
 * YAML → an experiment that can be run: schema first, then everything that can be known before any compute.
 * @throws SpecError (SPEC_INVALID) with every mistake, each with its place
 */
export async function loadExperiment(
  source: SpecSource,
  options: LoadExperimentOptions = {},
): Promise<LoadedExperiment> {
  return checkLoaded(await readExperiment(source, options), options);
}

/**
 * YAML → what the schema admits, nothing else checked.
 * @throws SpecError with every mistake; ExpError SPEC_INVALID for a sweep
 */
export async function readExperiment(source: SpecSource, {overrides = [], env}: LoadOptions = {}): Promise<LoadedSpec> {
  const problems: Problem[] = [];
  const tree = await readTree(source, problems);
  refuseSweep(tree);
  const root = applyOverrides(tree.root, overrides, problems);
  return checkTree(experimentSchema, {...tree, root}, {env, expander: blockExpander, problems});
}

function refuseSweep({root, source}: SpecTree): void {
  if (!isSweepRoot(root)) return;
  throw new ExpError(
    'SPEC_INVALID',
    `${source.name} is a sweep, not an experiment`,
    `start it with exp sweep ${source.name}`,
  );
}

/** What the schema admitted → an experiment that can be run. @throws SpecError (SPEC_INVALID) with every mistake, each with its place */
export async function checkLoaded(loaded: LoadedSpec, options: LoadExperimentOptions = {}): Promise<LoadedExperiment> {
  assertConforms(loaded.value);
  const spec = deepFreeze(loaded.value) as ExperimentSpec;
  const runsDir = options.runsDir ?? ((options.env ?? process.env).EXP_RUNS_DIR || defaultRunsDir);
  const {problems, warnings, preview, initRun} = await checkExperiment(spec, loaded, {
    onDownload: options.onDownload,
    notify: options.notify,
    runsDir,
    describe: options.describe,
  });
  const all = [...checkSeeds(spec, loaded), ...problems];
  if (all.length > 0 || !preview) throw new SpecError(all);
  const {sourceText, origins, path, baseDir} = loaded;
  const pinned = initRun === undefined ? spec : deepFreeze(withInitRun(spec, initRun));
  return {
    spec: pinned,
    sourceText,
    resolved: deepFreeze(withSecretsNamed(pinned, origins)),
    origins,
    path,
    baseDir,
    runsDir,
    warnings,
    preview,
  };
}

/** `{run: NAME}` may mean another run tomorrow; the spec of a run names the folder. */
const withInitRun = (spec: ExperimentSpec, run: string): ExperimentSpec => {
  const {model} = spec;
  return model.init ? {...spec, model: {...model, init: {...model.init, from: {run}}}} : spec;
};

/** ajv has the last word. It can only disagree with the walk that explains mistakes if that walk has a bug. */
function assertConforms(value: unknown): void {
  if (conforms(value)) return;
  const [error] = conforms.errors ?? [];
  throw new Error(
    `a spec passed its checks but not its schema: ${error?.instancePath || '/'} fails ${error?.schemaPath}`,
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
