import path from 'node:path';
import {Run} from '../run.js';
import {entryOf, hasStamp, type IndexLines, lineOf, readIndex, writeIndex} from './index-file.js';
import type {Stamp} from './stamp.js';

/** Below so many runs an index is not worth its file: reading one takes about a millisecond. */
const worthwhile = 50;

/**
 * What changed less than this ago is read again next time. File systems tell times in steps of milliseconds (some of seconds): a second
 * change within the same step that leaves the size as it was could not be seen.
 */
const settledMillis = 2500;

/** A folder to be read as a run. */
export interface FoundRun {
  readonly folder: string;
  /** Absent where there is none: of a folder that lost its files, or that must not be looked into. */
  readonly stamp?: Stamp;
}

interface Unindexed {
  readonly run: Run;
  readonly stamp: Stamp;
}

/**
 * Reads run folders, out of the index of the folder they lie in where it speaks of their files as they are now. The index is brought up
 * to date by whoever finds it behind; no reader waits for another one, and no writer either.
 * @param options.isWhole whether these are all runs of their folder, so that others in its index are gone
 */
export function readRuns(found: readonly FoundRun[], {isWhole}: {readonly isWhole: boolean}): readonly Run[] {
  const indexes = new Map<string, IndexLines>();
  for (const [parent, count] of countBy(found, ({folder}) => path.dirname(folder))) {
    indexes.set(parent, count >= worthwhile ? readIndex(parent) : new Map());
  }
  const kept = new Map<string, IndexLines>();
  const unindexed = new Map<string, Unindexed[]>();
  const runs = found.map(({folder, stamp}) => {
    const [parent, name] = [path.dirname(folder), path.basename(folder)];
    const line = indexes.get(parent)!.get(name);
    if (stamp && line !== undefined && hasStamp(line, stamp.text)) {
      listIn(kept, parent, () => new Map()).set(name, line);
      return new Run(folder, entryOf(line));
    }
    const run = new Run(folder);
    if (stamp && Date.now() - stamp.changedAt > settledMillis) {
      listIn(unindexed, parent, () => [] as Unindexed[]).push({run, stamp});
    }
    return run;
  });
  for (const [parent, those] of unindexed) {
    const lines = isWhole ? (kept.get(parent) ?? new Map()) : indexes.get(parent)!;
    if (those.length >= worthwhile) bringUpToDate(parent, lines, those);
  }
  return runs;
}

function bringUpToDate(parent: string, lines: IndexLines, found: readonly Unindexed[]): void {
  let numNew = 0;
  for (const {run, stamp} of found) {
    const entry = run.indexed();
    if (!entry) continue;
    const name = path.basename(run.path);
    lines.set(name, lineOf(name, stamp.text, entry));
    numNew++;
  }
  if (numNew >= worthwhile) writeIndex(parent, lines);
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function listIn<List>(map: Map<string, List>, key: string, make: () => List): List {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
