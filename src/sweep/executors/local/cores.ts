import {execFileSync} from 'node:child_process';

/** Cores that this process may use, by number; undefined where the system cannot say or does not let them be chosen. */
export function allowedCores(): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = execFileSync('taskset', ['-cp', String(process.pid)], {encoding: 'utf8', timeout: 5000});
    return parseCores(text.slice(text.lastIndexOf(':') + 1).trim());
  } catch {
    return undefined;
  }
}

/** `0-3,8` */
function parseCores(list: string): readonly number[] | undefined {
  const cores: number[] = [];
  for (const part of list.split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (from === undefined) return undefined;
    for (let core = Number(from); core <= Number(to); core++) cores.push(core);
  }
  return cores;
}

/**
 * The cores of one of several workers that share all there are. None are chosen where some would be left over: then other programs, other sweeps
 * too, may be on the first ones already.
 * @returns `0,1`; undefined to let the system choose
 */
export function coresOfSlot(
  cores: readonly number[] | undefined,
  {slot, parallel, threads}: {readonly slot: number; readonly parallel: number; readonly threads: number},
): string | undefined {
  if (!cores || parallel < 2 || parallel * threads !== cores.length) return undefined;
  return cores.slice(slot * threads, (slot + 1) * threads).join(',');
}
