import {appendFileSync} from 'node:fs';
import path from 'node:path';
import {LiveFrame} from '../report/live-frame.js';
import {printable, visibleJson} from '../report/printable.js';
import {harmless, plainSink, type Sink, streamSink} from '../report/sink.js';
import {SweepBoard} from '../report/sweep-board.js';
import {sweepFrame} from '../report/sweep-frame.js';
import {sweepJson} from '../report/sweep-json.js';
import {summaryLine} from '../report/sweep-line-reporter.js';
import {sweepMarkdown} from '../report/sweep-markdown.js';
import {progressOf, sweepViewOf} from '../report/sweep-of-folder.js';
import {sweepScreen} from '../report/sweep-screen.js';
import type {SweepView} from '../report/sweep-view.js';
import {findSweepFolder} from '../runs/sweep/find-sweeps.js';
import {SweepReader} from '../runs/sweep/read-sweep.js';
import {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';

/** What `exp sweep status` was asked for. */
export interface SweepStatusRequest {
  /** A sweep as people name it. */
  readonly reference: string;
  readonly runsDir: string;
  readonly watch: boolean;
  readonly json: boolean;
  /** A file that the Markdown form goes to. */
  readonly md?: string | undefined;
  /** Rows of the ranking at most. */
  readonly top?: number | undefined;
  /** Milliseconds between two looks. */
  readonly lookMillis?: number;
}

const usualTop = 10;
/** Seconds between two lines of a watched sweep where there is no terminal. */
const lineSeconds = 10;

/** Shows how a sweep is, once or until it ends. @throws ExpError RUN_NOT_FOUND, DATA_INVALID, RUN_UNWRITABLE */
export async function showSweepStatus(request: SweepStatusRequest, stream: NodeJS.WriteStream): Promise<void> {
  const sweep = new FollowedSweep(findSweepFolder(request.reference, request.runsDir));
  const {top = usualTop} = request;
  if (request.watch) await watch(sweep, stream, request.lookMillis ?? 1000);
  const board = sweep.look();
  if (request.json) {
    plainSink((text) => stream.write(text)).write(visibleJson(sweepJson(board.view, {progress: board.progress})));
  } else {
    const sink = streamSink(stream);
    sink.write(statusScreen(board, sink, {top, rows: stream.isTTY ? stream.rows : undefined}));
  }
  if (request.md !== undefined) writeSweepMarkdown(board.view, request.md);
}

/** A sweep folder that others write. */
export class FollowedSweep {
  readonly #reader: SweepReader;
  readonly #folder: SweepFolder;

  constructor(path: string) {
    this.#reader = new SweepReader(path);
    this.#folder = SweepFolder.open(path);
  }

  /** As it is now. */
  look(): SweepBoard {
    const state = this.#reader.look();
    const board = new SweepBoard(sweepViewOf(state, this.#folder.stopRequest !== undefined));
    for (const [trial, progress] of progressOf(state)) board.progress.set(trial, progress);
    return board;
  }
}

export const isOn = ({state}: SweepView): boolean => state === 'running' || state === 'stopping';

/** While a sweep goes on how far it is, and always what came of it. */
export function statusScreen(
  board: SweepBoard,
  sink: Pick<Sink, 'style' | 'width'>,
  {top, rows = Number.POSITIVE_INFINITY}: {readonly top: number; readonly rows?: number | undefined},
): string {
  const {view} = board;
  const now = new Date();
  const {style, width} = sink;
  const frame = isOn(view)
    ? `${sweepFrame(board, {width: Number.isFinite(width) ? width - 1 : width, height: rows, style, now})}\n\n`
    : '';
  return `${harmless(frame, style.enabled)}${sweepScreen(view, sink, {top, now})}`;
}

/**
 * Writes the Markdown form. Into the file that GitHub Actions gives for the summary of a step it is added, because others may have written there.
 * @throws ExpError RUN_UNWRITABLE
 */
export function writeSweepMarkdown(view: SweepView, file: string, env = process.env): void {
  try {
    const text = sweepMarkdown(view);
    if (env.GITHUB_STEP_SUMMARY && path.resolve(file) === path.resolve(env.GITHUB_STEP_SUMMARY)) {
      appendFileSync(file, text);
    } else writeFileAtomically(path.resolve(file), text);
  } catch (error) {
    const message = `${printable(file)} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --md', {cause: error});
  }
}

/** Until the sweep ends, or Ctrl-C. */
async function watch(sweep: FollowedSweep, stream: NodeJS.WriteStream, lookMillis: number): Promise<void> {
  const ends = new AbortController();
  const end = (): void => ends.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const sink = streamSink(stream);
  const isLive = stream.isTTY && process.env.TERM !== 'dumb';
  const frame = isLive ? new LiveFrame(stream) : undefined;
  let [lastLine, lastAt] = ['', Number.NEGATIVE_INFINITY];
  try {
    for (let board = sweep.look(); isOn(board.view) && !ends.signal.aborted; board = sweep.look()) {
      const now = new Date();
      if (frame) {
        const {width, height} = frame;
        frame.draw(harmless(sweepFrame(board, {width, height, style: sink.style, now}), sink.style.enabled));
      } else {
        const line = summaryLine(board, now);
        if (line !== lastLine && now.getTime() - lastAt >= 1000 * lineSeconds) {
          sink.write(`${line}\n`);
          [lastLine, lastAt] = [line, now.getTime()];
        }
      }
      await pause(lookMillis, ends.signal);
    }
  } finally {
    frame?.close();
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** Waits; not so long where it is to end. */
export const pause = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', done);
  });
