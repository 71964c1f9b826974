import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {DeviceName} from '../device.js';
import type {EagerBackend} from '../eager/backends.js';
import {explainNativeFailure} from '../native-failures.js';
import {childArguments} from './child-entry.js';

const execute = promisify(execFile);

export interface TrialRequest {
  readonly engine: 'auto' | 'compiled' | 'eager';
  readonly device: DeviceName;
  /** Instead of engine and device: this backend of TensorFlow.js. */
  readonly backend?: EagerBackend | undefined;
  /** The folder of the engine to load instead of the installed one. */
  readonly folder?: string | undefined;
  readonly steps: number;
}

export interface TrialAnswer {
  readonly engine: 'compiled' | 'eager';
  /** With library and version, as people read it. */
  readonly device: string;
  /** One for each step. */
  readonly losses: readonly number[];
  /** Median of the steps after the first three; absent when there are none. */
  readonly stepMillis?: number;
}

/** What came of a trial. */
export type Trial =
  | ({readonly works: true} & TrialAnswer)
  | {readonly works: false; readonly reason: string; readonly fix?: string | undefined};

export interface TrialOptions {
  readonly timeoutMillis?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Starts the program that is tried; exp's own by default. */
  readonly childArguments?: readonly string[];
}

/** Trains a small network for some steps in a process of its own. */
export async function tryEngine(request: TrialRequest, options: TrialOptions = {}): Promise<Trial> {
  const {timeoutMillis = 120_000, env, childArguments: start = childArguments()} = options;
  try {
    const {stdout} = await execute(process.execPath, [...start, JSON.stringify(request)], {
      timeout: timeoutMillis,
      env: {ORT_DISABLE_TELEMETRY: '1', ...process.env, ...env, NODE_OPTIONS: ''},
    });
    const result = JSON.parse(stdout.slice(stdout.lastIndexOf('\n@') + 2));
    if ('answer' in result) return {works: true, ...result.answer};
    return {works: false, reason: result.error.message, fix: result.error.hint};
  } catch (error) {
    return {works: false, ...failureOf(error, timeoutMillis)};
  }
}

function failureOf(error: unknown, timeoutMillis: number): {readonly reason: string; readonly fix?: string} {
  if (!(error instanceof Error)) return {reason: String(error)};
  const said = 'stderr' in error ? String(error.stderr) : '';
  const signal = 'signal' in error && typeof error.signal === 'string' ? error.signal : undefined;
  if ('killed' in error && error.killed === true)
    return {
      reason: `its process did not answer for ${timeoutMillis / 1000} s`,
      fix: 'look at what the machine is doing, and try again',
    };
  const ended = signal === undefined ? '' : `its process ended with ${signal}`;
  const known = explainNativeFailure(`${said}\n${ended}`);
  if (known) return known;
  const line = /^(?:\w*Error(?: \[\w+\])?: )(.*)$/m.exec(said)?.[1];
  return {reason: ended || line?.trim() || error.message.split('\n')[0]!.trim()};
}
