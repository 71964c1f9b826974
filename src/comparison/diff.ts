import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {CsvRow, ReadState, Run} from '../runs/run.js';
import {type ComparedRun, comparedRun, leavesOf, type Value} from './compared-run.js';
import {type Goal, goalOf} from './goal.js';
import {type SpecDifference, specDifferences} from './spec-differences.js';

/** A fact that is not the same in two runs. */
export interface FactDifference {
  readonly key: string;
  readonly a?: Value | undefined;
  readonly b?: Value | undefined;
}

/** A metric of both runs at one moment. */
export interface MetricDifference {
  readonly moment: 'best' | 'last' | 'test';
  readonly metric: string;
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  /** b − a; absent where one has none. */
  readonly delta?: number;
  readonly goal: Goal;
}

/** Parts of a run that are compared as facts. */
export const factSections = ['outcome', 'data', 'versions', 'environment', 'git'] as const;
export type FactSection = (typeof factSections)[number];

/** One of the two runs. */
export interface DiffedRun {
  readonly id: string;
  readonly path: string;
  readonly state: ReadState;
  readonly warnings: readonly string[];
}

/** What differs between two runs. */
export interface RunDiff {
  readonly a: DiffedRun;
  readonly b: DiffedRun;
  /** Undefined where the spec of one cannot be read. */
  readonly spec: readonly SpecDifference[] | undefined;
  readonly metrics: readonly MetricDifference[];
  /** Metrics that both have, and that are the same: `last loss`. */
  readonly sameMetrics: readonly string[];
  /** A section is undefined where one of the runs did not record it. */
  readonly facts: Readonly<Record<FactSection, readonly FactDifference[] | undefined>>;
}

/** Holds two runs against each other. Damage is a warning of its run, and a section that cannot be compared. */
export function diffRuns(a: Run, b: Run): RunDiff {
  const [comparedA, comparedB] = [comparedRun(a), comparedRun(b)];
  const [specA, specB] = [a.resolvedSpec(), b.resolvedSpec()];
  const hasSpecs = comparedA.settings.size > 0 && comparedB.settings.size > 0;
  const metrics = metricPairs(comparedA, comparedB);
  const [factsA, factsB] = [factsOf(a, comparedA), factsOf(b, comparedB)];
  const section = (name: FactSection): readonly FactDifference[] | undefined => differences(factsA[name], factsB[name]);
  const facts: RunDiff['facts'] = {
    outcome: section('outcome'),
    data: section('data'),
    versions: section('versions'),
    environment: section('environment'),
    git: section('git'),
  };
  const spec = hasSpecs ? specDifferences([specA, specB], [a.origins(), b.origins()]) : undefined;
  return {
    a: describe(a),
    b: describe(b),
    spec,
    metrics: metrics.filter(({a, b}) => !Object.is(a, b)),
    sameMetrics: metrics.filter(({a, b}) => Object.is(a, b)).map(nameOf),
    facts,
  };
}

/** `best val_loss`, `test_loss`. */
export const nameOf = ({moment, metric}: MetricDifference): string =>
  moment === 'test' ? metric : `${moment} ${metric}`;

const describe = ({id, path, state, warnings}: Run): DiffedRun => ({id, path, state, warnings: [...new Set(warnings)]});

function metricPairs(a: ComparedRun, b: ComparedRun): readonly MetricDifference[] {
  return (['best', 'last', 'test'] as const).flatMap((moment) => {
    const [inA, inB] = [valuesAt(a, moment), valuesAt(b, moment)];
    return [...new Set([...Object.keys(inA), ...Object.keys(inB)])].map((metric) => {
      const [x, y] = [inA[metric], inB[metric]];
      const delta = x === undefined || y === undefined ? {} : {delta: y - x};
      return {moment, metric, a: x, b: y, ...delta, goal: goalOf(metric)};
    });
  });
}

function valuesAt(run: ComparedRun, moment: MetricDifference['moment']): Readonly<Record<string, number>> {
  if (moment === 'last') return run.last;
  if (moment === 'test') return run.test ?? {};
  return run.best ?? bestRow(run) ?? {};
}

/** Of a run that has not finished: the best whole epoch so far by its monitored column. */
function bestRow({monitor, epochs}: ComparedRun): Readonly<Record<string, number>> | undefined {
  const goal = monitor === undefined ? undefined : goalOf(monitor);
  if (monitor === undefined || goal === undefined) return undefined;
  let best: CsvRow | undefined;
  for (const row of epochs()) {
    const [value, known] = [row[monitor], best?.[monitor]];
    if (value === undefined || Number.isNaN(value)) continue;
    if (known === undefined || (goal === 'maximize' ? value > known : value < known)) best = row;
  }
  if (!best) return undefined;
  const {epoch: _epoch, step: _step, learningRate: _rate, ...values} = best;
  return values;
}

type Facts = ReadonlyMap<string, Value>;

function factsOf(run: Run, compared: ComparedRun): Readonly<Record<FactSection, Facts | undefined>> {
  const environment = run.environment();
  const {exp, node, packages, git, ...machine} = {...environment};
  return {
    outcome: known({
      state: run.state,
      message: run.status?.message,
      epochs: compared.numEpochs,
      bestEpoch: run.summary?.metrics.best?.epoch,
      stoppedEarly: run.summary?.stoppedEarly,
      parameters: compared.numParameters,
      durationSeconds: compared.durationSeconds,
      examplesPerSecond: compared.examplesPerSecond,
      peakMemoryBytes: run.summary?.peakMemoryBytes,
    }),
    data: dataFacts(run, compared),
    versions: environment && leavesOf({exp, node, ...packages}),
    environment: environment && leavesOf({...machine, command: `exp ${environment.command.join(' ')}`}),
    git: environment && gitFacts(run, git),
  };
}

const known = (facts: Readonly<Record<string, Value | undefined>>): Facts =>
  new Map(Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));

/** Of plan.json, which is there from the start; what transforms learnt is summed up in one checksum. */
function dataFacts(run: Run, {dataFingerprint}: ComparedRun): Facts | undefined {
  const {dataFingerprint: planned, source, data, fitted} = {...run.plan()} as Readonly<Record<string, unknown>>;
  const facts = leavesOf({fingerprint: dataFingerprint ?? planned, source, ...(typeof data === 'object' ? data : {})});
  const learnt = fitted === undefined ? {} : {learntByTransforms: checksum(JSON.stringify(fitted))};
  return facts.size === 0 ? undefined : new Map([...facts, ...Object.entries(learnt)]);
}

function gitFacts(run: Run, git: object | null | undefined): Facts {
  const file = run.find('gitDiff');
  let changes: string | undefined;
  try {
    if (file !== undefined) changes = checksum(readFileSync(file));
  } catch (error) {
    run.warnings.push(`git.diff cannot be read: ${String(error)}`);
  }
  return leavesOf({...git, uncommittedChanges: changes});
}

/** The beginning of a SHA-256. */
const checksum = (content: string | Uint8Array): string =>
  `sha256 ${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;

function differences(a: Facts | undefined, b: Facts | undefined): readonly FactDifference[] | undefined {
  if (!a || !b) return undefined;
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => ({key, a: a.get(key), b: b.get(key)}));
}
