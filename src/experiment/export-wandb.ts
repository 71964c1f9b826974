import path from 'node:path';
import {RequestFailure} from '../runs/interop/attempts.js';
import {tagged} from '../runs/interop/scalars.js';
import {appUrlOf, WandbClient, type WandbOptions} from '../runs/interop/wandb-client.js';
import {type SentToWandb, sendToWandb, type WandbDescription} from '../runs/interop/wandb-run.js';
import type {Run} from '../runs/run.js';
import {sweepFolderOf} from '../runs/sweep/find-sweeps.js';
import {ExpError} from '../support/errors.js';
import {rememberSecret} from '../support/secrets.js';
import {expVersion} from '../support/versions.js';
import {findRuns} from './run-references.js';

export interface WandbRequest {
  /** As people name them. */
  readonly runs: readonly string[];
  readonly runsDir: string;
  /** `WANDB_BASE_URL`, else W&B's own, by default. */
  readonly url?: string | undefined;
  /** `WANDB_ENTITY`, else that of the key's owner, by default. */
  readonly entity?: string | undefined;
  /** `WANDB_PROJECT`, else the name of each run's spec, by default. */
  readonly project?: string | undefined;
}

const publicUrl = 'https://api.wandb.ai';

/**
 * Sends runs to Weights & Biases, one after another; sent again, a run gets only what is new.
 * @throws ExpError USAGE, RUN_NOT_FOUND; EXPORT_FAILED with what has been sent by then
 */
export async function exportWandb(
  request: WandbRequest,
  warn: (message: string) => void,
  options: WandbOptions = {},
): Promise<readonly SentToWandb[]> {
  const {WANDB_API_KEY, WANDB_BASE_URL, WANDB_ENTITY, WANDB_PROJECT} = process.env;
  const url = request.url ?? (WANDB_BASE_URL || publicUrl);
  const entity = request.entity ?? (WANDB_ENTITY || undefined);
  const project = request.project ?? (WANDB_PROJECT || undefined);
  const key = WANDB_API_KEY?.trim();
  if (project !== undefined && !isProject(project)) {
    const hint = 'W&B takes up to 128 letters, and none of / \\ # ? % :';
    throw new ExpError('USAGE', `${JSON.stringify(project)} is no name of a project on W&B`, hint);
  }
  // Before the key, so that a wrong address is not asked for one.
  const client = new WandbClient(url, key ?? '', {tell: warn, ...options, version: expVersion()});
  if (!key) {
    const hint = `set WANDB_API_KEY; ${appUrlOf(client.url)}/authorize shows yours`;
    throw new ExpError('USAGE', `${client.url} wants a key`, hint);
  }
  rememberSecret(key);
  const runs = findRuns(request.runs, request.runsDir);
  const sent: SentToWandb[] = [];
  for (const run of runs) {
    const description = describe(run, entity, project);
    for (const warning of run.warnings) warn(`${run.key}: ${warning}`);
    let state = 'nothing of it was sent';
    try {
      const progress = (numSent: number, numInAll: number): void => {
        state = `its settings and ${numSent} of ${numInAll} rows were sent`;
      };
      sent.push(await sendToWandb(client, run, description, warn, progress));
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const others = runs.length > 1 ? `; ${sent.length} of ${runs.length} runs are there` : '';
      const where = `${entity === undefined ? '' : `${entity}/`}${description.project}`;
      const message = `${client.url} did not take ${run.key} for ${where}: ${error.message}; ${state}${others}`;
      throw new ExpError('EXPORT_FAILED', message, hintFor(error, client.url), {cause: error});
    }
  }
  return sent;
}

function hintFor({status, mayPass, message}: RequestFailure, url: string): string {
  if (status === 401) return `the key was refused: set WANDB_API_KEY to the one of ${appUrlOf(url)}/authorize`;
  if (status === 403 || status === 404 || /not found|permission|access/i.test(message)) {
    return 'does --entity exist, and may the owner of WANDB_API_KEY write to the project?';
  }
  return mayPass
    ? 'the same command sends the rest'
    : "exp sends what W&B's SDK 0.30 sends; docs/export.md names other ways to W&B";
}

const isProject = (name: string): boolean => name !== '' && name.length <= 128 && !/[/\\#?%:]/.test(name);

const inProject = (name: string): string => name.replace(/[/\\#?%:]+/g, '-').slice(0, 128);

function describe(run: Run, entity: string | undefined, project: string | undefined): WandbDescription {
  const {name: specName, description, tags: _tags, ...settings} = (run.resolvedSpec() ?? {}) as Record<string, unknown>;
  // Not the folder's as long as the run goes on: the project must not change when it ends.
  const name = typeof specName === 'string' ? specName : run.name;
  const environment = run.environment();
  const git = environment?.git;
  const {summary, group} = run;
  const sweep = sweepFolderOf(run);
  const notes = run.notes.map(({text}) => text);
  return {
    entity,
    project: project ?? inProject(name),
    config: {
      ...settings,
      exp: {
        run: run.key,
        name,
        startedAt: run.startedAt?.toISOString(),
        version: environment?.exp,
        path: path.resolve(run.path),
        engine: summary?.engine ?? environment?.engine,
        device: summary?.device ?? environment?.device,
        dataFingerprint: summary?.dataFingerprint,
        group: group?.id,
        fold: group?.fold,
      },
    },
    summary: summaryOf(run),
    tags: run.tags,
    notes: [...(typeof description === 'string' ? [description] : []), ...notes].join('\n\n'),
    group: sweep === undefined ? group?.id : path.basename(sweep),
    commit: git && !/^0+$/.test(git.commit) ? git.commit : undefined,
    repository: git?.remote,
    host: environment?.host,
    program: environment?.spec,
  };
}

function summaryOf({state, status, summary}: Run): Readonly<Record<string, unknown>> {
  const own = {state, message: status?.message};
  if (!summary) return own;
  const {best} = summary.metrics;
  const atBest = best && {epoch: best.epoch, step: best.step, ...tagged(best.metrics)};
  const prefixed = Object.entries(atBest ?? {}).map(([key, value]) => [`best/${key}`, value]);
  return {
    ...own,
    ...Object.fromEntries(prefixed),
    durationSeconds: summary.durationSeconds.total,
    examplesPerSecond: summary.examplesPerSecond,
    numParameters: summary.numParameters,
    numTrainableParameters: summary.numTrainableParameters,
    peakMemoryBytes: summary.peakMemoryBytes,
    stoppedEarly: summary.stoppedEarly,
  };
}
