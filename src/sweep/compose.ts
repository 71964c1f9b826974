import {experimentSchema} from '../experiment/schema.js';
import {isSweepRoot} from '../experiment/spec-kind.js';
import {blockExpander} from '../model/blocks/expand.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import type {Environment} from '../spec/environment.js';
import {checkTree, type LoadedSpec, type SpecTree} from '../spec/load.js';
import {type Located, type LocatedMap, nodeAt, plainOf, withEntry} from '../spec/located.js';
import {resolveReferences} from '../spec/references.js';
import {validate} from '../spec/validate.js';
import {ExpError} from '../support/errors.js';
import {readExperiment, refuseBoth, type SweepExperiment, withOverrides} from './read-experiment.js';
import {type SweepSpec, sweepSchema} from './section.js';
import {type Condition, readCondition} from './space/condition.js';
import {NumberKinds} from './space/number-kinds.js';
import {readParameters} from './space/read-parameters.js';
import {Settings} from './space/settings.js';
import {SweepSpace} from './space/sweep-space.js';
import {TrialTemplate} from './trial-template.js';

/** A sweep's file taken apart, its space not yet tried. */
export interface ComposedSweep {
  readonly tree: SpecTree;
  readonly loaded: LoadedSpec;
  readonly spec: SweepSpec;
  readonly parameters: LocatedMap;
  readonly experiment: SweepExperiment;
  readonly space: SweepSpace;
  readonly template: TrialTemplate;
  /** The experiment's own value at a dotted path. */
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/**
 * A sweep's tree → its parts: the space, and the experiment with places for values.
 * @param problems found before
 * @throws SpecError with every mistake
 */
export async function composeSweep(
  tree: SpecTree,
  environment: Environment,
  problems: Problem[],
): Promise<ComposedSweep> {
  refuseExperiment(tree);
  const {loaded, root} = checkSweepTree(tree, environment, problems);
  const spec = loaded.value as SweepSpec;
  const warnings: string[] = [];
  const parameters = nodeAt(root, ['parameters']) as LocatedMap;
  const overrides = nodeAt(root, ['overrides']);
  refuseBoth(overrides, parameters, problems);
  const typed = typeof spec.experiment === 'string' ? spec.experiment : undefined;
  const read = await readExperiment(nodeAt(root, ['experiment'])!, typed, loaded.baseDir, problems);
  if (!read) throw new SpecError(problems);
  const experiment = {...read, root: withOverrides(read.root, overrides, environment, problems)};
  if (problems.length > 0) throw new SpecError(problems);

  const kinds = new NumberKinds(experiment.root, parameters);
  const definitions = readParameters(parameters, kinds, {problems, warnings});
  const constraints = readConstraints(root, problems);
  const settings = new Settings(definitions, ownValues(experiment.root, environment, loaded.baseDir));
  if (problems.length > 0) throw new SpecError(problems);
  const space = SweepSpace.of(definitions, constraints, settings, problems);
  if (!space) throw new SpecError(problems);
  const template = new TrialTemplate(experiment.root, spec.name, space.definitions);
  return {tree, loaded, spec, parameters, experiment, space, template, settings, warnings};
}

/** Sections whose references are to the experiment, not to the sweep. */
const ofExperiment: ReadonlySet<unknown> = new Set(['experiment', 'overrides']);

/** The sweep's own part, checked; its references are resolved. */
function checkSweepTree(
  tree: SpecTree,
  env: Environment,
  problems: Problem[],
): {readonly loaded: LoadedSpec; readonly root: Located} {
  let root: Located = tree.root;
  const loaded = checkTree(sweepSchema, tree, {
    env,
    problems,
    expander: {
      isDefinition: (path) => path.length === 1 && ofExperiment.has(path[0]) && nodeAt(tree.root, path)?.kind === 'map',
      expand(resolved) {
        root = resolved;
        return {root: withoutExperiment(resolved), tell: ofParameter};
      },
    },
  });
  return {loaded, root};
}

/** Parameters are named as they are written; what does not vary is no parameter. */
function ofParameter(problem: Problem): Problem {
  const {path, message, hint} = problem;
  if (path[0] !== 'parameters') return problem;
  const isFixed = path.length === 2 && message.includes('; got') && !/got (an empty|a) (list|map)/.test(message);
  return {
    ...problem,
    message: message.replaceAll('parameters.', ''),
    ...(hint === undefined && isFixed ? {hint: 'a fixed value belongs into `overrides`'} : {}),
  };
}

/** What is written in place of an experiment's path is checked when values are in it. */
function withoutExperiment(root: Located): Located {
  const entry = root.kind === 'map' ? root.entries.get('experiment') : undefined;
  if (root.kind !== 'map' || entry?.value.kind !== 'map') return root;
  return withEntry(root, 'experiment', {...entry, value: {...entry.value, entries: new Map()}});
}

function readConstraints(root: Located, problems: Problem[]): readonly Condition[] {
  const list = nodeAt(root, ['constraints']);
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((node, index) => readCondition(node, ['constraints', index], problems) ?? []);
}

/** The experiment's values without any parameter: as written, and with defaults. Whatever is wrong with them is told of a trial. */
function ownValues(root: Located, environment: Environment, baseDir: string): readonly unknown[] {
  const problems: Problem[] = [];
  const resolved = resolveReferences(root, environment, problems, {isLater: blockExpander.isDefinition});
  const expanded = blockExpander.expand(resolved, {
    problems,
    resolve: (node, at, scope = new Map()) => resolveReferences(node, environment, problems, {at, root, scope}),
  });
  return [plainOf(resolved), validate(experimentSchema, expanded.root, baseDir).value];
}

/** @throws ExpError SPEC_INVALID for a file that is an experiment */
function refuseExperiment({root, source}: SpecTree): void {
  if (root.kind !== 'map' || isSweepRoot(root)) return;
  if (!root.entries.has('model') && !root.entries.has('training')) return;
  throw new ExpError(
    'SPEC_INVALID',
    `${source.name} is an experiment, not a sweep`,
    `train it with exp run ${source.name}`,
  );
}
