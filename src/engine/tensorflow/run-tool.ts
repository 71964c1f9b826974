import {spawn} from 'node:child_process';
import {stripVTControlCharacters} from 'node:util';

/** Why a tool did not do its work. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';

  constructor(
    readonly tool: string,
    /** missing: there is no such program. failed: it ended with another code than 0, or by a signal. */
    readonly kind: 'missing' | 'failed',
    /** What it said, standard error first. */
    readonly output: string,
  ) {
    super(kind === 'missing' ? `there is no ${tool}` : `${tool} failed: ${lastLines(output, 3)}`);
  }

  /** The lines that tell most, for a message. */
  tail(numLines: number): string {
    return lastLines(this.output, numLines);
  }
}

const lastLines = (text: string, count: number): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n  ');

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Standard output goes to this process's standard error stream instead of being returned: progress bars. */
  readonly showsOutput?: boolean;
}

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws ToolFailure; the signal's reason when it was stopped by that
 */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const {cwd, env, signal, showsOutput = false} = options;
  const child = spawn(tool, args, {
    cwd,
    env: {...process.env, ...env},
    signal,
    stdio: ['ignore', showsOutput ? process.stderr : 'pipe', 'pipe'],
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const said = (): string => stripVTControlCharacters(`${err.join('')}\n${out.join('')}`);
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return reject(signal.reason);
      reject(new ToolFailure(tool, error.code === 'ENOENT' ? 'missing' : 'failed', `${error.message}\n${said()}`));
    });
    child.on('close', (code, ended) => {
      if (code === 0) return resolve();
      const why = code === null ? `ended with ${ended}` : '';
      reject(new ToolFailure(tool, 'failed', `${said()}\n${why}`));
    });
  });
  return out.join('');
}
