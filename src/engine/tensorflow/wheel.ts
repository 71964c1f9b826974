import {readdirSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {type TensorflowVariant, tensorflowVersion} from './layout.js';
import {runTool, ToolFailure, type ToolOptions} from './run-tool.js';

/** Python's package of a variant: the one for the CPU alone is smaller. */
export const wheelName = (variant: TensorflowVariant): string => (variant === 'cuda' ? 'tensorflow' : 'tensorflow-cpu');

/**
 * The wheel is taken for its shared libraries, which do not depend on the version of Python: so pip is asked for one that is known to be
 * there, whatever Python runs it.
 */
const target = (): readonly string[] => {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const platforms = [
    `manylinux_2_28_${machine}`,
    `manylinux_2_27_${machine}`,
    `manylinux_2_17_${machine}`,
    `manylinux2014_${machine}`,
  ];
  return [
    '--only-binary=:all:',
    '--no-deps',
    ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
    ...platforms.flatMap((platform) => ['--platform', platform]),
  ];
};

/** How pip is called: `python3 -m pip`. */
export interface Pip {
  readonly python: string;
}

/**
 * The first Python that has pip.
 * @throws ExpError INSTALL_FAILED
 */
export async function findPip(options: ToolOptions, candidates: readonly string[] = pythons()): Promise<Pip> {
  let isPythonThere = false;
  for (const python of candidates) {
    try {
      await runTool(python, ['-m', 'pip', '--version'], options);
      return {python};
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      if (error.kind === 'failed') isPythonThere = true;
    }
  }
  if (isPythonThere)
    throw new ExpError(
      'INSTALL_FAILED',
      `Python is there, but without pip, which fetches TensorFlow’s libraries (tried ${candidates.join(', ')})`,
      'install pip: apt install python3-pip on Debian and Ubuntu, python3 -m ensurepip elsewhere; or name a Python that has it in EXP_PYTHON',
    );
  throw new ExpError(
    'INSTALL_FAILED',
    `no Python was found (tried ${candidates.join(', ')}); its pip fetches TensorFlow’s libraries`,
    'install Python 3 with pip: apt install python3-pip on Debian and Ubuntu; or name one in EXP_PYTHON',
  );
}

const pythons = (): readonly string[] => (process.env.EXP_PYTHON ? [process.env.EXP_PYTHON] : ['python3', 'python']);

/**
 * Downloads wheels with pip, from wherever it is set up to.
 * @param requirements `tensorflow-cpu==2.21.0`
 * @param folder where the wheels go; nothing else may be in it
 * @returns their paths
 * @throws ExpError INSTALL_FAILED
 */
export async function downloadWheels(
  {python}: Pip,
  requirements: readonly string[],
  folder: string,
  options: ToolOptions,
): Promise<readonly string[]> {
  const bar = options.showsOutput ? [] : ['--progress-bar', 'off'];
  const command = [
    '-m',
    'pip',
    'download',
    '--disable-pip-version-check',
    '--no-color',
    ...bar,
    ...target(),
    '--dest',
    folder,
  ];
  try {
    await runTool(python, [...command, ...requirements], options);
  } catch (error) {
    throw error instanceof ToolFailure ? explainPip(error, requirements) : error;
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .map((name) => path.join(folder, name));
}

/** What is to be downloaded first. */
export const tensorflowRequirement = (variant: TensorflowVariant): string =>
  `${wheelName(variant)}==${tensorflowVersion}`;

/** @param metadata of TensorFlow's wheel. @returns NVIDIA's packages that it wants for a card: `nvidia-cudnn-cu12<10.0,>=9.3.0.75` */
export function cudaRequirements(metadata: string): readonly string[] {
  const wanted = metadata.matchAll(/^Requires-Dist: *(nvidia-[^;\n]+?) *;[^\n]*extra *== *["']and-cuda["']/gm);
  return [...wanted].map(([, requirement]) => requirement!.replaceAll(' ', ''));
}

export function explainPip(failure: ToolFailure, requirements: readonly string[]): ExpError {
  const what = requirements.length === 1 ? requirements[0] : `${requirements[0]} and ${requirements.length - 1} more`;
  const {output} = failure;
  const hint = ((): string => {
    if (/No space left on device/i.test(output))
      return 'free some space, or set TMPDIR and EXP_CACHE_DIR to a larger disk';
    if (/SSL|CERTIFICATE/i.test(output))
      return 'pip does not trust the server it was led to: see its setting global.cert';
    if (
      /NewConnectionError|Name or service not known|Failed to establish|Connection refused|ConnectTimeout|Network is unreachable|Temporary failure in name resolution/.test(
        output,
      )
    )
      return 'pip reaches no package index: connect this machine, or set up a mirror (pip config set global.index-url URL) or a folder with the wheel (PIP_FIND_LINKS)';
    if (/No matching distribution|Could not find a version/.test(output))
      return `the index that pip is set up for (pip config list) does not have it for ${process.arch} Linux; wheels can also be given as a folder: PIP_FIND_LINKS`;
    return `see what python3 -m pip download --no-deps ${requirements[0]} says`;
  })();
  const lines = output.split('\n').filter((line) => /^(ERROR|error):/.test(line.trim()));
  const said = lines.length > 0 ? lines.slice(0, 2).join('\n  ') : failure.tail(3);
  return new ExpError('INSTALL_FAILED', `pip could not download ${what}:\n  ${said}`, hint, {cause: failure});
}
