import type {CsvRow} from './run.js';

/** Columns of numbers, null where a row has none or one that is not finite. */
export interface Series {
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  /** Rows, the same in all columns. */
  readonly length: number;
  /** 1, or more where only every so-many-th row (and the last) is kept. */
  readonly every: number;
}

/** What changes a series: rows from `from` on are replaced by these. */
export interface SeriesPatch extends Series {
  readonly from: number;
}

/** Significant digits that curves are kept with: more than any screen shows. */
const numDigits = 6;

/** A series that grows, and keeps every second row of what it has whenever it grows too long. */
export class SeriesBuffer {
  #rows: CsvRow[] = [];
  #every = 1;
  #numSeen = 0;
  /** The last row, where it is not one of those to keep. */
  #loose: CsvRow | undefined;
  readonly #names = new Set<string>();

  /** @param maxRows at least 2 @param names columns to keep; all by default */
  constructor(
    readonly maxRows: number,
    readonly names?: readonly string[],
  ) {}

  /** @returns what has changed; undefined without rows */
  append(rows: readonly CsvRow[]): SeriesPatch | undefined {
    if (rows.length === 0) return undefined;
    const from = this.#rows.length;
    const numNames = this.#names.size;
    const every = this.#every;
    for (const row of rows) this.#add(row);
    return this.#patch(this.#every === every && this.#names.size === numNames ? from : 0);
  }

  /** All of it, as a change of nothing. */
  get whole(): SeriesPatch {
    return this.#patch(0);
  }

  #add(row: CsvRow): void {
    for (const name of this.names ?? Object.keys(row)) this.#names.add(name);
    this.#numSeen++;
    this.#loose = row;
    if (this.#numSeen % this.#every !== 0) return;
    this.#rows.push(row);
    this.#loose = undefined;
    if (this.#rows.length <= this.maxRows) return;
    this.#every *= 2;
    this.#rows = this.#rows.filter((_, index) => index % 2 === 1);
    if (this.#numSeen % this.#every !== 0) this.#loose = row;
  }

  #patch(from: number): SeriesPatch {
    const rows = this.#rows.slice(from);
    if (this.#loose) rows.push(this.#loose);
    const columns = Object.fromEntries(
      [...this.#names].map((name) => [name, rows.map((row) => rounded(row[name]))] as const),
    );
    return {columns, length: from + rows.length, every: this.#every, from};
  }
}

const rounded = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(numDigits));

/** A series after a change. */
export function patched(series: Series, {from, columns, length, every}: SeriesPatch): Series {
  const joined = Object.entries(columns).map(
    ([name, values]) => [name, [...(series.columns[name] ?? []).slice(0, from), ...values]] as const,
  );
  return {columns: Object.fromEntries(joined), length, every};
}
