import {arch, availableParallelism, cpus, hostname, platform, release, totalmem} from 'node:os';
import {isSecretName, withoutSecrets} from '../support/secrets.js';
import {expVersion, packageVersion} from '../support/versions.js';
import {type Determinism, determinismOf} from './determinism.js';
import type {GitFacts} from './git.js';

/** environment.json: where and with what a run was made. */
export interface RunEnvironment {
  readonly exp: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly host: string;
  readonly os: {readonly platform: string; readonly release: string; readonly arch: string};
  readonly cpu: {readonly model: string; readonly cores: number};
  readonly memoryBytes: number;
  readonly engine: string;
  readonly device: string;
  /** How exactly the run can be repeated, and what has to stay the same for that; runs before 0.1.0 lack it. */
  readonly determinism?: Determinism;
  /** Null without git or outside a repository. */
  readonly git: Omit<GitFacts, 'diff'> | null;
  /** The command line, secrets masked. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** Where the spec was; its relative paths start in that folder. */
  readonly spec: string;
  /** The few environment variables that change results or tell where a run came from. */
  readonly variables: Readonly<Record<string, string>>;
}

const recordedPackages = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
];

/** Everything else stays out of the record: environments hold secrets. */
const recordedVariables = [
  'CI',
  'CUDA_VISIBLE_DEVICES',
  'EXP_RUNS_DIR',
  'GITHUB_REF',
  'GITHUB_RUN_ID',
  'GITHUB_SHA',
  'OMP_NUM_THREADS',
  'SLURM_ARRAY_TASK_ID',
  'SLURM_JOB_ID',
  'TF_CPP_MIN_LOG_LEVEL',
  'TF_ENABLE_ONEDNN_OPTS',
  'TZ',
];

/** `data.apiKey=abc` → `data.apiKey=***`, `https://me:pw@host/x?token=abc` → `https://***@host/x?token=***`; known secrets as well. */
export function maskSecrets(argument: string): string {
  const [, key, sign] = /^([^=\s]+)(=)/.exec(argument) ?? [];
  if (key !== undefined && sign !== undefined && isSecretName(key)) return `${key}=***`;
  return withoutSecrets(argument)
    .replace(/(\w+:\/\/)[^/@\s]+@/g, '$1***@')
    .replace(/([?&]([^=&#\s]+)=)[^&#\s]*/g, (match, start: string, name: string) =>
      isSecretName(name) ? `${start}***` : match,
    );
}

/** The arguments of a command line; what follows a flag such as `--token` is masked as well. */
const maskCommand = (command: readonly string[]): readonly string[] =>
  command.map((argument, index) => {
    const before = command[index - 1] ?? '';
    return before.startsWith('--') && !before.includes('=') && isSecretName(before) ? '***' : maskSecrets(argument);
  });

/** Collects environment.json. @param session what trains, as it names itself. @param spec path of the spec file */
export function describeEnvironment(
  session: {readonly engine: string; readonly device: string},
  git: GitFacts | undefined,
  spec: string,
): RunEnvironment {
  const packages: Record<string, string> = {};
  for (const name of recordedPackages) {
    const version = packageVersion(name);
    if (version !== undefined) packages[name] = version;
  }
  const variables: Record<string, string> = {};
  for (const name of recordedVariables) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  const {diff: _diff, ...facts} = git ?? {};
  return {
    exp: expVersion(),
    node: process.version,
    packages,
    host: hostname(),
    os: {platform: platform(), release: release(), arch: arch()},
    cpu: {model: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism()},
    memoryBytes: totalmem(),
    engine: session.engine,
    device: session.device,
    determinism: determinismOf(session),
    git: git === undefined ? null : {...facts, commit: git.commit, dirty: git.dirty},
    command: maskCommand(process.argv.slice(2)),
    workingDirectory: process.cwd(),
    spec,
    variables,
  };
}
