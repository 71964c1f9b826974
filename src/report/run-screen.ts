import type {LayerSummary} from '../model/built-model.js';
import {summaryTable} from '../model/summary-table.js';
import type {RunEnvironment} from '../runs/environment.js';
import {type RunFile, runFiles} from '../runs/layout.js';
import type {RunStatus, RunSummary} from '../runs/records.js';
import type {CsvRow, Run} from '../runs/run.js';
import {type RunTable, readTables} from '../runs/tables.js';
import {formatBytes, formatDuration, formatMetric, formatTime} from './format.js';
import {groupText} from './group.js';
import {printable} from './printable.js';
import type {RunPlan} from './reporter.js';
import {listingOf, paintState, type RunListing} from './run-list.js';
import {renderRunTable} from './run-table.js';
import {describeMetrics, metricsTable, momentOf} from './screens.js';
import type {Sink} from './sink.js';
import {sparkline} from './sparkline.js';
import {renderPairs, renderTable} from './table.js';

/** A run as `exp show --json` gives it: the listing, and the run's own records whole. */
export interface RunReport extends RunListing {
  readonly status?: RunStatus;
  readonly summary?: RunSummary;
  readonly plan?: Partial<RunPlan>;
  readonly spec?: unknown;
  readonly environment?: RunEnvironment;
  /** Rows of metrics.csv. */
  readonly epochRows: readonly CsvRow[];
  /** What metrics such as confusionMatrix found out about the sets, with the weights that the run ended with. */
  readonly tables: readonly RunTable[];
  /** Paths of the files there are, by what they are. */
  readonly files: Readonly<Partial<Record<RunFile, string>>>;
}

/** Everything about a run that fits on a screen. */
export function reportOf(run: Run): RunReport {
  const [plan, spec, environment] = [run.plan(), run.resolvedSpec(), run.environment()];
  const epochRows = run.metrics();
  const names = Object.keys(runFiles) as RunFile[];
  const files = Object.fromEntries(
    names.flatMap((name) => [run.find(name)].flatMap((path) => (path ? [[name, path]] : []))),
  );
  return {
    ...listingOf(run),
    ...(run.status ? {status: run.status} : {}),
    ...(run.summary ? {summary: run.summary} : {}),
    ...(plan ? {plan} : {}),
    ...(spec === undefined ? {} : {spec}),
    ...(environment ? {environment} : {}),
    epochRows,
    tables: readTables(run.path),
    files,
  };
}

/** {@link reportOf} as text. */
export function renderRun(report: RunReport, view: Pick<Sink, 'style' | 'width'>): string {
  const {status, summary, plan, environment, metrics} = report;
  const {style} = view;
  const best = summary?.metrics.best;
  const epochs = report.numEpochs === undefined ? `${report.epochs}` : `${report.epochs} of ${report.numEpochs}`;
  const facts = renderPairs(
    [
      ['state', status?.message ? `${report.state}: ${printable(status.message)}` : report.state],
      ['last good', status?.lastGood ? describeMetrics(status.lastGood) : undefined],
      ['started', report.startedAt ? formatTime(new Date(report.startedAt)) : undefined],
      ['duration', report.durationSeconds === undefined ? undefined : formatDuration(report.durationSeconds)],
      ['epochs', epochs + (summary?.stoppedEarly ? ' (stopped early)' : '')],
      ['data', dataLine(plan)],
      [
        'training',
        plan?.loss ? `${plan.loss}, ${plan.optimizer}, batches of ${plan.batchSize}, seed ${plan.seed}` : undefined,
      ],
      ['group', report.group ? groupText(report.group) : undefined],
      ['engine', plan?.engine ? `${plan.engine} on ${plan.device}` : undefined],
      ['memory', summary ? `${formatBytes(summary.peakMemoryBytes)} at the peak` : undefined],
      ['tags', printable(report.tags.join(', '))],
      ['notes', report.notes.map((note) => printable(note)).join('; ')],
      ['git', gitLine(environment)],
      ['command', environment ? `exp ${environment.command.join(' ')}` : undefined],
      ['best', best ? `${momentOf(best)}: ${describeMetrics(best.metrics)}` : undefined],
    ],
    view,
  );
  const sections = [
    `${style.bold(printable(report.run))}  ${paintState(report.state, style)}${plan?.description ? `\n${plan.description}` : ''}\n`,
    facts,
    layersOf(plan) ? `${summaryTable(layersOf(plan)!, Math.min(view.width, 100))}\n` : '',
    Object.keys(metrics).length > 0 ? metricsTable(metrics, view) : '',
    curves(report.epochRows, view),
    ...report.tables.map((table) => renderRunTable(table, view)),
    renderPairs(
      [
        ...Object.entries(report.files),
        ...report.tables.map(({name, split, path}) => [`${name}, ${split}`, path] as const),
      ],
      {style, width: Number.POSITIVE_INFINITY},
    ),
    report.warnings.map((warning) => `${style.yellow('warning:')} ${warning}\n`).join(''),
  ];
  return sections.filter(Boolean).join('\n');
}

function dataLine(plan: Partial<RunPlan> | undefined): string | undefined {
  if (!plan?.data) return undefined;
  const {numTrain, numValidation, numTest} = plan.data;
  return `${plan.source}: ${numTrain} training, ${numValidation} validation, ${numTest} test examples`;
}

function gitLine(environment: RunEnvironment | undefined): string | undefined {
  if (!environment?.git) return undefined;
  const {commit, branch, dirty} = environment.git;
  return `${commit.slice(0, 12)}${branch ? ` on ${branch}` : ''}${dirty ? ', with uncommitted changes' : ''}`;
}

const layersOf = (plan: Partial<RunPlan> | undefined): readonly LayerSummary[] | undefined => plan?.layers;

const longestCurve = 40;

/** First value, curve and last value of each column. */
function curves(rows: readonly CsvRow[], view: Pick<Sink, 'style' | 'width'>): string {
  if (rows.length < 2) return '';
  const names = Object.keys(rows[0]!).filter((name) => !['epoch', 'step', 'learningRate'].includes(name));
  const longestName = Math.max(...names.map((name) => name.length));
  const room = Math.max(8, Math.min(longestCurve, view.width - longestName - 26));
  return renderTable(
    [{title: ''}, {title: 'first', align: 'right'}, {title: 'curve', droppable: 1}, {title: 'last', align: 'right'}],
    names.map((name) => {
      const values = rows.map((row) => row[name] ?? Number.NaN);
      return [name, formatMetric(values[0]!), sparkline(values, room), formatMetric(values.at(-1)!)];
    }),
    view,
  );
}
