import {withoutSecrets} from './secrets.js';

/** What a failure is, for programs. Each code has one exit code and one paragraph in docs/errors.md. */
export type ErrorCode =
  | 'USAGE' // a flag or an argument that makes no sense
  | 'SPEC_INVALID' // the YAML file: syntax, schema, or a cross-field check
  | 'DATA_MISSING' // a data file that is not there or cannot be read
  | 'DATA_INVALID' // a data file that holds something else than promised
  | 'RUN_NOT_FOUND' // a run folder that is not there or is not one
  | 'RUN_ALIVE' // a run that is to be resumed, but its process is still there
  | 'RUN_UNWRITABLE' // the runs folder cannot be written: permissions, full disk
  | 'ENGINE_UNAVAILABLE' // the engine or device asked for does not load on this machine
  | 'EXECUTOR_UNAVAILABLE' // Slurm's commands are not on this machine, its controller does not answer, or it refuses a job
  | 'INSTALL_FAILED' // an engine could not be downloaded, compiled, or did not pass its self-test
  | 'KERNEL_UNSUPPORTED' // the compiled engine has no lowering for a kernel of this model
  | 'BASELINE_UNUSABLE' // a baseline that is not there or damaged, of other data, or without what a gate asks for
  | 'EXPORT_FAILED' // a model that a format cannot hold, a file that computes something else, a server that refuses
  | 'GATE_FAILED' // a condition of exp compare --fail-if is met
  | 'NOT_REPEATED' // exp rerun --exact: conditions or results differ
  | 'TRIALS_FAILED' // a sweep ended, and trials of it failed
  | 'DIVERGED' // NaN or infinite loss
  | 'INTERRUPTED'; // Ctrl-C, SIGTERM, SIGHUP or SIGUSR1

/** Exit codes of every command: 0 done, 1 the run failed, 2 bad usage or spec, 3 gate failed, 4 diverged, 5 failed trials, 130 interrupted. */
export const exitCodes = {
  USAGE: 2,
  SPEC_INVALID: 2,
  DATA_MISSING: 2,
  DATA_INVALID: 2,
  RUN_NOT_FOUND: 2,
  RUN_ALIVE: 2,
  RUN_UNWRITABLE: 1,
  ENGINE_UNAVAILABLE: 1,
  EXECUTOR_UNAVAILABLE: 1,
  INSTALL_FAILED: 1,
  KERNEL_UNSUPPORTED: 1,
  BASELINE_UNUSABLE: 2,
  EXPORT_FAILED: 1,
  GATE_FAILED: 3,
  NOT_REPEATED: 3,
  DIVERGED: 4,
  TRIALS_FAILED: 5,
  INTERRUPTED: 130,
} as const satisfies Record<ErrorCode, number>;

/** Names out of files may hold what a terminal takes for commands. */
const harmless = (text: string): string => withoutSecrets(text).replace(/[^\P{Cc}\n\t]/gu, '�');

/**
 * A failure the user can mend. `message` says what happened, where, and what was expected; `hint` says how to mend it.
 * A plain Error is a bug in exp and keeps its stack.
 */
export class ExpError extends Error {
  override readonly name = 'ExpError';

  readonly hint: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    hint?: string,
    options?: ErrorOptions,
  ) {
    super(harmless(message), options);
    this.hint = hint === undefined ? undefined : harmless(hint);
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}
