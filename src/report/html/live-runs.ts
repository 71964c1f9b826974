import type {CompareRequest, Comparison} from '../../comparison/compare.js';
import {type ComparedRun, comparedRun} from '../../comparison/compared-run.js';
import type {Goal} from '../../comparison/goal.js';
import {metricNames} from '../../comparison/term.js';
import type {Run} from '../../runs/run.js';
import {RunTail} from '../../runs/run-tail.js';
import type {RunsFolder} from '../../runs/runs-folder.js';
import {ExpError} from '../../support/errors.js';
import {expVersion} from '../../support/versions.js';
import type {Overview, PageData} from '../page/data.js';
import type {CurvePatch, LiveChange} from '../page/live-data.js';
import {LiveSweeps} from './live-sweeps.js';
import {overviewOf} from './overview.js';
import {type RunFigures, type RunRecords, runData, runFigures, runRecords} from './run-data.js';

/** Rows of curves that are kept of a run; a longer one keeps every second row. */
const limits = {epochs: 2000, steps: 2000};
const cellsPerRun = 10_000;

interface Entry {
  run: Run;
  compared: ComparedRun;
  records: RunRecords;
  figures: RunFigures | undefined;
  readonly tail: RunTail;
}

/** Runs of a folder as a page shows them, kept up to date by looking at the folder. */
export class LiveRuns {
  readonly #entries = new Map<string, Entry>();
  #overview: Overview | undefined;
  #comparison: Comparison | undefined;
  #shape = '';
  readonly #sweeps = new LiveSweeps();

  /** @param usual what is sorted by, unless the request says so, as soon as any run has it */
  constructor(
    readonly folder: RunsFolder,
    readonly request: CompareRequest,
    readonly usual?: {readonly metric: string; readonly goal: NonNullable<Goal>},
  ) {}

  /** All of it. */
  data(title: string): PageData {
    const runs = [...this.#entries.values()].flatMap(({records, figures, tail}) =>
      figures ? [runData(records, figures, tail)] : [],
    );
    const overview = this.#overview ?? emptyOverview;
    const sweeps = this.#sweeps.data;
    const found = {overview, runs, ...(sweeps.length > 0 ? {sweeps} : {})};
    return {mode: 'watch', title, createdAt: new Date().toISOString(), version: expVersion(), ...found};
  }

  runOf(id: string): Run | undefined {
    return this.#entries.get(id)?.run;
  }

  get numRunning(): number {
    return [...this.#entries.values()].filter(({run}) => run.state === 'running').length;
  }

  /**
   * Looks at the folder.
   * @returns what has changed; `all` when the table has other columns now, so that the data are to be sent as a whole; undefined for nothing
   */
  update(): LiveChange | 'all' | undefined {
    const {changed, gone, numLeftOut, sweeps: folders} = this.folder.look();
    const sweeps = this.#sweeps.update(folders) ? {sweeps: this.#sweeps.data} : {};
    for (const id of gone) this.#entries.delete(id);
    const patches: CurvePatch[] = [];
    for (const run of changed) this.#read(run);
    const changedIds = new Set(changed.map(({key}) => key));
    for (const [id, {run, tail}] of this.#entries) {
      if (run.state !== 'running' && !changedIds.has(id)) continue;
      const change = tail.update(run.state !== 'running');
      if (change.epochs || change.steps) patches.push({id, ...change});
    }
    if (changed.length === 0 && gone.length === 0) {
      return patches.length > 0 || sweeps.sweeps ? {runs: [], patches, gone, ...sweeps} : undefined;
    }
    const shape = this.#compare(numLeftOut);
    const isSame = shape === this.#shape;
    this.#shape = shape;
    const context = {
      columns: this.#comparison?.columns ?? [],
      settings: (this.#overview?.settings ?? []).map(({path}) => path),
    };
    const stale = isSame
      ? [...this.#entries.values()].filter(({run}) => changedIds.has(run.key))
      : [...this.#entries.values()];
    for (const entry of stale) entry.figures = runFigures(entry.run, entry.compared, context);
    if (!isSame) return 'all';
    const runs = stale.flatMap(({records, figures}) => (figures ? [{...records, ...figures}] : []));
    return {overview: this.#overview ?? emptyOverview, runs, patches, gone, ...sweeps};
  }

  #read(run: Run): void {
    const known = this.#entries.get(run.key);
    const records = runRecords(run, {cells: cellsPerRun});
    const tail = known?.tail ?? new RunTail(run.path, limits);
    this.#entries.set(run.key, {run, compared: comparedRun(run), records, figures: undefined, tail});
  }

  /** @returns what the columns of the table and the settings are: when they change, every run has other figures */
  #compare(numLeftOut: number): string {
    if (this.#entries.size === 0) {
      [this.#overview, this.#comparison] = [emptyOverview, undefined];
      return '';
    }
    const runs = [...this.#entries.values()].map(({compared}) => compared);
    runs.sort((a, b) => (a.startedAt?.getTime() ?? 0) - (b.startedAt?.getTime() ?? 0) || (a.id < b.id ? -1 : 1));
    const {overview, comparison} = this.#overviewOf(runs);
    const note = `the ${runs.length} runs that changed last; ${numLeftOut} more are in the folder`;
    this.#overview = numLeftOut > 0 ? {...overview, notes: [...overview.notes, note]} : overview;
    this.#comparison = comparison;
    return JSON.stringify([overview.columns, overview.settings.map(({path}) => path)]);
  }

  #requestFor(runs: readonly ComparedRun[]): CompareRequest {
    const {request, usual} = this;
    if (!usual || request.sort !== undefined) return request;
    const {metric, goal} = usual;
    if (!runs.some((run) => metricNames(run).includes(metric))) return request;
    const sort = `${goal === 'maximize' ? 'max' : 'min'} ${metric}`;
    return {...request, sort, goals: new Map([[metric, goal], ...(request.goals ?? [])])};
  }

  /** Columns that no run has yet (or any more) are no reason to show nothing. */
  #overviewOf(runs: readonly ComparedRun[]): ReturnType<typeof overviewOf> {
    try {
      return overviewOf(runs, this.#requestFor(runs));
    } catch (error) {
      if (!(error instanceof ExpError)) throw error;
      const {overview, comparison} = overviewOf(runs, {groupBy: this.request.groupBy});
      return {overview: {...overview, notes: [...overview.notes, error.message]}, comparison};
    }
  }
}

const emptyOverview: Overview = {columns: [], rows: [], notes: [], settings: []};
