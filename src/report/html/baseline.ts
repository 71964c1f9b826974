import path from 'node:path';
import type {Baseline} from '../../comparison/baseline.js';
import {type Comparison, rowOf} from '../../comparison/compare.js';
import type {ComparedRun} from '../../comparison/compared-run.js';
import type {Group} from '../../comparison/groups.js';
import {type Delta, type HeldRow, holdAgainst} from '../../comparison/held.js';
import {cellText, labelOf, sampleText} from '../comparison-cells.js';
import {deltaColumns, deltaText, heldNotes, isChance, signed} from '../held-cells.js';
import type {CellData, DeltaData, Overview} from '../page/data.js';
import {printable, printableSentence} from '../printable.js';
import {cellOf} from './overview.js';

/**
 * An overview with a baseline in it: its rows are marked, or stand beside the others where they are not among them, and every other row
 * says how far it is from its counterpart.
 */
export function withBaseline(overview: Overview, comparison: Comparison, baseline: Baseline): Overview {
  const held = holdAgainst(comparison, baseline);
  const shown = deltaColumns(comparison, held);
  const own = new Set(held.rows.filter(({row}) => baseline.rows.some((group) => isSame(group, row))));
  const rows = overview.rows.map((row, index) => {
    const one = held.rows[index]!;
    if (own.has(one)) return {...row, isBaseline: true as const};
    return {...row, cells: row.cells.map((cell, column) => (shown.has(column) ? withDelta(cell, one, column) : cell))};
  });
  const others = baseline.rows.filter((group) => !comparison.rows.some((row) => isSame(group, row)));
  return {
    ...overview,
    rows,
    baseline: {name: printable(baseline.name), rows: others.map((group) => besideOthers(group, comparison))},
    notes: [...overview.notes, ...heldNotes(comparison, held).map(printableSentence)],
  };
}

const isSame = (a: Pick<Group, 'runs'>, b: Pick<Group, 'runs'>): boolean =>
  a.runs.length === b.runs.length && a.runs.every((run) => b.runs.some((other) => placeOf(other) === placeOf(run)));

/** Of a run; those of a file have a place inside it. */
const placeOf = (run: ComparedRun): string => path.resolve(run.path);

function besideOthers(group: Group, {columns}: Comparison): NonNullable<Overview['baseline']>['rows'][number] {
  const {cells} = rowOf(group, columns);
  return {
    label: printable(labelOf(group)),
    title: group.runs.map((run) => printable(run.path)).join('\n'),
    cells: cells.map((cell, index) => cellOf(cell, cellText(cell, columns[index]!), columns[index]!.kind)),
  };
}

function withDelta(cell: CellData, {deltas}: HeldRow, column: number): CellData {
  const delta = deltas[column];
  return delta ? {...cell, delta: deltaData(delta)} : cell;
}

function deltaData(delta: Delta): DeltaData {
  const {baseline, isBetter, p} = delta;
  const mayBeChance = isChance(delta);
  const chance = p === undefined ? '' : `; Welch's p = ${p.toPrecision(2)}${mayBeChance ? ': may be chance' : ''}`;
  return {
    text: `Δ ${deltaText(delta)}`,
    detail: `${signed(delta.delta)} from the baseline's ${sampleText(baseline)}${chance}`,
    ...(isBetter === undefined || mayBeChance ? {} : {isBetter}),
  };
}
