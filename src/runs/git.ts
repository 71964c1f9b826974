import {execFile, spawn} from 'node:child_process';
import {promisify} from 'node:util';

/** The state of the code a run was made with. */
export interface GitFacts {
  /** {@link noCommit} before the first one. */
  readonly commit: string;
  /** Absent on a detached head, as in most CI checkouts. */
  readonly branch?: string;
  readonly dirty: boolean;
  /** Where `origin` is, without credentials; absent where there is none. */
  readonly remote?: string;
  /** Uncommitted changes of tracked files as a patch, those inside submodules too, cut at {@link maxDiffBytes}. */
  readonly diff?: string;
  /** Files git does not know, the first hundred. */
  readonly untracked?: readonly string[];
  /** How many there are, where that is more than are listed. */
  readonly numUntracked?: number;
  /** The history is not all there, as in most CI checkouts. */
  readonly isShallow?: true;
  /** Looking for changes took too long or said too much: whether there are any is not known, and `dirty` is true. */
  readonly isPartial?: true;
}

/** Git's own name for no object. */
export const noCommit = '0'.repeat(40);

/** Git's name for a tree without files, with which uncommitted files are compared before the first commit. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const execute = promisify(execFile);
const timeoutMillis = 5000;
const maxDiffBytes = 5 * 1024 * 1024;
const maxUntracked = 100;

/** A repository's own settings may name programs to run; those of looking at it are switched off. */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.quotePath=false'];

function environment(): NodeJS.ProcessEnv {
  // Set by git for its hooks, they would name another repository than the spec's; the last one is a program.
  const {GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, GIT_EXTERNAL_DIFF: _diff, ...rest} = process.env;
  return {...rest, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C'};
}

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const {stdout} = await execute('git', ['-C', directory, ...harmless, ...args], {
    timeout: timeoutMillis,
    maxBuffer: 64 * 1024 * 1024,
    env: environment(),
  });
  return stdout;
}

/**
 * Commit, branch and uncommitted changes of the repository around a folder, whatever state it is in.
 * Undefined without git, outside a repository and in a bare one.
 */
export async function collectGit(directory: string): Promise<GitFacts | undefined> {
  const status = await git(directory, 'status', '--porcelain=v2', '--branch', '-z').catch(() => undefined);
  if (status === undefined) return commitOnly(directory);
  const lines = status.split('\0').filter((line) => line !== '');
  const header = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`# branch.${key} `))?.slice(`# branch.${key} `.length);
  const oid = header('oid');
  if (oid === undefined) return undefined;
  const isUnborn = oid === '(initial)';
  const head = header('head');
  const changes = lines.filter((line) => !line.startsWith('# '));
  const untracked = changes.filter((line) => line.startsWith('? ')).map((line) => line.slice(2));
  const diff = changes.length > untracked.length ? await diffFrom(directory, isUnborn ? emptyTree : 'HEAD') : '';
  return {
    commit: isUnborn ? noCommit : oid,
    dirty: changes.length > 0,
    ...(head === undefined || head === '(detached)' ? {} : {branch: head}),
    ...(diff === '' ? {} : {diff}),
    ...(untracked.length === 0 ? {} : {untracked: untracked.slice(0, maxUntracked)}),
    ...(untracked.length > maxUntracked ? {numUntracked: untracked.length} : {}),
    ...(await remote(directory)),
    ...(await shallow(directory)),
  };
}

/** What is left to know where the work tree is too large to be looked through. */
async function commitOnly(directory: string): Promise<GitFacts | undefined> {
  try {
    if ((await git(directory, 'rev-parse', '--is-inside-work-tree')).trim() !== 'true') return undefined;
    const commit = (await git(directory, 'rev-parse', 'HEAD')).trim();
    return {commit, dirty: true, ...(await remote(directory)), ...(await shallow(directory)), isPartial: true};
  } catch {
    return undefined;
  }
}

/** Of the work tree's own settings, so that it is the same for everybody; user and password are left out. */
async function remote(directory: string): Promise<Pick<GitFacts, 'remote'>> {
  const url = (await git(directory, 'config', '--get', 'remote.origin.url').catch(() => '')).trim();
  return url === '' ? {} : {remote: url.replace(/^(\w[\w+.-]*:\/\/)[^/@]*@/, '$1').replace(/[?#].*$/, '')};
}

async function shallow(directory: string): Promise<Pick<GitFacts, 'isShallow'>> {
  const answer = await git(directory, 'rev-parse', '--is-shallow-repository').catch(() => '');
  return answer.trim() === 'true' ? {isShallow: true} : {};
}

/** The patch from a commit to the work tree, no more of it than is kept; empty if git fails. */
function diffFrom(directory: string, base: string): Promise<string> {
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--submodule=diff'];
  const child = spawn('git', ['-C', directory, ...harmless, 'diff', base, ...options], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeoutMillis,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (bytes <= maxDiffBytes) chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxDiffBytes) child.kill();
    });
    child.on('error', () => resolve(''));
    child.on('close', () => {
      const kept = Buffer.concat(chunks).subarray(0, maxDiffBytes).toString('utf8');
      resolve(bytes <= maxDiffBytes ? kept : `${kept}\n# cut here by exp: the first ${maxDiffBytes} bytes are kept\n`);
    });
  });
}
