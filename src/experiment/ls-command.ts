import {printable, visibleJson} from '../report/printable.js';
import {listingOf, type RunListing, renderRunList, runListCsv} from '../report/run-list.js';
import type {Sink} from '../report/sink.js';
import {sweepListing} from '../report/sweep-listing.js';
import {listSweeps} from '../runs/sweep/find-sweeps.js';
import {type RunSelection, selectRuns, sortRuns} from './select-runs.js';

/** What `exp ls` was asked for. */
export interface ListRequest extends RunSelection {
  /** A term; by default the start, the newest last. */
  readonly sort?: string | undefined;
  readonly reverse: boolean;
  /** Runs at most: the newest ones, or with `sort` the first ones. */
  readonly limit?: number | undefined;
  readonly format: 'table' | 'csv' | 'json';
}

/** Lists runs and sweeps, and on `errors` what is wrong with their folders. @throws ExpError for runs that are not there and conditions that make no sense */
export function listTo(request: ListRequest, {out, errors}: {readonly out: Sink; readonly errors: Sink}): void {
  const {sort, reverse, limit, format, runsDir} = request;
  const selected = selectRuns(request);
  const sorted = sort === undefined ? selected : sortRuns(selected, sort, '--sort').map(({run}) => run);
  const listed = withSweeps(sorted.map(listingOf), request);
  const ordered = reverse ? [...listed].reverse() : listed;
  const isNewestLast = sort === undefined && !reverse;
  const listings =
    limit === undefined ? ordered : isNewestLast ? ordered.slice(-limit) : ordered.slice(0, Math.max(0, limit));
  if (format === 'json') out.write(visibleJson(listings));
  else if (format === 'csv') out.write(runListCsv(listings));
  else if (listings.length > 0) out.write(renderRunList(listings, out));
  else errors.write(`no ${isNarrowed(request) ? 'such runs' : 'runs'} in ${printable(runsDir)}\n`);
  const numLeft = ordered.length - listings.length;
  if (numLeft > 0 && format === 'table') {
    errors.write(errors.style.dim(`${numLeft} ${isNewestLast ? 'older' : 'more'} not shown; see --limit\n`));
  }
  for (const {run, warnings} of listings) {
    for (const warning of warnings) {
      errors.write(`${errors.style.yellow('warning:')} ${printable(run)}: ${printable(warning)}\n`);
    }
  }
}

/** Sweeps are rows among runs where all of a runs folder is listed by its start. */
function withSweeps(runs: readonly RunListing[], request: ListRequest): readonly RunListing[] {
  const {references, where, tags, states, sort, runsDir} = request;
  if (references.length > 0 || where !== undefined || tags?.length || sort !== undefined) return runs;
  const all = listSweeps(runsDir).map((folder) => sweepListing(folder));
  const sweeps = states?.length ? all.filter(({state}) => states.some((one) => one === state)) : all;
  if (sweeps.length === 0) return runs;
  return [...runs, ...sweeps].sort((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1));
}

const isNarrowed = ({where, tags, states}: RunSelection): boolean =>
  where !== undefined || Boolean(tags?.length) || Boolean(states?.length);
