import path from 'node:path';
import {formatBytes, plural} from '../report/format.js';
import {printable, visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import {renderTable} from '../report/table.js';
import {bytesOf, emptyTrash, reasonToStay, removeFolder, withIdleRun} from '../runs/remove.js';
import type {Run} from '../runs/run.js';
import {sweepFolderOf} from '../runs/sweep/find-sweeps.js';
import {ExpError} from '../support/errors.js';
import {checkAsking, confirm} from './confirm.js';
import {type RunSelection, requireSelected, selectRuns} from './select-runs.js';

/** What `exp rm` was asked for. */
export interface RemovalRequest extends RunSelection {
  readonly yes: boolean;
  /** Only say what would go. */
  readonly dryRun: boolean;
  readonly json: boolean;
}

const maxNamed = 10;

/**
 * Removes run folders after asking. Nothing is removed when one of them must not be.
 * @throws ExpError USAGE for what is no run folder or must not be removed, RUN_ALIVE for runs that go on, RUN_UNWRITABLE
 */
export async function removeRuns(
  request: RemovalRequest,
  {out, errors}: {readonly out: Sink; readonly errors: Sink},
): Promise<void> {
  const {runsDir, yes, dryRun, json} = request;
  const runs = selectRuns(requireNarrowed(request, 'exp rm'));
  requireSelected(runs, request);
  for (const run of runs) {
    const reason = reasonOfSweep(run) ?? reasonToStay(run, runsDir);
    if (reason !== undefined) throw new ExpError('USAGE', `${run.path} is not removed: ${reason}`);
  }
  refuseLive(runs, 'removed');
  const sized = runs.map((run) => ({run, bytes: bytesOf(run.path)}));
  const total = `${plural(runs.length, 'run')}, ${formatBytes(sum(sized.map(({bytes}) => bytes)))}`;
  const asking = {yes, command: 'exp rm'};
  if (!dryRun) checkAsking(asking);
  if (!json && (dryRun || !yes)) {
    errors.write(
      renderTable(
        [{title: 'run'}, {title: 'state', droppable: 2}, {title: 'size', align: 'right', droppable: 1}],
        sized.map(({run, bytes}) => [printable(run.id), run.state, formatBytes(bytes)]),
        errors,
      ),
    );
  }
  const isMeant = !dryRun && (await confirm(`remove ${total}?`, asking));
  if (isMeant) {
    for (const {run} of sized) {
      const parent = path.dirname(path.resolve(run.path));
      withIdleRun(run, (folder) => removeFolder(folder, parent));
      emptyTrash(parent);
    }
  }
  const verb = dryRun ? 'would remove' : isMeant ? 'removed' : 'kept';
  if (json) {
    const listed = sized.map(({run, bytes}) => ({run: run.id, path: run.path, state: run.state, bytes}));
    out.write(visibleJson({[isMeant ? 'removed' : 'wouldRemove']: listed}));
  } else out.write(`${verb} ${total}\n`);
}

/** The journals of a sweep go on to tell of a trial whose folder is gone. */
function reasonOfSweep(run: Run): string | undefined {
  const sweep = sweepFolderOf(run);
  return sweep === undefined ? undefined : `it is a trial of a sweep; the whole sweep is the folder ${sweep}`;
}

/** Without runs and without a condition nothing is meant, least of all everything. @throws ExpError USAGE */
export function requireNarrowed<Request extends RunSelection>(request: Request, command: string): Request {
  const {references, where, tags = [], states = []} = request;
  if (references.length > 0 || where !== undefined || tags.length > 0 || states.length > 0) return request;
  throw new ExpError(
    'USAGE',
    `${command} needs to know which runs`,
    'name them, or select them by --where, --tag or --state',
  );
}

/** @throws ExpError RUN_ALIVE where one goes on */
export function refuseLive(runs: readonly Run[], verb: string): void {
  const live = runs.filter(({state}) => state === 'running');
  if (live.length === 0) return;
  const named = live.slice(0, maxNamed).map(({id}) => `\n  ${id}`);
  const rest = live.length > maxNamed ? `\n  … and ${live.length - maxNamed} more` : '';
  const some = live.length === 1 ? 'one of these runs goes' : `${live.length} of these runs go`;
  throw new ExpError(
    'RUN_ALIVE',
    `nothing is ${verb}: ${some} on:${named.join('')}${rest}`,
    'end them first, or leave them out, for instance with --state finished',
  );
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
