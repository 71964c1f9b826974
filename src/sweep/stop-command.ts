import {resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {plural} from '../report/format.js';
import {LiveFrame} from '../report/live-frame.js';
import {printable} from '../report/printable.js';
import {harmless, type Sink, streamSink} from '../report/sink.js';
import {sweepFrame} from '../report/sweep-frame.js';
import {sweepSentence} from '../report/sweep-screen.js';
import {findSweepFolder} from '../runs/sweep/find-sweeps.js';
import {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {ExpError} from '../support/errors.js';
import {FollowedSweep, isOn, pause} from './status-command.js';

/** What `exp sweep stop` was asked for. */
export interface SweepStopRequest {
  readonly reference: string;
  readonly runsDir: string;
  /** Whether trials under way end with a checkpoint instead of being finished. */
  readonly now: boolean;
  /** Whether to wait until all workers have ended. */
  readonly wait: boolean;
  readonly lookMillis?: number;
}

/** Asks a sweep to end, wherever its workers are. @throws ExpError RUN_NOT_FOUND, RUN_UNWRITABLE */
export async function stopSweep(request: SweepStopRequest, stream: NodeJS.WriteStream): Promise<void> {
  const path = findSweepFolder(request.reference, request.runsDir);
  const sweep = new FollowedSweep(path);
  const sink = streamSink(stream);
  const {view} = sweep.look();
  if (!isOn(view)) {
    sink.write(`${printable(path)} is ${view.state}: nothing goes on in it\n`);
    return;
  }
  const folder = SweepFolder.open(path);
  const after = request.now ? 'now' : 'trial';
  folder.requestStop({at: new Date().toISOString(), after, by: 'user', why: 'exp sweep stop asked for it'});
  const running = view.trials.filter(({state}) => state === 'running').length;
  const what = request.now
    ? `${plural(running, 'trial')} under way ${running === 1 ? 'saves' : 'save'} a checkpoint and ${running === 1 ? 'ends' : 'end'}`
    : `${plural(running, 'trial')} under way ${running === 1 ? 'is' : 'are'} finished first (--now: a checkpoint, and an end)`;
  sink.write(`asked to stop: no new trial begins; ${what}\n`);
  if (folder.status?.executor === 'slurm') await cancelJobs(folder, request, sink);
  if (request.wait) await wait(sweep, stream, request.lookMillis ?? 500);
  const after2 = sweep.look().view;
  sink.write(`${sweepSentence(after2)}\n`);
  if (!isOn(after2)) sink.write(`exp sweep --resume ${printable(path)}  ${sink.style.dim('goes on with it')}\n`);
}

/** How long jobs that save a checkpoint are waited for. */
const settleMillis = 60_000;

/** Jobs that wait would come to nothing, but only after having waited. What runs sees the request, now or at its end. */
async function cancelJobs(folder: SweepFolder, request: SweepStopRequest, sink: Sink): Promise<void> {
  const {SlurmJobs} = await import('./executors/slurm/jobs.js');
  const jobs = new SlurmJobs({sweepFolder: resolve(folder.path)});
  try {
    const handles = await jobs.reconcile();
    await jobs.cancel(handles, request.now ? 'all' : 'waiting');
    const deadline = Date.now() + settleMillis;
    while (request.wait && request.now && Date.now() < deadline && (await jobs.reconcile()).length > 0)
      await sleep(1000);
  } catch (error) {
    if (!(error instanceof ExpError && error.code === 'EXECUTOR_UNAVAILABLE')) throw error;
    sink.write(
      `${sink.style.yellow('warning:')} ${printable(error.message)}; jobs in the queue end as soon as they begin\n`,
    );
  }
}

async function wait(sweep: FollowedSweep, stream: NodeJS.WriteStream, lookMillis: number): Promise<void> {
  const ends = new AbortController();
  const end = (): void => ends.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const sink = streamSink(stream);
  const frame = stream.isTTY && process.env.TERM !== 'dumb' ? new LiveFrame(stream) : undefined;
  try {
    for (let board = sweep.look(); isOn(board.view) && !ends.signal.aborted; board = sweep.look()) {
      if (frame) {
        const {width, height} = frame;
        const text = sweepFrame(board, {width, height, style: sink.style, now: new Date()});
        frame.draw(harmless(text, sink.style.enabled));
      }
      await pause(lookMillis, ends.signal);
    }
    if (ends.signal.aborted) sink.write('not waited for any longer: the request stands\n');
  } finally {
    frame?.close();
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}
