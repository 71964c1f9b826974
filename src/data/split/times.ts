import {DataSpecError} from '../data-error.js';

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const datePattern =
  /^(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * The cells of a column as numbers that grow with time: all numbers as they are, or all dates of ISO 8601 in milliseconds; a time without
 * a zone is taken as UTC.
 * @param from where a part begins, read in the same way
 * @param path of the section, which names the column with `time`
 * @throws DataSpecError naming the first row that is neither
 */
export function timesOf(
  cells: readonly string[],
  {name, from, path}: {readonly name: string; readonly from?: string | number | undefined; readonly path: string},
): {readonly times: Float64Array; readonly from?: number} {
  const areNumbers = numberPattern.test(cells[0] ?? '');
  const parse = areNumbers ? parseNumber : parseDate;
  const times = Float64Array.from(cells, (cell, row) => {
    const time = parse(cell);
    if (!Number.isNaN(time)) return time;
    const expected = areNumbers ? 'a number as in row 1' : 'a number, or a date such as 2024-12-31';
    throw new DataSpecError(
      `${path}.time`,
      `names the column "${name}", which holds ${JSON.stringify(cell)} in row ${row + 1}; expected ${expected}`,
      'dates are written as in ISO 8601: 2024-12-31, 2024-12-31 23:59, 2024-12-31T23:59:00Z',
    );
  });
  if (from === undefined) return {times};
  const start = parse(String(from));
  if (!Number.isNaN(start)) return {times, from: start};
  const kind = areNumbers ? 'numbers' : 'dates';
  throw new DataSpecError(`${path}.from`, `is ${JSON.stringify(from)}, but the column "${name}" holds ${kind}`);
}

const parseNumber = (text: string): number => (numberPattern.test(text) ? Number(text) : Number.NaN);

function parseDate(text: string): number {
  const [whole, date, time, zone] = datePattern.exec(text) ?? [];
  if (whole === undefined) return Number.NaN;
  if (!daysExist(date!)) return Number.NaN;
  if (time === undefined) return Date.parse(date!);
  const offset = (zone ?? 'Z').replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  return Date.parse(`${date}T${time}${offset}`);
}

/** February 30th is March 1st or 2nd to Date.parse. */
const daysExist = (date: string): boolean => {
  const parsed = new Date(Date.parse(date));
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
};
