import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';
import {type CsvText, quoteCell, rowError, scanCsv} from './csv-scan.js';
import {displayPath} from './paths.js';

export type ColumnKind = 'numeric' | 'categorical';

/** A column in memory: numbers as doubles, words as numbers of a dictionary. */
export interface CsvColumn {
  readonly name: string;
  /** Place in a row, from 0. */
  readonly field: number;
  readonly kind: ColumnKind;
  /** One per row: the number, or the word's place in `words`. */
  readonly values: Float64Array;
  /** In order of appearance; empty for numbers. */
  readonly words: readonly string[];
}

export interface CsvTable {
  readonly text: CsvText;
  readonly numRows: number;
  /** The columns asked for, in the order of the file. */
  readonly columns: readonly CsvColumn[];
}

/** Which columns to read. Without a kind, a column is numeric when its first value is a number. */
export interface ColumnPlan {
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  /** Whether to read a column of this name. */
  wants(name: string): boolean;
  /** Columns the spec names, with the key that names them; each must be there. */
  readonly named: ReadonlyMap<string, string>;
}

/** Reads a table column by column. @throws ExpError with file:line:column */
export function readTable(text: CsvText, plan: ColumnPlan): CsvTable {
  const builders: ColumnBuilder[] = [];
  let numRows = 0;
  scanCsv(text, {
    names(names) {
      checkNamed(text, names, plan.named);
      names.forEach((name, field) => {
        if (plan.wants(name)) builders.push(new ColumnBuilder(text, name, field, plan.kinds.get(name)));
      });
    },
    row(fields, row) {
      for (const builder of builders) builder.add(fields[builder.field]!, row);
      numRows = row + 1;
    },
  });
  return {text, numRows, columns: builders.map((builder) => builder.finish())};
}

function checkNamed(text: CsvText, names: readonly string[], named: ReadonlyMap<string, string>): void {
  for (const [name, key] of named) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(text.file)} has no column "${name}" (${key}); its columns are ${names.join(', ')}`,
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const notFinitePattern = /^[+-]?(?:nan|inf|infinity)$/i;
const missingPattern = /^(?:na|n\/a|null|none|\?)$/i;

class ColumnBuilder {
  #values = new Float64Array(64);
  #length = 0;
  readonly #words = new Map<string, number>();

  constructor(
    private readonly text: CsvText,
    readonly name: string,
    readonly field: number,
    private kind: ColumnKind | undefined,
  ) {}

  add(cell: string, row: number): void {
    if (cell === '') {
      const hint = `fill it in, drop the row, or leave the column out: ignore: [${this.name}]`;
      throw this.error(row, 'is empty; missing values are not accepted', hint);
    }
    this.kind ??= this.guess(cell, row);
    if (this.kind === 'numeric') this.push(this.parse(cell, row));
    else {
      const known = this.#words.get(cell);
      if (known === undefined) this.#words.set(cell, this.#words.size);
      this.push(known ?? this.#words.size - 1);
    }
  }

  finish(): CsvColumn {
    const {name, field} = this;
    const values = this.#values.subarray(0, this.#length);
    return {name, field, kind: this.kind ?? 'numeric', values, words: [...this.#words.keys()]};
  }

  private guess(cell: string, row: number): ColumnKind {
    if (!missingPattern.test(cell))
      return numberPattern.test(cell) || notFinitePattern.test(cell) ? 'numeric' : 'categorical';
    const hint = `if ${cell} is a category: columns: {${this.name}: categorical}`;
    throw this.error(row, `is ${cell}; missing values are not accepted`, hint);
  }

  private parse(cell: string, row: number): number {
    if (numberPattern.test(cell)) {
      const value = Number(cell);
      if (Number.isFinite(Math.fround(value))) return value;
      throw this.error(row, `is ${cell}; expected a number that a 32-bit float can hold (below 3.4e38)`);
    }
    if (notFinitePattern.test(cell)) throw this.error(row, `is ${cell}; expected a finite number`);
    const hint = `for a column of words: columns: {${this.name}: categorical}`;
    throw this.error(row, `is ${quoteCell(cell)}; expected a number`, hint);
  }

  private push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  private error(row: number, message: string, hint?: string): ExpError {
    return rowError(this.text, row, this.field, `column ${quoteCell(this.name)} ${message}`, hint);
  }
}
