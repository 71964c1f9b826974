import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';
import {type BlockSpill, type ColumnBlocks, type ColumnValues, ValuesBuilder} from './column-values.js';
import {displayPath} from './paths.js';

export type ColumnKind = 'numeric' | 'categorical';

/**
 * A column: numbers as doubles, words as numbers of a dictionary. In `values`, one per row, stands the number, or the word's place in
 * `words`; NaN is a missing number, -1 a missing word.
 */
export interface Column extends ColumnValues {
  readonly name: string;
  /** Place in a row, from 0. */
  readonly field: number;
  readonly kind: ColumnKind;
  /** In order of appearance; empty for numbers. */
  readonly words: readonly string[];
  /** Where its values went, if the plan says so. */
  readonly blocks?: ColumnBlocks['blocks'];
}

/** A table of one of the formats. */
export interface Table extends TableFile {
  readonly numRows: number;
  /** Whether its values are read from a file when they are asked for. */
  readonly isOnDisk?: boolean;
  /** The columns asked for, in the order of the file. */
  readonly columns: readonly Column[];
}

/** A file of rows, as far as error messages go. */
export interface TableFile {
  /** Absolute path, for messages. */
  readonly file: string;
  /** A DATA_INVALID error at a cell; the message follows the place. @param row from 0, headers not counted @param field from 0 */
  cellError(row: number, field: number, message: string, hint?: string): ExpError;
}

/** Which columns to read. Without a kind, a column is numeric when its first value is a number. */
export interface ColumnPlan {
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  /** Whether to read a column of this name. */
  wants(name: string): boolean;
  /** Columns the spec names, with the key that names them; each must be there. */
  readonly named: ReadonlyMap<string, string>;
  /** Whether a column may lack values once it is known to be of this kind; none may by default. */
  acceptsMissing?(name: string, kind: ColumnKind): boolean;
  /** Takes the columns' values instead of memory; columns then have `blocks` and no values. */
  readonly spill?: BlockSpill | undefined;
}

/** Throws unless every column that the spec names is there. @param file absolute */
export function checkNamed(file: string, names: readonly string[], named: ColumnPlan['named']): void {
  for (const [name, key] of named) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(file)} has no column "${name}" (${key}); its columns are ${names.join(', ')}`,
      near === undefined ? otherDelimiter(names) : `did you mean ${near}?`,
    );
  }
}

/** What to write if a header looks as if it were divided by something else. */
function otherDelimiter([only = '', ...more]: readonly string[]): string | undefined {
  const delimiter = more.length > 0 ? undefined : /[;\t|,]/.exec(only)?.[0];
  return delimiter === undefined
    ? undefined
    : `its fields seem to be divided by another character: write \`delimiter: ${JSON.stringify(delimiter)}\``;
}

/** A cell as messages show it: on one line and not too long. */
export const quoteCell = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const notFinitePattern = /^[+-]?(?:nan|inf|infinity)$/i;
const missingPattern = /^(?:na|n\/a|null|none|\?)$/i;

/** Collects the cells of one column, row by row. */
export class ColumnBuilder {
  readonly #values: ValuesBuilder;
  readonly #words = new Map<string, number>();
  #kind: ColumnKind | undefined;
  /** Missing cells before the first that tells the kind. */
  #waiting: (() => void)[] = [];

  constructor(
    private readonly table: TableFile,
    readonly name: string,
    readonly field: number,
    private readonly plan: ColumnPlan,
  ) {
    this.#kind = plan.kinds.get(name);
    this.#values = new ValuesBuilder(plan.spill);
  }

  /** A cell of a format that knows only text: what looks like a number may be one. */
  addText(cell: string, row: number): void {
    if (this.#kind === undefined && (cell === '' || missingPattern.test(cell))) {
      this.wait(() => this.addText(cell, row), this.missingText(cell, row));
      return;
    }
    this.settle(numberPattern.test(cell) || notFinitePattern.test(cell) ? 'numeric' : 'categorical');
    const mayLack = this.accepts(this.#kind!);
    if (this.#kind === 'categorical') {
      if (cell !== '') this.pushWord(cell);
      else if (mayLack) this.#values.push(-1);
      else throw this.missing(row, 'empty');
    } else if (mayLack && isMissingNumber(cell)) this.#values.push(Number.NaN);
    else if (cell === '') throw this.missing(row, 'empty');
    else this.#values.push(this.parse(cell, row));
  }

  /**
   * A cell of a format that has types: numbers, texts and truth values, which are the words false and true. In a column declared to hold
   * words a time is its text in ISO 8601.
   */
  addTyped(given: unknown, row: number): void {
    const cell = given instanceof Date && this.#kind === 'categorical' ? given.toISOString() : given;
    const isMissing = cell === null || cell === undefined || cell === '';
    if (isMissing && this.#kind === undefined) {
      this.wait(() => this.addTyped(cell, row), this.missing(row, nameOfMissing(cell)));
      return;
    }
    const isNumber = typeof cell === 'number' || typeof cell === 'bigint';
    if (!isMissing && !isNumber && typeof cell !== 'string' && typeof cell !== 'boolean') {
      const hint = `leave it out: ignore: [${this.name}]`;
      throw this.error(row, `holds ${describeCell(cell)}; expected numbers, texts or truth values`, hint);
    }
    this.settle(isNumber ? 'numeric' : 'categorical');
    const mayLack = this.accepts(this.#kind!);
    if (isMissing && !mayLack) throw this.missing(row, nameOfMissing(cell));
    if (this.#kind === 'categorical') {
      if (isMissing) this.#values.push(-1);
      else this.pushWord(String(cell));
    } else if (isMissing || (mayLack && Number.isNaN(cell))) this.#values.push(Number.NaN);
    else if (typeof cell === 'string') throw this.notANumber(cell, row);
    else this.#values.push(this.finite(Number(cell), String(cell), row));
  }

  finish(): Column {
    this.settle('numeric');
    const {name, field} = this;
    return {...this.#values.finish(), name, field, kind: this.#kind!, words: [...this.#words.keys()]};
  }

  /** Keeps a missing cell until the column's kind is known. @param error if no kind may lack values */
  private wait(add: () => void, error: ExpError): void {
    if (!this.accepts('numeric') && !this.accepts('categorical')) throw error;
    this.#waiting.push(add);
  }

  /** Takes a kind if there is none yet, and adds what waited for it. */
  private settle(kind: ColumnKind): void {
    if (this.#kind !== undefined) return;
    this.#kind = kind;
    for (const add of this.#waiting) add();
    this.#waiting = [];
  }

  private accepts(kind: ColumnKind): boolean {
    return this.plan.acceptsMissing?.(this.name, kind) ?? false;
  }

  private missingText(cell: string, row: number): ExpError {
    if (cell === '') return this.missing(row, 'empty');
    const hint = `if ${cell} is a category: columns: {${this.name}: categorical}`;
    return this.error(row, `is ${cell}; missing values are not accepted`, hint);
  }

  private parse(cell: string, row: number): number {
    if (numberPattern.test(cell)) return this.finite(Number(cell), cell, row);
    if (notFinitePattern.test(cell)) throw this.error(row, `is ${cell}; expected a finite number`);
    throw this.notANumber(cell, row);
  }

  private finite(value: number, shown: string, row: number): number {
    if (Number.isFinite(Math.fround(value))) return value;
    if (!/\d/.test(shown)) throw this.error(row, `is ${shown}; expected a finite number`);
    throw this.error(row, `is ${shown}; expected a number that a 32-bit float can hold (below 3.4e38)`);
  }

  private notANumber(cell: string, row: number): ExpError {
    const hint = `for a column of words: columns: {${this.name}: categorical}`;
    return this.error(row, `is ${quoteCell(cell)}; expected a number`, hint);
  }

  private missing(row: number, what: string): ExpError {
    const imputed = `{type: ${this.#kind ?? 'numeric'}, impute: ${this.#kind === 'categorical' ? 'mostFrequent' : 'median'}}`;
    const hint = `fill it in, impute it (columns: {${this.name}: ${imputed}}), or leave the column out: ignore: [${this.name}]`;
    return this.error(row, `is ${what}; missing values are not accepted`, hint);
  }

  private pushWord(word: string): void {
    const known = this.#words.get(word);
    if (known === undefined) this.#words.set(word, this.#words.size);
    this.#values.push(known ?? this.#words.size - 1);
  }

  private error(row: number, message: string, hint?: string): ExpError {
    return this.table.cellError(row, this.field, `column ${quoteCell(this.name)} ${message}`, hint);
  }
}

const isMissingNumber = (cell: string): boolean => cell === '' || missingPattern.test(cell) || /^[+-]?nan$/i.test(cell);

const nameOfMissing = (cell: unknown): string => (cell === '' ? 'empty' : cell === null ? 'null' : 'missing');

function describeCell(cell: unknown): string {
  if (Array.isArray(cell)) return 'a list';
  if (cell instanceof Date) return 'a time';
  return cell instanceof Uint8Array ? 'bytes' : 'a map';
}
