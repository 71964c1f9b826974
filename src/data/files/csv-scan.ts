import {type CsvError, parse} from 'csv-parse';
import {ExpError} from '../../support/errors.js';
import {type ByteSource, chunksOf, Utf8Check} from './byte-source.js';
import {placeOfField} from './csv-place.js';
import {displayPath} from './paths.js';
import {quoteCell} from './table.js';

/** A CSV text and how it is written. */
export interface CsvText {
  /** Absolute path, for messages. */
  readonly file: string;
  readonly bytes: ByteSource;
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
  return errorAt(text, endOfRecord(text, record - 1), field, message, hint);
}

function errorAt(
  text: CsvText,
  startByte: number,
  field: number,
  message: string,
  hint?: string,
  cause?: Error,
): ExpError {
  const {line, column} = placeOfField(text.bytes, startByte, field, text.delimiter);
  const place = `${displayPath(text.file)}:${line}:${column}`;
  return new ExpError('DATA_INVALID', `${place} ${message}`, hint, {cause});
}

/** Byte at which a record ends, its line break included; 0 for record -1. */
function endOfRecord(text: CsvText, record: number): number {
  if (record < 0) return 0;
  const found = new Error('found');
  let end = 0;
  try {
    forEachRecord(text, (_, index, endByte) => {
      end = endByte;
      if (index === record) throw found;
    });
  } catch (error) {
    if (error !== found) throw error;
  }
  return end;
}

function forEachRecord(text: CsvText, visit: (fields: string[], record: number, endByte: number) => void): void {
  let record = 0;
  let end = 0;
  const parser = parse({
    bom: true,
    delimiter: text.delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (fields: string[], {bytes}) => {
      visit(fields, record++, bytes);
      end = bytes;
      return null;
    },
  });
  // The parser as a stream would tell of errors later; called like this it tells at once.
  const rethrow = (error?: Error | null): void => {
    if (!error) return;
    if (!isCsvError(error)) throw error;
    const message = quoteMessages[error.code as string];
    const hint = message === undefined ? undefined : 'inside quotes a quote is written twice: ""';
    throw errorAt(text, end, Number(error.index ?? 0), message ?? error.message, hint, error);
  };
  const check = new Utf8Check();
  let numBytes = 0;
  for (const chunk of chunksOf(text.bytes)) {
    // Latin letters in UTF-16 without a byte order mark are valid UTF-8 with a zero before or behind each.
    const isUtf16 = numBytes === 0 && (chunk[0] === 0 || chunk[1] === 0);
    numBytes += chunk.length;
    if (isUtf16 || !check.accepts(chunk, numBytes === text.bytes.length)) {
      throw new ExpError('DATA_INVALID', `${displayPath(text.file)} is not UTF-8 text`, 'save it as UTF-8');
    }
    parser._transform(chunk, 'utf8', rethrow);
  }
  parser._flush(rethrow);
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && /CSV_|INVALID_OPENING_QUOTE/.test(String(error.code));

const quoteMessages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'has text after a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote in the middle of a field',
};

const namelessHint = 'name it, set header: false, or write the table without row numbers (pandas: index=False)';

function checkedNames(text: CsvText, names: readonly string[]): readonly string[] {
  names.forEach((name, field) => {
    if (name === '') throw cellError(text, 0, field, 'has no column name', namelessHint);
    const first = names.indexOf(name);
    if (first !== field)
      throw cellError(text, 0, field, `names a second column ${quoteCell(name)}; the first is number ${first + 1}`);
  });
  return names;
}
