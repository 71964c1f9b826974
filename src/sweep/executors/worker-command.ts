import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {WorkerTask} from './executor.js';

/** The program that a worker is, and what it is started with: the same everywhere. */
export function workerCommand(folder: string, {slot, trials, shard, device, maxTrials}: WorkerTask): readonly string[] {
  return [
    process.execPath,
    programPath(),
    'worker',
    path.resolve(folder),
    ...['--slot', String(slot)],
    ...(trials ? ['--trials', formatTrials(trials)] : []),
    ...(shard ? ['--shard', `${shard.index}/${shard.count}`] : []),
    ...(device === undefined ? [] : ['--device', device]),
    ...(maxTrials === undefined ? [] : ['--max-trials', String(maxTrials)]),
  ];
}

/** `bin/exp.js` of this package, absolute. */
export function programPath(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'exp-runner') {
      return path.join(folder, 'bin', 'exp.js');
    }
    if (path.dirname(folder) === folder) throw new Error('the program of exp was not found');
  }
}

/** `3,7-9` */
export function formatTrials(trials: readonly number[]): string {
  const sorted = [...new Set(trials)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const trial of sorted) {
    const last = ranges.at(-1);
    if (last && last[1] === trial - 1) last[1] = trial;
    else ranges.push([trial, trial]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** What {@link formatTrials} wrote; undefined for any other text. */
export function parseTrials(text: string): ReadonlySet<number> | undefined {
  const trials = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part.trim()) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || first < 1 || last < first) return undefined;
    for (let trial = first; trial <= last; trial++) trials.add(trial);
  }
  return trials;
}
