import {createInterface} from 'node:readline/promises';
import {ExpError} from '../support/errors.js';

/** How a question may be answered. */
export interface Asking {
  /** Answered beforehand. */
  readonly yes: boolean;
  /** What asks, for messages: `exp rm`. */
  readonly command: string;
}

/** @throws ExpError USAGE where something has to be asked, and there is no terminal to ask on */
export function checkAsking({yes, command}: Asking): void {
  if (yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new ExpError('USAGE', `${command} asks before it removes, and there is no terminal to ask on`, 'add --yes');
}

/**
 * Asks on the terminal; anything but y or yes is a no, the end of the input too.
 * @throws ExpError USAGE as {@link checkAsking}, INTERRUPTED for Ctrl-C
 */
export async function confirm(question: string, asking: Asking): Promise<boolean> {
  if (asking.yes) return true;
  checkAsking(asking);
  const lines = createInterface({input: process.stdin, output: process.stderr});
  const ended = new AbortController();
  let isInterrupted = false;
  lines.on('SIGINT', () => {
    isInterrupted = true;
    ended.abort();
  });
  lines.on('close', () => ended.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, {signal: ended.signal});
    return ['y', 'yes'].includes(answer.trim().toLowerCase());
  } catch {
    process.stderr.write('\n');
    if (isInterrupted) throw new ExpError('INTERRUPTED', 'nothing was removed');
    return false;
  } finally {
    lines.close();
  }
}
