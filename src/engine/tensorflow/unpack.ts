import {ExpError} from '../../support/errors.js';
import {runTool, ToolFailure, type ToolOptions} from './run-tool.js';
import type {Pip} from './wheel.js';

/** What to take out of an archive, and where to. */
export interface Unpacking {
  readonly archive: string;
  readonly to: string;
  /** Members whose names begin so; of a npm archive without its leading `package/`. */
  readonly prefixes: readonly string[];
  /** Of these members, those whose names end so; all by default. */
  readonly suffixes?: readonly string[];
}

/** Node.js reads neither format; Python, which is needed for pip, reads both. Names are checked, so no member lands elsewhere. */
const script = `
import json, os, shutil, sys, tarfile, zipfile

def wanted(name, task):
    suffixes = task.get('suffixes')
    return name.startswith(tuple(task['prefixes'])) and (not suffixes or name.endswith(tuple(suffixes)))

def write(source, name, task):
    target = os.path.abspath(os.path.join(task['to'], name))
    if not target.startswith(os.path.abspath(task['to']) + os.sep):
        sys.exit('a member would land outside of the folder: ' + name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, 'wb') as file:
        shutil.copyfileobj(source, file, 1 << 20)

for task in json.loads(sys.argv[1]):
    found = set()
    if task['archive'].endswith('.whl'):
        with zipfile.ZipFile(task['archive']) as archive:
            for member in archive.infolist():
                if not member.is_dir() and wanted(member.filename, task):
                    with archive.open(member) as source:
                        write(source, member.filename, task)
                    found.update(prefix for prefix in task['prefixes'] if member.filename.startswith(prefix))
    else:
        with tarfile.open(task['archive']) as archive:
            for member in archive:
                name = member.name.split('/', 1)[-1]
                if member.isfile() and wanted(name, task):
                    write(archive.extractfile(member), name, task)
                    found.update(prefix for prefix in task['prefixes'] if name.startswith(prefix))
    missing = [prefix for prefix in task['prefixes'] if prefix not in found]
    if missing:
        sys.exit('there is no ' + ' and no '.join(missing) + ' in ' + os.path.basename(task['archive']))
`;

/** @throws ExpError INSTALL_FAILED when an archive is damaged, lacks what is wanted, or does not fit on the disk */
export async function unpack({python}: Pip, tasks: readonly Unpacking[], options: ToolOptions): Promise<void> {
  try {
    await runTool(python, ['-c', script, JSON.stringify(tasks)], options);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const isFull = /No space left on device|Errno 28/.test(error.output);
    throw new ExpError(
      'INSTALL_FAILED',
      `an archive could not be unpacked: ${error.tail(1)}`,
      isFull
        ? 'free some space, or put the cache on a larger disk with EXP_CACHE_DIR'
        : 'try again; if it stays so, the download is damaged: clear pip’s cache with python3 -m pip cache purge',
      {cause: error},
    );
  }
}

/** @returns a text file of a wheel whose name ends so */
export async function readFromWheel(
  {python}: Pip,
  wheel: string,
  suffix: string,
  options: ToolOptions,
): Promise<string> {
  const reader =
    'import sys, zipfile\narchive = zipfile.ZipFile(sys.argv[1])\n' +
    'print(next(archive.read(name).decode() for name in archive.namelist() if name.endswith(sys.argv[2])))';
  return runTool(python, ['-c', reader, wheel, suffix], options);
}
