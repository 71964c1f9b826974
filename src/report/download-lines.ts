import type {DownloadListener} from '../data/files/download.js';
import {withoutSecrets} from '../support/secrets.js';
import {formatBytes} from './format.js';
import {columnsOf, type TextStream} from './sink.js';
import {truncate} from './text.js';

const upAndClear = '\x1b[1A\x1b[2K';

/** Tells what takes long, a line each. Made for stderr, too. */
export const noticeLines =
  (stream: TextStream) =>
  (message: string): void =>
    void stream.write(`${withoutSecrets(message)}\n`);

/**
 * Tells of downloads on a stream: on a terminal one line that is written over, elsewhere a line at the start and one at the end.
 * Made for stderr, so that what a command prints stays clean.
 */
export function downloadLines(stream: TextStream): DownloadListener {
  const begun = new Set<string>();
  return ({url, receivedBytes, totalBytes, isDone}) => {
    const share = totalBytes ? ` (${Math.floor((100 * receivedBytes) / totalBytes)} %)` : '';
    const amount = `${formatBytes(receivedBytes)}${totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`}${share}`;
    const isFirst = !begun.has(url);
    begun.add(url);
    if (!stream.isTTY && !isFirst && !isDone) return;
    const line = withoutSecrets(
      isDone ? `downloaded ${url}: ${formatBytes(receivedBytes)}` : `downloading ${url}: ${amount}`,
    );
    // The cursor waits on the next line, where an error may be printed at any time.
    if (stream.isTTY) stream.write(`${isFirst ? '' : upAndClear}${truncate(line, columnsOf(stream) - 1)}\n`);
    else stream.write(`${line}\n`);
  };
}
