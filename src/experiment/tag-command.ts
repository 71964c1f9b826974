import {printable, visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import {renderTable} from '../report/table.js';
import {appendLabels, checkTag, type LabelChange} from '../runs/labels.js';
import {readRun} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {requireNarrowed} from './rm-command.js';
import {type RunSelection, requireSelected, selectRuns} from './select-runs.js';

/** What `exp tag` was asked for. */
export interface TagRequest extends RunSelection {
  /** `+good` gives a tag, `-bad` takes it away; none lists them. */
  readonly changes: readonly string[];
  readonly json: boolean;
}

/** Gives and takes away tags, or lists them. @throws ExpError USAGE for what is no tag, RUN_NOT_FOUND, RUN_UNWRITABLE */
export function changeTags(request: TagRequest, {out}: {readonly out: Sink}): void {
  const {changes, json} = request;
  const lines = changes.map(changeOf);
  const selected = selectRuns(lines.length > 0 ? requireNarrowed(request, 'exp tag') : request);
  requireSelected(selected, request);
  if (lines.length > 0) for (const run of selected) appendLabels(run.path, lines);
  const runs = lines.length > 0 ? selected.map((run) => readRun(run.path)) : selected;
  if (json) {
    out.write(visibleJson(runs.map(({id, path, tags}) => ({run: id, path, tags}))));
    return;
  }
  const isOverview = request.references.length === 0 && lines.length === 0;
  const rows = isOverview
    ? countsOf(runs.flatMap(({tags}) => tags))
    : runs.map(({id, tags}) => [printable(id), printable(tags.join(', '))]);
  const columns = isOverview
    ? [{title: 'tag'}, {title: 'runs', align: 'right'} as const]
    : [{title: 'run'}, {title: 'tags'}];
  out.write(rows.length === 0 ? 'no tags\n' : renderTable(columns, rows, out));
}

function changeOf(change: string): LabelChange {
  const tag = change.slice(1);
  checkTag(tag);
  if (change.startsWith('+')) return {tag};
  if (change.startsWith('-')) return {untag: tag};
  throw new ExpError(
    'USAGE',
    `${JSON.stringify(change)} is no change of tags`,
    'write +good to give a tag, -bad to take it away',
  );
}

function countsOf(tags: readonly string[]): readonly (readonly string[])[] {
  const counts = new Map<string, number>();
  for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, count]) => [printable(tag), String(count)]);
}
