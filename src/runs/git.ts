import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

/** The state of the code a run was made with. */
export interface GitFacts {
  readonly commit: string;
  /** Absent on a detached head, as in most CI checkouts. */
  readonly branch?: string;
  readonly dirty: boolean;
  /** Uncommitted changes of tracked files as a patch, cut at {@link maxDiffBytes}. */
  readonly diff?: string;
  /** Files git does not know, the first hundred. */
  readonly untracked?: readonly string[];
}

const execute = promisify(execFile);
const timeoutMillis = 5000;
const maxDiffBytes = 5 * 1024 * 1024;
const maxUntracked = 100;

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const {stdout} = await execute('git', ['-C', directory, ...args], {
    timeout: timeoutMillis,
    maxBuffer: 64 * 1024 * 1024,
    env: {...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_EXTERNAL_DIFF: '', LC_ALL: 'C'},
  });
  return stdout;
}

/**
 * Commit, branch and uncommitted changes of the repository around a folder.
 * Undefined without git, outside a repository, before the first commit, or when git takes longer than a few seconds.
 */
export async function collectGit(directory: string): Promise<GitFacts | undefined> {
  try {
    const status = await git(directory, 'status', '--porcelain=v2', '--branch', '-z');
    const lines = status.split('\0').filter((line) => line !== '');
    const header = (key: string): string | undefined =>
      lines.find((line) => line.startsWith(`# branch.${key} `))?.slice(`# branch.${key} `.length);
    const commit = header('oid');
    if (commit === undefined || commit === '(initial)') return undefined;
    const head = header('head');
    const changes = lines.filter((line) => !line.startsWith('# '));
    const untracked = changes.filter((line) => line.startsWith('? ')).map((line) => line.slice(2));
    const hasChanges = changes.length > untracked.length;
    const diff = hasChanges ? await git(directory, 'diff', 'HEAD', '--no-color', '--no-ext-diff', '--no-textconv') : '';
    return {
      commit,
      dirty: changes.length > 0,
      ...(head === undefined || head === '(detached)' ? {} : {branch: head}),
      ...(diff === '' ? {} : {diff: bounded(diff)}),
      ...(untracked.length === 0 ? {} : {untracked: untracked.slice(0, maxUntracked)}),
    };
  } catch {
    return undefined;
  }
}

function bounded(diff: string): string {
  const bytes = Buffer.byteLength(diff);
  if (bytes <= maxDiffBytes) return diff;
  const kept = Buffer.from(diff).subarray(0, maxDiffBytes).toString('utf8');
  return `${kept}\n# cut here by exp: the whole diff has ${bytes} bytes, the first ${maxDiffBytes} are kept\n`;
}
