import type {GateFailure} from '../comparison/gate.js';
import {labelOf, printable} from './comparison-cells.js';
import {formatMetric} from './format.js';

/** Each clause that held, with the numbers that made it hold. */
export function gateLines(failures: readonly GateFailure[]): readonly string[] {
  return failures.map(({clause, runs, values}) => {
    const told = values.map(({term, value, baseline}) => {
      const own = `${term} ${value === undefined ? 'is missing' : `= ${shown(value)}`}`;
      return baseline === undefined ? own : `${own} (baseline ${shown(baseline)})`;
    });
    return printable(`${labelOf({runs})}: ${clause}; ${told.join(', ')}`);
  });
}

const shown = (value: number | string | boolean): string =>
  typeof value === 'number' ? formatMetric(value) : JSON.stringify(value);
