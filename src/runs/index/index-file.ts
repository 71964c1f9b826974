import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import {writeFileAtomically} from '../../support/atomic-file.js';

/** Beside the run folders; no run's name begins with a dot. */
export const indexFile = '.exp-index';

/** Raised whenever what a line holds, or how it is read, changes. */
const format = 'exp-index 1';

/** What the index repeats of a run: JSON, each parsed when it is asked for; empty where the run has no such file. */
export interface IndexedRun {
  readonly status: string;
  readonly summary: string;
  /** The last row of metrics.csv by column. */
  readonly lastRow: string;
  /** Tags and notes. */
  readonly labels: string;
  /** The resolved spec. */
  readonly spec: string;
}

/** A line of the index as it stands in the file, by the name of its run folder. */
export type IndexLines = Map<string, string>;

const numFields = 7;

/**
 * Reads the index of a runs folder. One that is not there, damaged, of another version or half written is as good as none: it is only
 * a copy, and what it says of a run holds only as long as the run's files have the stamp that it names.
 */
export function readIndex(runsDir: string): IndexLines {
  const lines: IndexLines = new Map();
  let content: Buffer;
  try {
    content = readFileSync(path.join(runsDir, indexFile));
  } catch {
    return lines;
  }
  const start = content.indexOf('\n') + 1;
  const body = content.subarray(start);
  if (content.toString('latin1', 0, Math.max(0, start - 1)) !== `${format} ${checksum(body)}`) return lines;
  const text = body.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end);
    lines.set(JSON.parse(line.slice(0, line.indexOf('\t'))), line);
    at = end + 1;
  }
  return lines;
}

/** Whether a line speaks of files with this stamp. */
export const hasStamp = (line: string, stamp: string): boolean => line.startsWith(`${stamp}\t`, line.indexOf('\t') + 1);

/** What a line says. */
export function entryOf(line: string): IndexedRun {
  const [, , status = '', summary = '', lastRow = '', labels = '', spec = ''] = line.split('\t', numFields);
  return {status, summary, lastRow, labels, spec};
}

/** A line of ASCII: JSON has no raw tabs and line breaks, and everything else is escaped. */
export function lineOf(name: string, stamp: string, entry: IndexedRun): string {
  const {status, summary, lastRow, labels, spec} = entry;
  const fields = [JSON.stringify(name), stamp, status, summary, lastRow, labels, spec];
  return fields.join('\t').replace(/[\u007F-\uFFFF]/g, escaped);
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Puts a new index in place of the old one, whole; where that cannot be, the next reader takes a little longer. */
export function writeIndex(runsDir: string, lines: IndexLines): void {
  try {
    const body = Buffer.from([...lines.values(), ''].join('\n'), 'latin1');
    const header = Buffer.from(`${format} ${checksum(body)}\n`, 'latin1');
    writeFileAtomically(path.join(runsDir, indexFile), Buffer.concat([header, body]));
    removeLeftovers(runsDir);
  } catch {
    // A read-only folder, a full disk.
  }
}

const checksum = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const hourMillis = 60 * 60 * 1000;

/** Temporary files of processes that were killed while they wrote. */
function removeLeftovers(runsDir: string): void {
  for (const name of readdirSync(runsDir)) {
    if (!name.startsWith(`${indexFile}.`) || !name.endsWith('.tmp')) continue;
    const file = path.join(runsDir, name);
    if (Date.now() - statSync(file).mtimeMs > hourMillis) rmSync(file, {force: true});
  }
}
