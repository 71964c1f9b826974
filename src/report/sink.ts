import {once} from 'node:events';
import type {Writable} from 'node:stream';
import {withoutSecrets} from '../support/secrets.js';
import {visible} from './printable.js';
import {createStyle, type Style, wantsColor} from './style.js';

/** Where report text goes: a terminal, a pipe, a file. */
export interface Sink {
  readonly style: Style;
  /** Columns to fit into; infinite where lines may be as long as they like. Changes when a terminal is resized. */
  readonly width: number;
  write(text: string): void;
}

/** The parts of a stream that reports look at. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const usualWidth = 80;
/** Below this there is no sensible layout; lines may then wrap. */
export const leastWidth = 20;

/** Columns of a terminal; some pseudo-terminals say 0 when they mean they do not know. */
export const columnsOf = (stream: TextStream): number => Math.max(leastWidth, stream.columns || usualWidth);

/** A stream as a sink: styled and fitted on a terminal, plain and unbounded elsewhere. */
export function streamSink(stream: TextStream, env: Readonly<Record<string, string | undefined>> = process.env): Sink {
  const isStyled = wantsColor({isTTY: stream.isTTY, env});
  return {
    style: createStyle(isStyled),
    get width() {
      return stream.isTTY ? columnsOf(stream) : Number.POSITIVE_INFINITY;
    },
    write: (text) => {
      stream.write(harmless(text, isStyled));
    },
  };
}

/**
 * Without secrets. Names of specs, data and runs may hold what a terminal acts on: all control characters but line breaks and tabs become visible, as
 * `\\u001b`, which is also how JSON writes them. @param isStyled whether colours, which are ours, stay
 */
export function harmless(given: string, isStyled: boolean): string {
  const text = withoutSecrets(given);
  if (!/[^\P{Cc}\n\t]/u.test(text)) return text;
  return text
    .split(isStyled ? colours : /$^/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[^\P{Cc}\n\t]/gu, visible)))
    .join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
const colours = /(\u001b\[[0-9;]*m)/;

/** A sink for a file or a string: no styles, no bounds. */
export const plainSink = (write: (text: string) => void): Sink => ({
  style: createStyle(false),
  width: Number.POSITIVE_INFINITY,
  write: (text) => write(harmless(text, false)),
});

/** Writes a long text no faster than it is read; ends early, without an error, when nobody reads any more. */
export async function writePieces(stream: Writable, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (stream.destroyed) return;
    if (stream.write(piece)) continue;
    const ends = new AbortController();
    const {signal} = ends;
    await Promise.race([once(stream, 'drain', {signal}), once(stream, 'close', {signal})]).catch(() => {});
    ends.abort();
  }
}

let isGuarded = false;

/**
 * Output that cannot be written must not end a run: neither a reader that goes away (`exp run … | head`), nor a full disk that
 * stdout was sent to. What is printed after that is dropped; of anything but a closed pipe stderr tells once, and unless the
 * command sets another exit code it is 1.
 */
export function surviveLostOutput(): void {
  if (isGuarded) return;
  isGuarded = true;
  process.stderr.on('error', () => {});
  let isTold = false;
  // oclif listens too, and throws.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isTold || error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
    isTold = true;
    process.exitCode ??= 1;
    process.stderr.write(`warning: cannot write to stdout: ${error.message}\n`);
  });
}
