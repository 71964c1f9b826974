import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {parse} from 'csv-parse/sync';
import {tableOf} from './layout.js';

/** A table that a metric made of a set. */
export interface RunTable {
  /** `confusion-matrix` */
  readonly name: string;
  readonly split: string;
  readonly path: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a run folder by name, of the validation set before the test set; what cannot be read is left out. */
export function readTables(folder: string): readonly RunTable[] {
  const tables = namesIn(folder).flatMap((fileName) => {
    const file = tableOf(fileName);
    const rows = file && rowsOf(path.join(folder, fileName));
    const [header, ...rest] = rows ?? [];
    return file && header ? [{...file, path: path.join(folder, fileName), header, rows: rest}] : [];
  });
  return tables.sort((a, b) => a.name.localeCompare(b.name, 'en') || b.split.localeCompare(a.split, 'en'));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function rowsOf(file: string): readonly (readonly string[])[] | undefined {
  try {
    return parse(readFileSync(file, 'utf8')) as string[][];
  } catch {
    return undefined;
  }
}
