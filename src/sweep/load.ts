import type {LoadExperimentOptions, LoadedExperiment} from '../experiment/load.js';
import {defaultRunsDir} from '../runs/find-runs.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import {readTree, type SpecSource, type SpecTree} from '../spec/load.js';
import {checkPoints} from './check-points.js';
import {checkWords} from './check-sweep.js';
import {type ComposedSweep, composeSweep} from './compose.js';
import {frozenTree, originsOf, resolvedSweep} from './freeze.js';
import type {FrozenFacts, FrozenSweep, LoadedSweep, TrialRequest} from './loaded-sweep.js';
import {applySweepOverrides} from './sweep-overrides.js';
import {TrialMaker} from './trials.js';

export {freezeSweep} from './freeze.js';

/** @see LoadExperimentOptions; `overrides` are laid over the sweep: `maxTrials=3`, `overrides.training.epochs=1` */
export type LoadSweepOptions = LoadExperimentOptions;

/**
 * YAML → a sweep that can be run: schema, space, and every point or corner of it tried on the experiment, before any compute.
 * @throws SpecError (SPEC_INVALID) with every mistake, each with its place
 */
export async function loadSweep(source: SpecSource, options: LoadSweepOptions = {}): Promise<LoadedSweep> {
  const problems: Problem[] = [];
  const tree = await readTree(source, problems);
  const root = applySweepOverrides(tree.root, options.overrides ?? [], problems);
  return checkedSweep({...tree, root}, options, problems, tree.source.text);
}

/** A sweep out of its folder, whatever has become of its files and the environment since, secrets excepted. @throws SpecError */
export async function loadFrozenSweep(frozen: FrozenSweep, options: LoadSweepOptions = {}): Promise<LoadedSweep> {
  const problems: Problem[] = [];
  const tree = frozenTree(frozen, problems);
  return checkedSweep(tree, options, problems, frozen.sourceText, frozen.facts);
}

/** The experiment that a sweep makes for one trial. */
const makers = new WeakMap<LoadedSweep, TrialMaker>();

/**
 * The experiment of one trial: values and seed laid over the sweep's experiment, checked like any other. About a millisecond.
 * @throws SpecError for a point that makes no sense and is none of those that were tried when the sweep was loaded
 */
export async function trialExperiment(sweep: LoadedSweep, request: TrialRequest): Promise<LoadedExperiment> {
  const maker = makers.get(sweep);
  if (!maker) throw new Error('this sweep was not made by loadSweep');
  const loaded = await maker.check(maker.admit(request));
  return {...loaded, sourceText: sweep.sourceText};
}

async function checkedSweep(
  tree: SpecTree,
  options: LoadSweepOptions,
  problems: Problem[],
  sourceText: string,
  frozen?: FrozenFacts,
): Promise<LoadedSweep> {
  const environment = options.env ?? process.env;
  const composed = await composeSweep(tree, environment, problems);
  const runsDir = options.runsDir ?? (environment.EXP_RUNS_DIR || defaultRunsDir);
  const {overrides: _overrides, ...rest} = options;
  const {seeds, areGiven} = seedsOf(composed);
  const maker = new TrialMaker(composed.template, tree, areGiven ? seeds[0] : undefined, {
    ...rest,
    env: environment,
    runsDir,
  });
  // What was frozen was tried before; one point shows whether the data are there.
  const points = await checkPoints(composed.space, maker, tree.source, frozen ? 1 : undefined);
  if (points.problems.length === 0 && points.experiments.length === 0) throw new SpecError([noPoint(composed)]);
  const words = checkWords(composed, points.experiments, seeds.length);
  const {metric, sampler} = words;
  const all = [...points.problems, ...words.problems];
  const [first] = points.experiments;
  if (all.length > 0 || !metric || !sampler || !first) throw new SpecError(all);

  const {spec, space, loaded} = composed;
  const sweep: LoadedSweep = {
    spec,
    sourceText,
    resolved: resolvedSweep(composed, {metric, ...(areGiven ? {seeds} : {})}),
    origins: originsOf(composed),
    path: loaded.path,
    baseDir: loaded.baseDir,
    runsDir,
    space,
    sampler,
    pruner: words.pruner,
    metric,
    seeds,
    numPoints: words.numPoints,
    numTrials: words.numTrials,
    experiment: {
      name: first.spec.name,
      device: first.spec.device,
      file: frozen ? frozen.experimentFile : composed.experiment.file,
      numEpochs: frozen ? frozen.numEpochs : words.numEpochs,
    },
    warnings: [...composed.warnings, ...words.warnings, ...points.warnings],
  };
  makers.set(sweep, maker);
  return sweep;
}

/** `seeds` of the sweep, else those of the experiment; whether one of them says several, or which. */
function seedsOf({spec, settings}: ComposedSweep): {readonly seeds: readonly number[]; readonly areGiven: boolean} {
  const own = settings.fixedAt('seed');
  const first = typeof own === 'number' && Number.isSafeInteger(own) && own >= 0 ? own : 0;
  if (typeof spec.seeds === 'number') {
    return {seeds: Array.from({length: spec.seeds}, (_, i) => first + i), areGiven: true};
  }
  if (spec.seeds) return {seeds: spec.seeds, areGiven: true};
  const several = settings.fixedAt('seeds');
  const listed: unknown = typeof several === 'string' ? JSON.parse(several) : undefined;
  if (Array.isArray(listed) && listed.length > 0) return {seeds: listed, areGiven: true};
  return {seeds: [first], areGiven: false};
}

/** No corner of the space is feasible, and nothing else is wrong. */
function noPoint({loaded, spec}: ComposedSweep): Problem {
  const path = spec.constraints.length > 0 ? ['constraints'] : ['parameters'];
  return loaded.problemAt(
    path,
    'no point that was tried fulfils the constraints',
    'loosen `constraints`, or widen the ranges',
  );
}
