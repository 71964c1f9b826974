import {spawn} from 'node:child_process';
import path from 'node:path';
import {LiveRuns} from '../report/html/live-runs.js';
import {printable} from '../report/printable.js';
import {streamSink, type TextStream} from '../report/sink.js';
import {RunsFolder} from '../runs/runs-folder.js';
import {isSweepFolder} from '../runs/sweep/is-sweep-folder.js';
import {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {ExpError} from '../support/errors.js';
import {goalsOf, groupKeys, listOf} from './lists.js';
import {isLoopback, startWatchServer, type WatchServer} from './watch-server.js';

/** What `exp watch` was asked for. */
export interface WatchRequest {
  readonly runsDir: string;
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
  /** Separated by commas. */
  readonly columns?: string | undefined;
  readonly sort?: string | undefined;
  /** Separated by commas; `none`. */
  readonly groupBy?: string | undefined;
  /** Columns of which more is better, and less; separated by commas. */
  readonly maximize?: string | undefined;
  readonly minimize?: string | undefined;
}

/** Runs that a page can still show; of more, those that changed last. */
const maxRuns = 1000;

/** Serves a page of runs until Ctrl-C or SIGTERM. @throws ExpError USAGE if it cannot listen at the address */
export async function watchRuns(request: WatchRequest, out: TextStream): Promise<void> {
  const {runsDir, host, port, open} = request;
  const [columns, groupBy] = [listOf(request.columns), groupKeys(request.groupBy)];
  const options = {sort: request.sort, columns, groupBy, goals: goalsOf(request)};
  const usual = isSweepFolder(runsDir) ? SweepFolder.open(runsDir).plan.metric : undefined;
  const runs = new LiveRuns(new RunsFolder(runsDir, maxRuns), options, usual && {metric: usual.name, goal: usual.goal});
  const title = printable(path.basename(path.resolve(runsDir)));
  const server = await listen({runs, title, host, port});
  const sink = streamSink(out);
  sink.write(`${printable(runsDir)} is shown at ${server.url}\n`);
  if (!isLoopback(host)) {
    sink.write(
      'Whoever has this address can see the runs and stop them, and others on the network can read what is sent: it is not encrypted.\n',
    );
  }
  sink.write('Ctrl-C ends it; runs go on.\n');
  if (open) openBrowser(server.url);
  await interrupted();
  await server.close();
}

async function listen(options: Parameters<typeof startWatchServer>[0]): Promise<WatchServer> {
  try {
    return await startWatchServer(options);
  } catch (error) {
    if (error instanceof ExpError || !(error instanceof Error) || !('code' in error)) throw error;
    const {host, port} = options;
    const isTaken = error.code === 'EADDRINUSE';
    const why = isTaken ? `port ${port} is taken` : error.message;
    const hint = isTaken
      ? 'leave out --port for any that is free'
      : 'leave out --host for 127.0.0.1; 0.0.0.0 is every address of this machine';
    throw new ExpError('USAGE', `cannot listen at ${host}: ${why}`, hint, {cause: error});
  }
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });

/** Without a browser nothing happens: the address is on the screen. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', url]
        : ['xdg-open', url];
  const child = spawn(command!, args, {stdio: 'ignore', detached: true});
  child.on('error', () => {});
  child.unref();
}
