import {ExpError} from '../../support/errors.js';
import {type ByteSource, chunksOf} from './byte-source.js';
import {displayPath} from './paths.js';
import {ColumnBuilder, type ColumnPlan, checkNamed, quoteCell, type Table, type TableFile} from './table.js';

const lineFeed = 10;

/**
 * Reads JSON lines column by column: one object a line, empty lines skipped. The first object names the columns; later ones have the
 * same, in any order, and may have others that the plan does not want.
 * @param file absolute @throws ExpError with file:line
 */
export function readJsonlTable(file: string, bytes: ByteSource, plan: ColumnPlan): Table {
  const shown = displayPath(file);
  let line = 0;
  const errorHere = (message: string, hint?: string): ExpError =>
    new ExpError('DATA_INVALID', `${shown}:${line} ${message}`, hint);
  const table = jsonlFile(file, bytes);
  const seen = new Set<string>();
  let builders: ReadonlyMap<string, ColumnBuilder> | undefined;
  let numRows = 0;
  for (const text of linesOf(bytes, shown)) {
    line++;
    if (text.trim() === '') continue;
    const object = parseObject(text, errorHere);
    builders ??= new Map(
      Object.keys(object)
        .filter((name) => plan.wants(name))
        .map((name, field) => [name, new ColumnBuilder(table, name, field, plan)]),
    );
    for (const name of Object.keys(object)) {
      seen.add(name);
      if (builders.has(name) || !plan.wants(name)) continue;
      const first = [...builders.keys()].join(', ');
      throw errorHere(
        `has the column ${quoteCell(name)}, which the first line lacks; it has ${first}`,
        `leave it out (ignore: [${name}]), or give every line the same columns`,
      );
    }
    for (const [name, builder] of builders)
      builder.addTyped(Object.hasOwn(object, name) ? object[name] : undefined, numRows);
    numRows++;
  }
  if (!builders) throw new ExpError('DATA_INVALID', `${shown} is empty; expected one JSON object a line`);
  checkNamed(file, [...seen], plan.named);
  return {...table, numRows, columns: Array.from(builders.values(), (builder) => builder.finish())};
}

/** A file of JSON lines as far as messages go; the line of a row is looked for when there is something to say about it. */
export function jsonlFile(file: string, bytes: ByteSource): TableFile {
  const shown = displayPath(file);
  const lineOf = (row: number): number => {
    let line = 0;
    let numRows = 0;
    for (const text of linesOf(bytes, shown)) {
      line++;
      if (text.trim() !== '' && numRows++ === row) break; // empty lines are no rows
    }
    return line;
  };
  return {
    file,
    cellError: (row, _field, message, hint) => new ExpError('DATA_INVALID', `${shown}:${lineOf(row)} ${message}`, hint),
  };
}

/** Texts between line feeds, a byte order mark left out. @throws ExpError for what is not UTF-8 */
function* linesOf(source: ByteSource, shown: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', {fatal: true});
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new ExpError('DATA_INVALID', `${shown} is not UTF-8 text`, 'save it as UTF-8');
    }
  };
  let left: Uint8Array[] = [];
  for (const chunk of chunksOf(source)) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const part = chunk.subarray(start, end);
      yield decode(left.length > 0 ? Buffer.concat([...left, part]) : part);
      left = [];
      start = end + 1;
    }
    left.push(chunk.slice(start));
  }
  if (left.some(({length}) => length > 0)) yield decode(Buffer.concat(left));
}

function parseObject(
  text: string,
  error: (message: string, hint?: string) => ExpError,
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw error(`is not JSON: ${quoteCell(text.trim())}`, 'each line holds one whole object: {"a": 1, "y": "yes"}');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw error(`is not a JSON object: ${quoteCell(text.trim())}`, 'each line holds one object: {"a": 1, "y": "yes"}');
}
