import {ExpError} from '../support/errors.js';

/** What the system's error codes mean for somebody whose run cannot be written, and how to mend it. */
const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space or choose another disk with --runs-dir'],
  EDQUOT: ['the disk quota is used up', 'free some space or choose another disk with --runs-dir'],
  EFBIG: [
    'the file would be larger than allowed',
    'raise the limit (ulimit -f) or choose another disk with --runs-dir',
  ],
  EROFS: ['the file system is read-only', 'choose a writable folder with --runs-dir or EXP_RUNS_DIR'],
  EACCES: ['permission denied', 'choose a writable folder with --runs-dir or EXP_RUNS_DIR'],
  EPERM: ['the operation is not permitted', 'choose a writable folder with --runs-dir or EXP_RUNS_DIR'],
  ENOTDIR: ['a file stands where a folder should be', 'choose another folder with --runs-dir or EXP_RUNS_DIR'],
  EEXIST: ['a file stands where a folder should be', 'choose another folder with --runs-dir or EXP_RUNS_DIR'],
  ENOENT: ['it is not there and cannot be made', 'choose a writable folder with --runs-dir or EXP_RUNS_DIR'],
  ENAMETOOLONG: ['the path is too long', 'choose a shorter name with --name or a shorter --runs-dir'],
  EIO: ['the disk reports an input/output error', 'check the disk; choose another one with --runs-dir'],
  EMFILE: ['too many files are open', 'raise the limit: ulimit -n 4096'],
};

/**
 * A failed write as RUN_UNWRITABLE with the path, the reason and the way out. Anything that is no error of the file system is
 * returned as it came, since it is a bug.
 */
export function unwritable(error: unknown, path: string): unknown {
  if (error instanceof ExpError || !(error instanceof Error) || !('code' in error)) return error;
  const known = reasons[String(error.code)];
  if (!known) return error;
  return new ExpError('RUN_UNWRITABLE', `cannot write ${path}: ${known[0]} (${String(error.code)})`, known[1], {
    cause: error,
  });
}

/** Runs a piece of writing; its failure comes out as {@link unwritable}. */
export function writing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    throw unwritable(error, path);
  }
}
