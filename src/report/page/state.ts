import type {PageData, RowData, RunData} from './data.js';

/** What may change: the data, which rows are ticked, how curves are drawn, the colours, which runs are looked at closely. */
export type Change = 'data' | 'ticks' | 'curves' | 'theme' | 'choice';

/** How curves are drawn. */
export interface CurveView {
  x: 'epoch' | 'step' | 'time';
  smooth: number;
  log: boolean;
  bands: boolean;
  sets: 'both' | 'judged' | 'training';
  /** Metrics that are drawn; chosen by default when undefined. */
  metrics: Set<string> | undefined;
}

/** Rows that are drawn at first: as many as there are colours. */
export const numFirstTicked = 8;

/** What the page shows; parts of the page listen to it. */
export class State {
  data: PageData;
  readonly curves: CurveView = {x: 'epoch', smooth: 0, log: false, bands: true, sets: 'both', metrics: undefined};
  /** The run that is shown closely, and the two that are held against each other; by default the first ones ticked. */
  run: string | undefined;
  pair: [a: string | undefined, b: string | undefined] = [undefined, undefined];
  /** Places in the palette by key of the row; what has one is ticked. */
  readonly #slots = new Map<string, number>();
  readonly #listeners: {readonly changes: readonly Change[]; readonly listener: () => void}[] = [];
  #runs = new Map<string, RunData>();

  constructor(data: PageData) {
    this.data = data;
    this.replace(data);
    const {rows} = data.overview;
    const running = data.mode === 'watch' ? rows.filter(isRunning) : [];
    this.tick([...new Set([...running, ...rows])].slice(0, numFirstTicked), true);
  }

  /** New data; ticks stay where their rows do, and runs that have just begun are ticked while there are colours. */
  replace(data: PageData): void {
    const known = new Set(this.data.overview.rows.map(keyOf));
    this.data = data;
    this.#runs = new Map(data.runs.map((run) => [run.id, run]));
    const keys = new Set(data.overview.rows.map(keyOf));
    for (const key of this.#slots.keys()) if (!keys.has(key)) this.#slots.delete(key);
    const begun = data.overview.rows.filter((row) => !known.has(keyOf(row)) && isRunning(row));
    this.tick(begun.slice(0, Math.max(0, numFirstTicked - this.#slots.size)), true);
  }

  runOf(id: string | undefined): RunData | undefined {
    return id === undefined ? undefined : this.#runs.get(id);
  }

  runsOf(row: RowData): readonly RunData[] {
    return row.runs.flatMap((id) => this.#runs.get(id) ?? []);
  }

  rowOf(run: string): RowData | undefined {
    return this.data.overview.rows.find(({runs}) => runs.includes(run));
  }

  /** The row's place in the palette; undefined where it is not ticked. */
  slotOf(row: RowData): number | undefined {
    return this.#slots.get(keyOf(row));
  }

  get tickedRows(): readonly RowData[] {
    return this.data.overview.rows.filter((row) => this.#slots.has(keyOf(row)));
  }

  /** Ticks rows, each in the first free place, or unticks them. */
  tick(rows: readonly RowData[], isTicked: boolean): void {
    for (const row of rows) {
      if (!isTicked) this.#slots.delete(keyOf(row));
      else if (!this.#slots.has(keyOf(row))) this.#slots.set(keyOf(row), this.#freeSlot());
    }
  }

  on(changes: readonly Change[], listener: () => void): void {
    this.#listeners.push({changes, listener});
  }

  emit(change: Change): void {
    for (const {changes, listener} of this.#listeners) if (changes.includes(change)) listener();
  }

  #freeSlot(): number {
    const taken = new Set(this.#slots.values());
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  }
}

const isRunning = ({state}: RowData): boolean => state.includes('running');

/** What stays when a row gets more runs. */
export const keyOf = (row: RowData): string => row.runs[0] ?? row.label;
