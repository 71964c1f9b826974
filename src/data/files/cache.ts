import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {homedir, hostname} from 'node:os';
import path from 'node:path';

/** Where downloads and decoded data of this user are kept: EXP_CACHE_DIR, or exp in XDG_CACHE_HOME (~/.cache by default). */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.EXP_CACHE_DIR) return path.resolve(env.EXP_CACHE_DIR);
  const local = process.platform === 'win32' ? env.LOCALAPPDATA : undefined;
  return path.resolve(env.XDG_CACHE_HOME || local || path.join(homedir(), '.cache'), 'exp');
}

/** Bytes that lie in the cache: downloads (`sha256`), decoded data (`decoded`) and installed engines (`engines`). */
export async function cacheBytes(): Promise<Readonly<Record<'sha256' | 'decoded' | 'engines', number>>> {
  const [sha256, decoded, engines] = await Promise.all(
    ['sha256', 'decoded', 'engines'].map((name) => bytesBelow(path.join(cacheFolder(), name))),
  );
  return {sha256: sha256!, decoded: decoded!, engines: engines!};
}

/** Bytes of all files below a folder; 0 for one that is not there. Files that go meanwhile do not count. */
export async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, {recursive: true}).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Where a file of this content lies once it is there. @param sha256 lower case */
export const cachedPath = (sha256: string): string => path.join(cacheFolder(), 'sha256', sha256);

/** A file under way: where its bytes are collected. */
export interface Partial {
  readonly path: string;
  /** Whether a later process finds it and goes on; else it is this process's own. */
  readonly isShared: boolean;
  /** Lets other processes have it. */
  release(): Promise<void>;
}

let numOwn = 0;

/**
 * The place to collect a download's bytes. One process at a time has the shared place, from which an interrupted download goes on; any
 * other collects its own copy, so that two runs that start together never write into one file.
 */
export async function claimPartial(target: string): Promise<Partial> {
  await mkdir(path.dirname(target), {recursive: true});
  const lock = `${target}.lock`;
  if ((await tryLock(lock)) || (await isAbandoned(lock)))
    return {path: `${target}.partial`, isShared: true, release: () => rm(lock, {force: true})};
  return {path: `${target}.${process.pid}-${++numOwn}.partial`, isShared: false, release: async () => {}};
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid} ${hostname()}`, {flag: 'wx'});
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock over from a process of this machine that is gone. */
async function isAbandoned(lock: string): Promise<boolean> {
  const [pid, host] = (await readFile(lock, 'utf8').catch(() => '')).split(' ');
  if (host !== hostname() || isAlive(Number(pid))) return false;
  await rm(lock, {force: true});
  return tryLock(lock);
}

/** Whether this machine runs a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
