import type {EpochValue} from '../runs/run.js';
import {nearest} from '../spec/suggest.js';
import {ExpError} from '../support/errors.js';
import type {ComparedRun, Value} from './compared-run.js';
import {type Goal, goalOf} from './goal.js';

const picks = ['best', 'last', 'first', 'min', 'max', 'mean'] as const;
type Pick = (typeof picks)[number];

/**
 * What a column shows or an expression asks of a run: a metric (`val_accuracy`, `max val_accuracy`, `val_loss@5`), a value of the spec
 * (`training.batchSize`) or a fact (`duration`).
 */
export interface Term {
  /** As written, spaces evened out. */
  readonly text: string;
  readonly name: string;
  /** Which of a metric's values; without it the test set's, the best moment's, or the last one, whichever there is. */
  readonly pick?: Pick;
  /** The value after this epoch. */
  readonly epoch?: number;
}

const dayMillis = 24 * 60 * 60 * 1000;

const facts: Readonly<Record<string, (run: ComparedRun) => Value | undefined>> = {
  run: ({id}) => id,
  name: ({name}) => name,
  state: ({state}) => state,
  seed: ({seed}) => seed,
  duration: ({durationSeconds}) => durationSeconds,
  examplesPerSecond: ({examplesPerSecond}) => examplesPerSecond,
  parameters: ({numParameters}) => numParameters,
  epochs: ({numEpochs}) => numEpochs,
  data: ({dataFingerprint}) => dataFingerprint,
  tags: ({tags}) => (tags && tags.length > 0 ? JSON.stringify(tags) : undefined),
  note: ({note}) => note,
  ageDays: ({startedAt}) => startedAt && (Date.now() - startedAt.getTime()) / dayMillis,
};

/** Facts that a table may show, for hints. */
export const factNames: readonly string[] = Object.keys(facts);

const pattern = /^(?:(best|last|first|min|max|mean)\s+)?([A-Za-z][\w.[\]-]*?)(?:@(\d+))?$/;

/** Reads a term. @throws ExpError USAGE for text that is none */
export function parseTerm(text: string): Term {
  const [, pick, name, epoch] = pattern.exec(text.trim()) ?? [];
  if (name === undefined || (pick !== undefined && epoch !== undefined)) {
    throw new ExpError(
      'USAGE',
      `${JSON.stringify(text)} is no column`,
      'a metric (val_accuracy, best val_accuracy, max val_accuracy, val_loss@5), a value of the spec (training.batchSize), or one of ' +
        factNames.join(', '),
    );
  }
  return {
    text: text.trim().replace(/\s+/g, ' '),
    name: name.replace(/\[(\d+)\]/g, '.$1'),
    ...(pick === undefined ? {} : {pick: pick as Pick}),
    ...(epoch === undefined ? {} : {epoch: Number(epoch)}),
  };
}

/** What a term comes to for a run; undefined where the run has no such thing. */
export function termValue(run: ComparedRun, {name, pick, epoch}: Term): Value | undefined {
  const isPlain = pick === undefined && epoch === undefined;
  if (isPlain && Object.hasOwn(facts, name)) return facts[name]!(run);
  if (isPlain) return run.settings.get(name) ?? run.test?.[name] ?? run.best?.[name] ?? run.last[name];
  if (epoch !== undefined) return columnOf(run, name).find((row) => row.epoch === epoch)?.value;
  if (pick === 'best' && run.best && name in run.best) return run.best[name];
  if (pick === 'last') return run.last[name] ?? run.test?.[name];
  const values = columnOf(run, name).map(({value}) => value);
  if (values.length === 0) return undefined;
  return pickOf(pick!, values, goalOf(name));
}

function columnOf(run: ComparedRun, name: string): readonly EpochValue[] {
  if (run.column) return run.column(name);
  return run.epochs().flatMap((row) => (row[name] === undefined ? [] : [{epoch: row.epoch, value: row[name]}]));
}

function pickOf(pick: Pick, values: readonly number[], goal: Goal): number | undefined {
  const smallest = (): number => values.reduce((least, value) => (value < least ? value : least));
  const largest = (): number => values.reduce((most, value) => (value > most ? value : most));
  if (pick === 'first') return values[0];
  if (pick === 'min') return smallest();
  if (pick === 'max') return largest();
  if (pick === 'mean') return values.reduce((sum, value) => sum + value, 0) / values.length;
  return goal === 'maximize' ? largest() : goal === 'minimize' ? smallest() : undefined;
}

/** What is better of a term; only metrics have a better. */
export const goalOfTerm = ({name}: Term): Goal =>
  name === 'examplesPerSecond' ? 'maximize' : name === 'duration' ? 'minimize' : goalOf(name);

/** Refuses a term that none of the runs knows, with the nearest one that some do. @throws ExpError USAGE */
export function checkTerm(term: Term, runs: readonly ComparedRun[], where: string): void {
  if (Object.hasOwn(facts, term.name) || runs.length === 0) return;
  if (runs.some((run) => hasName(run, term.name))) return;
  const near = nearest(term.name, new Set(runs.flatMap((run) => namesOf(run))));
  const metrics = [...new Set(runs.flatMap(metricNames))];
  throw new ExpError(
    'USAGE',
    `${where}: no run has ${JSON.stringify(term.name)}`,
    near === undefined
      ? `metrics: ${metrics.join(', ')}; or a value of the spec such as training.batchSize`
      : `did you mean ${near}?`,
  );
}

const hasName = ({settings, last, best, test}: ComparedRun, name: string): boolean =>
  settings.has(name) || [last, best, test].some((values) => values && Object.hasOwn(values, name));

/** Columns of metrics that a run has. */
export const metricNames = (run: ComparedRun): readonly string[] => [
  ...new Set([...Object.keys(run.last), ...Object.keys(run.best ?? {}), ...Object.keys(run.test ?? {})]),
];

const namesOf = (run: ComparedRun): readonly string[] => [...metricNames(run), ...run.settings.keys()];
