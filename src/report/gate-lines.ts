import type {GateFailure, GateValue} from '../comparison/gate.js';
import type {Group} from '../comparison/groups.js';
import {deltaOf} from '../comparison/held.js';
import {labelOf, sampleText} from './comparison-cells.js';
import {groupLabels} from './curve-labels.js';
import {formatMetric} from './format.js';
import {signed} from './held-cells.js';
import {printableSentence} from './printable.js';

/**
 * Each clause that held, with the numbers that made it hold.
 * @param rows all that were judged, to tell which one failed
 */
export function gateLines(
  failures: readonly GateFailure[],
  rows: readonly Group[],
  groupedBy: readonly string[],
): readonly string[] {
  const labels = groupLabels(rows, groupedBy);
  const places = new Map(rows.map((row, index) => [row.runs, index]));
  return failures.map(({clause, runs, values}) => {
    const index = places.get(runs) ?? -1;
    const name = labelOf({runs});
    const label = labels[index];
    const own =
      label === undefined || label === name
        ? name
        : runs.length > 1
          ? `${runs[0]!.name}, ${label}`
          : `${name}, ${label}`;
    return printableSentence(`${own}: ${clause}; ${values.map(valueText).join('; ')}`);
  });
}

function valueText({term, value, sample, baseline, baselineSample}: GateValue): string {
  const own = value === undefined ? `${term} is missing` : `${term} = ${textOf(value, sample)}`;
  if (baseline === undefined) return own;
  const delta = deltaOf(sample, baselineSample, undefined);
  const difference = delta ? `, Δ ${signed(delta.delta)}` : '';
  const chance = delta?.p === undefined ? '' : `, Welch's p = ${delta.p.toPrecision(2)}`;
  return `${own} (baseline ${textOf(baseline, baselineSample)}${difference}${chance})`;
}

function textOf(value: NonNullable<GateValue['value']>, sample: GateValue['sample']): string {
  if (typeof value !== 'number') return JSON.stringify(value);
  if (!sample || sample.values.length < 2) return formatMetric(value);
  return `${sampleText(sample)}, n = ${sample.values.length}`;
}
