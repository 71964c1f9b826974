import type {Comparison} from '../comparison/compare.js';
import {labelOf} from './comparison-cells.js';
import {groupLabels} from './curve-labels.js';

/** What a table calls its rows, with the settings that tell them apart where neither the names nor the columns do. */
export function rowNames({rows, columns, groupedBy}: Comparison): readonly string[] {
  const names = rows.map(labelOf);
  const shown = rows.map(({cells}, index) =>
    JSON.stringify([
      names[index],
      ...cells.flatMap(({value}, column) => (columns[column]!.kind === 'setting' ? [value] : [])),
    ]),
  );
  if (new Set(shown).size === rows.length) return names;
  const labels = groupLabels(rows, groupedBy);
  return rows.map(({runs}, index) =>
    labels[index] === names[index] ? names[index]! : `${runs[0]!.name}, ${labels[index]!}`,
  );
}
