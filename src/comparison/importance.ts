import type {ComparedRun, Value} from './compared-run.js';
import {differingSettings, repetitionKeys} from './groups.js';
import {kruskalWallis, spearman} from './ranks.js';
import {goalOfTerm, type Term, termValue} from './term.js';

/** How much a setting by itself tells about a metric. */
export interface SettingImportance {
  readonly path: string;
  /** Share of the variance of the metric's ranks that the setting's values explain, 0 to 1: η²_H of the Kruskal–Wallis test. */
  readonly share?: number;
  readonly p?: number;
  /** Spearman's, of numeric settings; positive where larger settings go with larger values. */
  readonly correlation?: number;
}

/** Importance of every setting that differs among runs. */
export interface Importance {
  /** The most telling first, then those of which nothing can be said. */
  readonly settings: readonly SettingImportance[];
  /** Runs that were looked at. */
  readonly numRuns: number;
  /** Of them, those that diverged; they count as the worst. */
  readonly numDiverged: number;
}

/** A numeric setting of more values is cut into this many parts of about equally many runs. */
const mostValues = 6;
const numParts = 5;

/**
 * Importance of settings, one at a time: what a setting does only together with another is not seen, and where settings were not chosen
 * independently of each other (by hand, or by a search that adapts) one may stand for another. Finished runs count, and those that
 * diverged as the worst; runs of other seeds are values of their own.
 * @param goal what is better of the term
 */
export function importanceOf(runs: readonly ComparedRun[], term: Term, goal = goalOfTerm(term)): Importance {
  const sign = goal === 'maximize' ? -1 : 1;
  const measured = runs.flatMap((run) => {
    if (run.state === 'diverged') return [{run, value: sign * Number.POSITIVE_INFINITY}];
    const value = run.state === 'finished' ? termValue(run, term) : undefined;
    return typeof value === 'number' && !Number.isNaN(value) ? [{run, value}] : [];
  });
  const paths = differingSettings(runs).filter((path) => !repetitionKeys.includes(path));
  const settings = paths.map((path) => {
    const pairs = measured.map(({run, value}) => ({setting: run.settings.get(path), value}));
    return {path, ...measure(pairs)};
  });
  return {
    settings: settings.sort((a, b) => (b.share ?? -1) - (a.share ?? -1)),
    numRuns: measured.length,
    numDiverged: measured.filter(({run}) => run.state === 'diverged').length,
  };
}

interface Pair {
  readonly setting: Value | undefined;
  readonly value: number;
}

function measure(pairs: readonly Pair[]): Omit<SettingImportance, 'path'> {
  const result = kruskalWallis(partsOf(pairs));
  const numeric = pairs.filter(({setting}) => typeof setting === 'number');
  const correlation = spearman(
    numeric.map(({setting}) => Number(setting)),
    numeric.map(({value}) => value),
  );
  const isNumeric = numeric.length === pairs.length && correlation !== undefined;
  return {...(result ? {share: result.share, p: result.p} : {}), ...(isNumeric ? {correlation} : {})};
}

/** The metric's values by value of the setting, or by quantiles of a setting that has many. */
function partsOf(pairs: readonly Pair[]): readonly (readonly number[])[] {
  const groups = new Map<Value | undefined, number[]>();
  for (const {setting, value} of pairs) {
    const group = groups.get(setting);
    if (group) group.push(value);
    else groups.set(setting, [value]);
  }
  const isNumeric = pairs.every(({setting}) => typeof setting === 'number');
  if (!isNumeric || groups.size <= mostValues) return [...groups.values()];
  const sorted = [...groups].sort(([a], [b]) => Number(a) - Number(b)).map(([, values]) => values);
  const parts: number[][] = Array.from({length: numParts}, () => []);
  let before = 0;
  for (const values of sorted) {
    const middle = before + values.length / 2;
    parts[Math.min(numParts - 1, Math.floor((numParts * middle) / pairs.length))]!.push(...values);
    before += values.length;
  }
  return parts;
}
