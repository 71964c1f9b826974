import type {ComparedColumn} from '../../comparison/compare.js';
import type {ComparedRun} from '../../comparison/compared-run.js';
import {termValue} from '../../comparison/term.js';
import type {Run} from '../../runs/run.js';
import type {RunTail} from '../../runs/run-tail.js';
import {readTables} from '../../runs/tables.js';
import {cellText} from '../comparison-cells.js';
import {formatBytes, formatCount, formatDuration, formatTime} from '../format.js';
import type {RunData, TableData} from '../page/data.js';
import {printable, printableSentence} from '../printable.js';
import {plain} from './overview.js';

/** What does not depend on other runs: the large records of a folder. */
export type RunRecords = Pick<RunData, 'spec' | 'plan' | 'environment' | 'tables' | 'tablesLeftOut'>;

/** What a page is told of a run beside its records and curves. */
export type RunFigures = Omit<RunData, keyof RunRecords | 'epochs' | 'steps'>;

/** Which columns and settings the page looks at. */
export interface RunContext {
  readonly columns: readonly ComparedColumn[];
  /** Paths of settings that differ. */
  readonly settings: readonly string[];
}

/** A run as a page shows it. Damage is among the warnings, and absent otherwise. */
export const runData = (records: RunRecords, figures: RunFigures, tail: RunTail): RunData => ({
  ...records,
  ...figures,
  epochs: seriesOf(tail.epochs),
  steps: seriesOf(tail.steps),
});

const seriesOf = ({columns, length, every}: RunTail['epochs']): RunData['epochs'] => ({columns, length, every});

/** Reads the records of a run. @param budget cells of tables at most, over all runs: what is spent is taken off */
export function runRecords(run: Run, budget: {cells: number}): RunRecords {
  const tables = readTables(run.path);
  const kept = tables.filter(({rows, header}) => {
    const numCells = rows.length * header.length;
    if (numCells > budget.cells) return false;
    budget.cells -= numCells;
    return true;
  });
  const {fitted: _fitted, ...plan} = {...run.plan()} as Readonly<Record<string, unknown>>;
  const spec = run.resolvedSpec();
  const environment = run.environment();
  return {
    ...(spec === undefined ? {} : {spec}),
    ...(Object.keys(plan).length > 0 ? {plan} : {}),
    ...(environment ? {environment} : {}),
    tables: kept.map(({name, split, header, rows}): TableData => ({name, split, header, rows})),
    tablesLeftOut: tables.filter((table) => !kept.includes(table)).map(({name, split}) => `${name}.${split}`),
  };
}

/** What came out of a run, to be asked for after {@link runRecords}, which may find damage. */
export function runFigures(run: Run, compared: ComparedRun, {columns, settings}: RunContext): RunFigures {
  const values = columns.map(({term}) => termValue(compared, term));
  const message = run.status?.message;
  return {
    id: compared.id,
    name: printable(run.name),
    path: printable(run.path),
    state: run.state,
    ...(compared.seed === undefined ? {} : {seed: compared.seed}),
    ...(run.startedAt ? {startedAt: run.startedAt.toISOString()} : {}),
    ...(run.status?.numEpochs ? {numEpochs: run.status.numEpochs} : {}),
    ...(message === undefined ? {} : {message: printableSentence(message)}),
    facts: factsOf(run, compared),
    values: values.map(plain),
    texts: columns.map((column, index) =>
      cellText({value: values[index], isBest: false, isWithinNoise: false}, column),
    ),
    settings: settings.map((path) => plain(compared.settings.get(path))),
    warnings: [...new Set(run.warnings)].map(printableSentence),
  };
}

function factsOf(run: Run, compared: ComparedRun): RunData['facts'] {
  const {summary, status, startedAt} = run;
  const duration = run.durationSeconds;
  const numEpochs = status?.numEpochs;
  const done = compared.numEpochs;
  const facts: [string, string | undefined][] = [
    ['state', run.state],
    ['started', startedAt && formatTime(startedAt)],
    ['duration', duration === undefined ? undefined : formatDuration(duration)],
    ['epochs', done === undefined ? undefined : `${done}${numEpochs ? ` of ${numEpochs}` : ''}`],
    ['best epoch', summary?.metrics.best && String(summary.metrics.best.epoch)],
    ['seed', compared.seed === undefined ? undefined : String(compared.seed)],
    ['parameters', compared.numParameters === undefined ? undefined : formatCount(compared.numParameters)],
    ['examples/s', compared.examplesPerSecond === undefined ? undefined : formatCount(compared.examplesPerSecond)],
    ['peak memory', summary && formatBytes(summary.peakMemoryBytes)],
    ['tags', run.tags.length > 0 ? printableSentence(run.tags.join(', ')) : undefined],
    ['notes', run.notes.length > 0 ? printableSentence(run.notes.map(({text}) => text).join(' / ')) : undefined],
    ['folder', printable(run.path)],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}
