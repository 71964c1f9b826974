import type {LoadedExperiment} from '../experiment/load.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import type {SourceFile} from '../spec/source.js';
import {pointsToCheck} from './space/corners.js';
import type {Assignment} from './space/search-space.js';
import type {SweepSpace} from './space/sweep-space.js';
import {describeValues, writtenNode} from './trial-template.js';
import type {TrialMaker} from './trials.js';

/** A mistake that a trial has, and where it comes up. */
interface Finding {
  readonly problem: Problem;
  /** Whether it takes more than one value to know that it is one. */
  readonly isSemantic: boolean;
  readonly failing: Assignment[];
}

/** What trying the space gave. */
export interface CheckedPoints {
  readonly problems: readonly Problem[];
  /** Trials that can be trained, each as an experiment. */
  readonly experiments: readonly LoadedExperiment[];
  readonly warnings: readonly string[];
}

/**
 * Makes the experiments of the grid's points, or of the corners of ranges, and checks each like any other, so that no trial fails for
 * what could have been known.
 * @param most points to try; as many as there are by default
 * @param source of the sweep: a mistake that is in the experiment's file is told of the values that bring it about
 */
export async function checkPoints(
  space: SweepSpace,
  maker: TrialMaker,
  source: SourceFile,
  most?: number,
): Promise<CheckedPoints> {
  const findings = new Map<string, Finding>();
  const experiments: LoadedExperiment[] = [];
  const points = pointsToCheck(space).slice(0, most);
  const misused = new Set<unknown>();
  const add = (problem: Problem, values: Assignment, isSemantic: boolean): void => {
    const {place, message} = problem;
    // Copies of an item have the same mistakes.
    const key = JSON.stringify([place.source.name, place.start, message.replaceAll(/\[\d+\]/g, '[]')]);
    const known = findings.get(key);
    if (known) known.failing.push(values);
    else findings.set(key, {problem, isSemantic, failing: [values]});
  };
  for (const [index, values] of points.entries()) {
    for (const {condition, message} of space.misuses(values)) {
      if (misused.has(condition)) continue;
      misused.add(condition);
      add({place: condition.node.place, path: ['parameters'], message}, values, false);
    }
    let isAdmitted = false;
    try {
      const admitted = maker.admit({values, trial: index + 1});
      isAdmitted = true;
      experiments.push(await maker.check(admitted));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      for (const problem of error.problems) add(problem, values, isAdmitted);
    }
  }
  const problems = [...findings.values()].map((finding) => told(finding, points, space, source));
  return {problems, experiments, warnings: commonWarnings(experiments)};
}

/** Warnings of trials, those that differ in numbers only once. */
function commonWarnings(experiments: readonly LoadedExperiment[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const message of experiments.flatMap(({warnings}) => warnings)) {
    const key = message.replaceAll(/\d[\d.e+-]*/g, '#');
    groups.set(key, [...(groups.get(key) ?? []), message]);
  }
  return [...groups.values()].map((messages) => {
    const [first = ''] = messages;
    const isEverywhere = messages.length >= experiments.length && new Set(messages).size === 1;
    return isEverywhere ? first : `at ${messages.length} of ${experiments.length} points that were tried: ${first}`;
  });
}

/** A mistake in terms of the sweep's file. */
function told(
  {problem, isSemantic, failing}: Finding,
  points: readonly Assignment[],
  space: SweepSpace,
  source: SourceFile,
): Problem {
  const [values = {}] = failing;
  const {place, message, hint} = problem;
  const isOwn = failing.length === points.length;
  const atPoint = `at the point ${describeValues(values)}${failing.length > 1 ? ` and ${failing.length - 1} more` : ''}`;
  const hints = (...lines: readonly (string | undefined)[]): {readonly hint?: string} => {
    const some = lines.filter((line) => line !== undefined);
    return some.length === 0 ? {} : {hint: some.join('\n')};
  };
  const isOfSweep = place.source === source || space.definitions.some(({node}) => node.place.source === place.source);
  if (isOfSweep) {
    const isAlone = !isSemantic || Object.keys(values).length < 2 || isOwn;
    return {...problem, ...hints(hint, isAlone ? undefined : atPoint)};
  }
  if (isOwn) return problem;
  const name = culpritOf(failing, points, space);
  const {line, col} = place.source.positionAt(place.start);
  return {
    ...problem,
    place: writtenNode(space.definitionOf(name)!, values[name]!).place,
    message: `with ${name}: ${JSON.stringify(values[name])}, ${message}`,
    ...hints(hint, atPoint, `in ${place.source.name}:${line}:${col}`),
  };
}

/** The parameter whose values tell the points that fail from the others best. */
function culpritOf(failing: readonly Assignment[], points: readonly Assignment[], space: SweepSpace): string {
  const bad = new Set(failing);
  const names = space.definitions.map(({name}) => name).filter((name) => Object.hasOwn(failing[0] ?? {}, name));
  const score = (name: string): number => {
    const values = new Set(failing.map((point) => JSON.stringify(point[name])));
    return points.filter((point) => !bad.has(point) && values.has(JSON.stringify(point[name]))).length;
  };
  return names.sort((a, b) => score(a) - score(b))[0] ?? space.definitions[0]!.name;
}
