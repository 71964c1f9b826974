import {isUtf8} from 'node:buffer';
import {type CsvError, parse} from 'csv-parse/sync';
import {ExpError} from '../../support/errors.js';
import {displayPath} from './paths.js';

/** A CSV text and how it is written. */
export interface CsvText {
  /** Absolute path, for messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly delimiter: string;
  /** Whether the first record names the columns; they are called 1, 2, … otherwise. */
  readonly header: boolean;
}

/** Called with the column names first, then with every row; rows count from 0. */
export interface CsvVisitor {
  names(names: readonly string[]): void;
  row(fields: readonly string[], row: number): void;
}

/**
 * Reads a CSV text record by record (RFC 4180; blanks around fields are dropped, empty lines skipped).
 * @throws ExpError DATA_INVALID for anything but a rectangular UTF-8 table with at least one row
 */
export function scanCsv(text: CsvText, visitor: CsvVisitor): void {
  const shown = displayPath(text.file);
  if (!isUtf8(text.bytes)) {
    throw new ExpError('DATA_INVALID', `${shown} is not UTF-8 text`, 'save it as UTF-8');
  }
  let names: readonly string[] | undefined;
  let numRows = 0;
  forEachRecord(text, (fields, record) => {
    if (names === undefined) {
      names = text.header ? checkedNames(text, fields) : fields.map((_, field) => String(field + 1));
      visitor.names(names);
      if (text.header) return;
    }
    if (fields.length !== names.length) {
      const what = text.header ? 'the header' : 'the first row';
      throw cellError(text, record, 0, `has ${fields.length} fields; ${what} has ${names.length}`);
    }
    visitor.row(fields, numRows++);
  });
  if (names === undefined) throw new ExpError('DATA_INVALID', `${shown} is empty; expected a table`);
  if (numRows === 0) throw new ExpError('DATA_INVALID', `${shown} holds a header and no rows`);
}

/** An error at a row's cell. @param row counted from 0, the header not counted */
export const rowError = (text: CsvText, row: number, field: number, message: string, hint?: string): ExpError =>
  cellError(text, text.header ? row + 1 : row, field, message, hint);

/** An error at `file:line:column`. The place is found by reading again, so that good files cost nothing. */
function cellError(text: CsvText, record: number, field: number, message: string, hint?: string): ExpError {
  const {line, column} = locate(text, record, field);
  return new ExpError('DATA_INVALID', `${displayPath(text.file)}:${line}:${column} ${message}`, hint);
}

function forEachRecord(text: CsvText, visit: (fields: string[], record: number, endByte: number) => void): void {
  let record = 0;
  try {
    parse(text.bytes, {
      bom: true,
      delimiter: text.delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (fields: string[], {bytes}) => {
        visit(fields, record++, bytes);
        return null;
      },
    });
  } catch (error) {
    throw isCsvError(error) ? syntaxError(text, error) : error;
  }
}

const isCsvError = (error: unknown): error is CsvError & {lines?: number} =>
  error instanceof Error && 'code' in error && /CSV_|INVALID_OPENING_QUOTE/.test(String(error.code));

function syntaxError({file}: CsvText, error: CsvError & {lines?: number}): ExpError {
  const place = `${displayPath(file)}:${error.lines ?? 1}`;
  const message = quoteMessages[error.code as string];
  return message === undefined
    ? new ExpError('DATA_INVALID', `${place} ${error.message}`, undefined, {cause: error})
    : new ExpError('DATA_INVALID', `${place} ${message}`, 'inside quotes a quote is written twice: ""', {cause: error});
}

const quoteMessages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'has text after a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote in the middle of a field',
};

function checkedNames(text: CsvText, names: readonly string[]): readonly string[] {
  names.forEach((name, field) => {
    if (name === '') throw cellError(text, 0, field, 'has no column name', 'name it, or set header: false');
    const first = names.indexOf(name);
    if (first !== field)
      throw cellError(text, 0, field, `names a second column "${name}"; the first is number ${first + 1}`);
  });
  return names;
}

/** Line and column, counted from 1, of a field. @param record counted from 0, header included */
function locate(text: CsvText, record: number, field: number): {line: number; column: number} {
  const done = new Error('found');
  let start = 0;
  try {
    forEachRecord(text, (_, index, endByte) => {
      if (index === record) throw done;
      start = endByte;
    });
  } catch (error) {
    if (error !== done) throw error;
  }
  const source = Buffer.from(text.bytes.buffer, text.bytes.byteOffset, text.bytes.length);
  const before = source.toString('utf8', 0, start).replace(/^\uFEFF/, '');
  const after = source.toString('utf8', start).replace(start === 0 ? /^\uFEFF/ : /^(?!)/, '');
  const blank = /^(?:[^\S\r\n]*(?:\r\n|\n|\r))*/.exec(after)?.[0] ?? '';
  let at = blank.length;
  for (let skipped = 0, quoted = false; skipped < field && at < after.length; at++) {
    if (after[at] === '"') quoted = !quoted;
    else if (!quoted && after.startsWith(text.delimiter, at)) {
      skipped++;
      at += text.delimiter.length - 1;
    }
  }
  const lines = (before + after.slice(0, at)).split(/\r\n|\n|\r/);
  const lead = /^[^\S\r\n]*/.exec(after.slice(at))?.[0] ?? '';
  const padding = lead.includes(text.delimiter) ? 0 : lead.length;
  return {line: lines.length, column: (lines.at(-1) ?? '').length + padding + 1};
}
