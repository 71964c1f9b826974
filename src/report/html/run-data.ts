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

/** What a page is told of a run beside the table. */
export interface RunContext {
  readonly columns: readonly ComparedColumn[];
  /** Paths of settings that differ. */
  readonly settings: readonly string[];
  /** Cells of tables at most, over all runs: what is spent is taken off. */
  readonly budget: {cells: number};
}

/** A run as a page shows it. Damage is among the warnings, and absent otherwise. */
export function runData(run: Run, compared: ComparedRun, tail: RunTail, context: RunContext): RunData {
  const {columns, settings, budget} = context;
  const tables = readTables(run.path);
  const kept = tables.filter(({rows, header}) => {
    const numCells = rows.length * header.length;
    if (numCells > budget.cells) return false;
    budget.cells -= numCells;
    return true;
  });
  const value = (name: ComparedColumn): ReturnType<typeof termValue> => termValue(compared, name.term);
  const {fitted: _fitted, ...plan} = {...run.plan()} as Readonly<Record<string, unknown>>;
  const spec = run.resolvedSpec();
  const environment = run.environment();
  const message = run.status?.message;
  return {
    id: run.id,
    name: printable(run.name),
    path: printable(run.path),
    state: run.state,
    ...(compared.seed === undefined ? {} : {seed: compared.seed}),
    ...(run.startedAt ? {startedAt: run.startedAt.toISOString()} : {}),
    ...(run.status?.numEpochs ? {numEpochs: run.status.numEpochs} : {}),
    ...(message === undefined ? {} : {message: printableSentence(message)}),
    facts: factsOf(run, compared),
    values: columns.map((column) => plain(value(column))),
    texts: columns.map((column) => cellText({value: value(column), isBest: false, isWithinNoise: false}, column)),
    settings: settings.map((path) => plain(compared.settings.get(path))),
    ...(spec === undefined ? {} : {spec}),
    ...(Object.keys(plan).length > 0 ? {plan} : {}),
    ...(environment ? {environment} : {}),
    tables: kept.map(({name, split, header, rows}): TableData => ({name, split, header, rows})),
    tablesLeftOut: tables.filter((table) => !kept.includes(table)).map(({name, split}) => `${name}.${split}`),
    epochs: seriesOf(tail.epochs),
    steps: seriesOf(tail.steps),
    // Last, because reading finds them.
    warnings: [...new Set(run.warnings)].map(printableSentence),
  };
}

const seriesOf = ({columns, length, every}: RunTail['epochs']): RunData['epochs'] => ({columns, length, every});

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
    ['folder', printable(run.path)],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}
