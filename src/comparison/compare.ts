import {ExpError} from '../support/errors.js';
import type {ComparedRun, Value} from './compared-run.js';
import {evaluate, isCondition, parseExpression, termsOf} from './expression.js';
import {type Goal, goalOf} from './goal.js';
import {differingSettings, differsIn, type Group, groupRuns, repetitionKeys} from './groups.js';
import {type Sample, sampleOf, welchTest} from './statistics.js';
import {checkTerm, goalOfTerm, metricNames, parseTerm, type Term, termValue} from './term.js';

/** What to compare by. */
export interface CompareRequest {
  /** Terms to show instead of what differs and what came out. */
  readonly columns?: readonly string[] | undefined;
  /** A condition that runs have to meet. */
  readonly where?: string | undefined;
  /** The term to sort by; by default the monitored metric, else one of the validation set, the test set, the training set. */
  readonly sort?: string | undefined;
  readonly reverse?: boolean;
  /** Rows at most, after sorting. */
  readonly top?: number | undefined;
  /** Settings in which the runs of a row may differ; seeds and folds by default, none to have a row for each run. */
  readonly groupBy?: readonly string[] | undefined;
  /** What is better of columns whose name does not tell, or tells wrongly. */
  readonly goals?: ReadonlyMap<string, NonNullable<Goal>> | undefined;
  /** Runs of a baseline: what they have may be asked for, although none of the compared runs may have got that far. */
  readonly known?: readonly ComparedRun[];
}

/** A column of the table. */
export interface ComparedColumn {
  readonly term: Term;
  readonly goal: Goal;
  readonly kind: 'setting' | 'metric' | 'fact';
}

/** What a row has in a column. */
export interface Cell {
  /** Of a single run, or what all runs of the row agree in. */
  readonly value?: Value | undefined;
  /** Numbers of several runs. */
  readonly sample?: Sample | undefined;
  /** Better than all other rows in this column. */
  readonly isBest: boolean;
  /** Of several seeds, and by Welch's test no worse than the best at the 5 % level: the difference may be chance. */
  readonly isWithinNoise: boolean;
}

/** A run, or runs that differ in seed and fold only. */
export interface ComparedRow {
  readonly runs: readonly ComparedRun[];
  readonly cells: readonly Cell[];
}

/** The table. */
export interface Comparison {
  readonly columns: readonly ComparedColumn[];
  readonly rows: readonly ComparedRow[];
  readonly sortedBy?: {readonly term: Term; readonly goal: Goal} | undefined;
  /** Runs that `where` left out, and rows that `top` did. */
  readonly numFiltered: number;
  readonly numCut: number;
  /** Settings that differ and are not shown because there are too many. */
  readonly hiddenSettings: readonly string[];
  /** What the runs of a row may differ in. */
  readonly groupedBy: readonly string[];
}

const maxSettings = 8;
/** Below this p a difference counts as more than chance. */
export const significance = 0.05;

/**
 * Puts runs side by side: what differs among them and what came out.
 * @throws ExpError USAGE for terms and conditions that make no sense
 */
export function compareRuns(all: readonly ComparedRun[], request: CompareRequest = {}): Comparison {
  const runs = filterRuns(all, request.where);
  const groupedBy = request.groupBy ?? repetitionKeys;
  const groups = groupRuns(runs, groupedBy);
  const differing = differingSettings(runs).filter(
    (path) => groups.length === runs.length || !groupedBy.includes(path),
  );
  const shown = tellingSettings(differing, runs);
  const {goals} = request;
  const knowing = [...runs, ...(request.known ?? [])];
  for (const name of goals?.keys() ?? []) checkTerm(parseTerm(name), knowing, '--maximize or --minimize');
  const sort = request.sort === undefined ? defaultSort(runs) : parseTerm(request.sort);
  if (sort && request.sort !== undefined) checkTerm(sort, knowing, '--sort');
  const given = request.columns
    ? request.columns.map((text) => columnOf(text, knowing))
    : withSorted(defaultColumns(runs, shown), sort, knowing);
  const columns = given.map((column) => ({...column, goal: goals?.get(column.term.name) ?? column.goal}));
  const sortedBy = sort && {term: sort, goal: goals?.get(sort.name) ?? goalOfTerm(sort)};
  const sorted = sortedBy ? sortGroups(groups, sortedBy, request.reverse === true) : groups;
  const kept = sorted.slice(0, request.top ?? sorted.length);
  return {
    columns,
    rows: rowsOf(kept, columns),
    sortedBy,
    numFiltered: all.length - runs.length,
    numCut: sorted.length - kept.length,
    hiddenSettings: request.columns ? [] : differing.filter((path) => !shown.includes(path)),
    groupedBy: groupedBy.filter((path) => groups.some((group) => differsIn(group, path))),
  };
}

/** The runs that meet a condition. @throws ExpError USAGE for what is none */
export function filterRuns(all: readonly ComparedRun[], where: string | undefined): readonly ComparedRun[] {
  if (where === undefined) return all;
  const condition = parseExpression(where, '--where');
  if (!isCondition(condition) && condition.kind !== 'term')
    throw new ExpError('USAGE', `--where ${JSON.stringify(where)} is no condition`, 'for instance: val_accuracy > 0.9');
  for (const term of termsOf(condition)) checkTerm(term, all, '--where');
  return all.filter((run) => evaluate(condition, {read: (term) => termValue(run, term)}) === true);
}

/** What a table is sorted by has to be in it: `max val_accuracy` stands where `val_accuracy` would. */
function withSorted(
  columns: readonly ComparedColumn[],
  sort: Term | undefined,
  runs: readonly ComparedRun[],
): readonly ComparedColumn[] {
  if (!sort || columns.some(({term}) => term.text === sort.text)) return columns;
  const column = columnOf(sort.text, runs);
  if (column.kind !== 'metric') return columns;
  const place = columns.findIndex(({term}) => term.name === sort.name);
  return place < 0 ? [...columns, column] : columns.with(place, column);
}

function columnOf(text: string, runs: readonly ComparedRun[]): ComparedColumn {
  const term = parseTerm(text);
  checkTerm(term, runs, '--columns');
  const isMetric = runs.some((run) => metricNames(run).includes(term.name));
  const isSetting = runs.some((run) => run.settings.has(term.name));
  return {term, goal: goalOfTerm(term), kind: isMetric ? 'metric' : isSetting ? 'setting' : 'fact'};
}

/** As many as a table can show, in their order: those that most runs have, of training before the model's and the data's. */
function tellingSettings(differing: readonly string[], runs: readonly ComparedRun[]): readonly string[] {
  const sections = ['training', 'model', 'data'];
  const rank = (path: string): number => {
    const section = sections.indexOf(path.split('.')[0]!);
    return section < 0 ? sections.length : section;
  };
  const numHaving = new Map(
    differing.map((path) => [path, runs.reduce((sum, {settings}) => sum + (settings.has(path) ? 1 : 0), 0)]),
  );
  const chosen = [...differing]
    .sort((a, b) => numHaving.get(b)! - numHaving.get(a)! || rank(a) - rank(b))
    .slice(0, maxSettings);
  return differing.filter((path) => chosen.includes(path));
}

/** What differs, what came of it on the validation and the test set (else on the training set), and what it took. */
function defaultColumns(runs: readonly ComparedRun[], differing: readonly string[]): readonly ComparedColumn[] {
  const names = [...new Set(runs.flatMap(metricNames))];
  const judged = names.filter((name) => /^(val|test)_/.test(name));
  const metrics = judged.length > 0 ? judged : names;
  const has = (fact: string): boolean => runs.some((run) => termValue(run, parseTerm(fact)) !== undefined);
  const sizes = new Set(runs.flatMap(({numParameters}) => numParameters ?? []));
  const areTold = new Set(runs.map(({tags}) => JSON.stringify(tags))).size > 1;
  const labels = [...(areTold ? ['tags'] : []), 'note'];
  const facts = [...(sizes.size > 1 ? ['parameters'] : []), 'duration', 'examplesPerSecond', ...labels].filter(has);
  return [
    ...differing.map((path) => ({term: wholeTerm(path), goal: undefined, kind: 'setting' as const})),
    ...metrics.map((name) => ({term: wholeTerm(name), goal: goalOf(name), kind: 'metric' as const})),
    ...facts.map((name) => ({term: parseTerm(name), goal: undefined, kind: 'fact' as const})),
  ];
}

/** Of a name that runs have, which may hold letters that nobody could write in a term (the name of a class). */
const wholeTerm = (name: string): Term => ({text: name, name});

/** The monitored column, or a metric that others do not decide: of the validation set before the test set, metrics before losses. */
export function defaultSort(runs: readonly ComparedRun[]): Term | undefined {
  const monitor = runs.find((run) => run.monitor !== undefined && metricNames(run).includes(run.monitor))?.monitor;
  if (monitor !== undefined) return wholeTerm(monitor);
  const names = [...new Set(runs.flatMap(metricNames))].filter((name) => goalOf(name) !== undefined);
  const rank = (name: string): number =>
    (name.startsWith('val_') ? 0 : name.startsWith('test_') ? 2 : 4) + (name.endsWith('loss') ? 1 : 0);
  const [first] = names.sort((a, b) => rank(a) - rank(b));
  return first === undefined ? undefined : wholeTerm(first);
}

/** Of the finished runs of a group, or of all where none has finished; their states of all. */
export function valuesOf({runs}: Pick<Group, 'runs'>, term: Term): readonly Value[] {
  if (term.name === 'state') return runs.map(({state}) => state);
  const finished = runs.filter(({state}) => state === 'finished');
  return (finished.length > 0 ? finished : runs).flatMap((run) => termValue(run, term) ?? []);
}

/** NaN is the same as NaN. */
const isSame = (a: Value | undefined, b: Value | undefined): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** What the runs of a row say together of a column of texts: all tags that any of them has, all notes; else what they agree in. */
function sharedText(values: readonly Value[], {name, pick, epoch}: Term): Value | undefined {
  const isLabel = pick === undefined && epoch === undefined && (name === 'tags' || name === 'note');
  if (values.every((value) => isSame(value, values[0]))) return values[0];
  if (!isLabel) return undefined;
  const texts = values.map(String);
  if (name === 'note') return [...new Set(texts)].join('\n');
  return JSON.stringify([...new Set(texts.flatMap((text) => JSON.parse(text) as string[]))]);
}

/** The mean of a group's numbers, or the value all its runs share. */
export function groupValue(group: Pick<Group, 'runs'>, term: Term): Value | undefined {
  const values = valuesOf(group, term);
  const numbers = values.filter((value): value is number => typeof value === 'number');
  if (numbers.length === values.length && numbers.length > 0) return sampleOf(numbers).mean;
  return sharedText(values, term);
}

/** The best first, or the smallest where nothing is better; what has no value comes last. */
function sortGroups(
  groups: readonly Group[],
  {term, goal}: {readonly term: Term; readonly goal: Goal},
  isReversed: boolean,
): readonly Group[] {
  const direction = (goal === 'maximize' ? -1 : 1) * (isReversed ? -1 : 1);
  const keyed = groups.map((group) => ({group, value: groupValue(group, term)}));
  const isPresent = (value: Value | undefined): boolean => value !== undefined && !Number.isNaN(value);
  return keyed
    .sort((a, b) => {
      if (isPresent(a.value) !== isPresent(b.value)) return isPresent(a.value) ? -1 : 1;
      if (!isPresent(a.value) || a.value === b.value) return 0;
      return (a.value! < b.value! ? -1 : 1) * direction;
    })
    .map(({group}) => group);
}

const isFinished = ({runs}: Group): boolean => runs.some(({state}) => state === 'finished');

/** A group by itself, as a row of a table that it may not be in. */
export const rowOf = (group: Group, columns: readonly ComparedColumn[]): ComparedRow => rowsOf([group], columns)[0]!;

function rowsOf(groups: readonly Group[], columns: readonly ComparedColumn[]): readonly ComparedRow[] {
  const samples = columns.map(({term}) => groups.map((group) => valuesOf(group, term)));
  const cells = columns.map((column, index) => cellsOf(samples[index]!, column, groups));
  return groups.map(({runs}, row) => ({runs, cells: cells.map((column) => column[row]!)}));
}

function cellsOf(
  values: readonly (readonly Value[])[],
  {term, goal}: ComparedColumn,
  groups: readonly Group[],
): readonly Cell[] {
  const samples = values.map((list) => {
    const numbers = list.filter((value): value is number => typeof value === 'number');
    return numbers.length > 0 && numbers.length === list.length ? sampleOf(numbers) : undefined;
  });
  const best = goal && bestOf(samples, goal, groups);
  return values.map((list, row) => {
    const sample = samples[row];
    const areSame = list.every((value) => isSame(value, list[0]));
    const p = best !== undefined && row !== best && sample ? welchTest(sample, samples[best]!) : undefined;
    return {
      value: sharedText(list, term),
      sample: sample && sample.values.length > 1 && !areSame ? sample : undefined,
      isBest: row === best,
      isWithinNoise: p !== undefined && p >= significance,
    };
  });
}

/** Of the rows with a finished run; nobody where fewer than two compete. */
function bestOf(
  samples: readonly (Sample | undefined)[],
  goal: NonNullable<Goal>,
  groups: readonly Group[],
): number | undefined {
  const ranked = samples
    .map((sample, row) => ({row, mean: sample?.mean}))
    .filter(({row, mean}) => mean !== undefined && Number.isFinite(mean) && isFinished(groups[row]!))
    .sort((a, b) => (goal === 'maximize' ? b.mean! - a.mean! : a.mean! - b.mean!));
  return ranked.length > 1 && ranked[0]!.mean !== ranked[1]!.mean ? ranked[0]!.row : undefined;
}

/** Refuses a comparison of nothing. @throws ExpError RUN_NOT_FOUND */
export function requireRuns(runs: readonly unknown[], where: string): void {
  if (runs.length === 0)
    throw new ExpError('RUN_NOT_FOUND', `there are no runs to compare in ${where}`, 'exp ls shows the runs there are');
}
