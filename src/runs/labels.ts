import {closeSync, fstatSync, openSync, readSync, writeSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {runFiles} from './layout.js';
import {writing} from './unwritable.js';

/** Something a person wrote down about a run. */
export interface RunNote {
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** What people said of a run after it was made; on top of the tags of its spec. */
export interface RunLabels {
  readonly added: readonly string[];
  /** Tags of the spec that were taken away. */
  readonly removed: readonly string[];
  readonly notes: readonly RunNote[];
}

/** A line of labels.jsonl. `replace` forgets the notes before it. */
export type LabelChange =
  | {readonly tag: string}
  | {readonly untag: string}
  | {readonly note: string; readonly replace?: boolean};

const maxTagLength = 64;
/** Characters of a note; what is longer belongs into a file. */
const maxNoteLength = 10_000;

export const noLabels: RunLabels = {added: [], removed: [], notes: []};

/** @throws ExpError USAGE for what is no tag */
export function checkTag(tag: string): void {
  const isTag = tag !== '' && tag.length <= maxTagLength && tag.trim() === tag && !/[\p{Cc},]/u.test(tag);
  if (isTag) return;
  throw new ExpError(
    'USAGE',
    `${JSON.stringify(tag.slice(0, 2 * maxTagLength))} is no tag: 1 to ${maxTagLength} characters without commas, control characters and spaces at the ends`,
    'for instance: exp tag latest +good',
  );
}

/** @throws ExpError USAGE for a note that is too long */
export function checkNote(text: string): void {
  if (text.length <= maxNoteLength) return;
  const message = `a note has at most ${maxNoteLength} characters; this one has ${text.length}`;
  throw new ExpError('USAGE', message, 'write it into a file and note its name');
}

/**
 * Adds to what is said of a run: one append of whole lines, so that any number of processes may do so at once and nothing is lost,
 * without a lock.
 * @throws ExpError RUN_UNWRITABLE
 */
export function appendLabels(folder: string, changes: readonly LabelChange[], time = new Date()): void {
  const file = path.join(folder, runFiles.labels);
  const lines = changes.map((change) => `${JSON.stringify({time: time.toISOString(), ...change})}\n`).join('');
  writing(file, () => {
    const descriptor = openSync(file, 'a+');
    try {
      // A full disk may have left half a line; it must not swallow this one.
      const bytes = Buffer.from(isTorn(descriptor) ? `\n${lines}` : lines);
      const numWritten = writeSync(descriptor, bytes);
      if (numWritten < bytes.length) writeSync(descriptor, bytes, numWritten);
    } finally {
      closeSync(descriptor);
    }
  });
}

function isTorn(descriptor: number): boolean {
  const {size} = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/** Reads labels.jsonl from its first line to its last. @param warn is told of lines that are none */
export function parseLabels(text: string, warn: (message: string) => void): RunLabels {
  const added = new Set<string>();
  const removed = new Set<string>();
  let notes: RunNote[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const change = changeOf(line);
    if (!change) warn(`line ${index + 1} of ${runFiles.labels} is damaged and left out`);
    else if ('tag' in change) {
      added.add(change.tag);
      removed.delete(change.tag);
    } else if ('untag' in change) {
      added.delete(change.untag);
      removed.add(change.untag);
    } else {
      if (change.replace) notes = [];
      if (change.note !== '') notes.push({text: change.note, time: change.time});
    }
  }
  return {added: [...added], removed: [...removed], notes};
}

function changeOf(line: string): (LabelChange & {readonly time: string}) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const {tag, untag, note, replace, time: at} = value as Readonly<Record<string, unknown>>;
  const time = typeof at === 'string' ? at : '';
  if (typeof tag === 'string') return {tag, time};
  if (typeof untag === 'string') return {untag, time};
  return typeof note === 'string' ? {note, time, replace: replace === true} : undefined;
}

/** Tags that hold now: the spec's in their order, then those that were added. */
export const tagsWith = (ofSpec: readonly string[], {added, removed}: RunLabels): readonly string[] => [
  ...new Set([...ofSpec.filter((tag) => !removed.includes(tag)), ...added]),
];
