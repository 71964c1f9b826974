import {isUtf8} from 'node:buffer';
import {ExpError} from '../../support/errors.js';
import {displayPath} from './paths.js';
import {ColumnBuilder, type ColumnPlan, checkNamed, quoteCell, type Table, type TableFile} from './table.js';

const lineFeed = 10;

/**
 * Reads JSON lines column by column: one object a line, empty lines skipped. The first object names the columns; later ones have the
 * same, in any order, and may have others that the plan does not want.
 * @param file absolute @throws ExpError with file:line
 */
export function readJsonlTable(file: string, bytes: Uint8Array, plan: ColumnPlan): Table {
  const shown = displayPath(file);
  if (!isUtf8(bytes)) throw new ExpError('DATA_INVALID', `${shown} is not UTF-8 text`, 'save it as UTF-8');
  let line = 0;
  const errorHere = (message: string, hint?: string): ExpError =>
    new ExpError('DATA_INVALID', `${shown}:${line} ${message}`, hint);
  /** By row; empty lines are no rows. */
  const lines: number[] = [];
  const table: TableFile = {
    file,
    cellError: (row, _field, message, hint) => new ExpError('DATA_INVALID', `${shown}:${lines[row]} ${message}`, hint),
  };
  const seen = new Set<string>();
  let builders: ReadonlyMap<string, ColumnBuilder> | undefined;
  let numRows = 0;
  for (const text of linesOf(bytes)) {
    line++;
    if (text.trim() === '') continue;
    const object = parseObject(text, errorHere);
    lines.push(line);
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
    for (const [name, builder] of builders) builder.addTyped(object[name], numRows);
    numRows++;
  }
  if (!builders) throw new ExpError('DATA_INVALID', `${shown} is empty; expected one JSON object a line`);
  checkNamed(file, [...seen], plan.named);
  return {...table, numRows, columns: Array.from(builders.values(), (builder) => builder.finish())};
}

/** Texts between line feeds, a byte order mark left out. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(lineFeed, start);
    const stop = end === -1 ? bytes.length : end;
    yield decoder.decode(bytes.subarray(start, stop));
    start = stop + 1;
  }
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
