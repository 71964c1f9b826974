import {h} from './dom.js';
import type {State} from './state.js';

/** A choice among all runs, by row where rows hold several. */
export function runSelect(state: State, label: string, chosen: string, onChoice: (id: string) => void): HTMLElement {
  const select = h('select', {onchange: () => onChoice(select.value)});
  for (const row of state.data.overview.rows) {
    const options = state.runsOf(row).map((run) => {
      const name =
        row.runs.length === 1 ? row.label : `${row.label}, ${run.seed === undefined ? run.id : `seed ${run.seed}`}`;
      return h('option', {value: run.id, selected: run.id === chosen}, name === run.id ? name : `${name} (${run.id})`);
    });
    select.append(...options);
  }
  return h('label', {class: 'field grow'}, h('span', {}, label), select);
}
