import path from 'node:path';
import {hparamsOf} from '../report/tensorboard-reporter.js';
import {RequestFailure} from '../runs/interop/attempts.js';
import {MlflowClient, type MlflowOptions} from '../runs/interop/mlflow-client.js';
import {type MlflowDescription, type SentRun, sendRun} from '../runs/interop/mlflow-run.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {findRuns} from './run-references.js';

export interface MlflowRequest {
  /** As people name them. */
  readonly runs: readonly string[];
  readonly runsDir: string;
  /** `MLFLOW_TRACKING_URI` by default. */
  readonly url?: string | undefined;
  /** The name of each run's spec by default. */
  readonly experiment?: string | undefined;
}

/**
 * Sends runs to an MLflow tracking server, one after another; sent again, a run gets only what is new.
 * @throws ExpError USAGE, RUN_NOT_FOUND; EXPORT_FAILED with what has been sent by then
 */
export async function exportMlflow(
  {runs: references, runsDir, url = process.env.MLFLOW_TRACKING_URI, experiment}: MlflowRequest,
  warn: (message: string) => void,
  options: MlflowOptions = {},
): Promise<readonly SentRun[]> {
  if (!url) {
    throw new ExpError('USAGE', 'where is the tracking server?', '--url http://127.0.0.1:5000, or MLFLOW_TRACKING_URI');
  }
  const {MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD} = process.env;
  const credentials = {MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD};
  const client = new MlflowClient(url, {credentials, ...options});
  const runs = findRuns(references, runsDir);
  const sent: SentRun[] = [];
  for (const run of runs) {
    const description = describe(run, experiment);
    for (const warning of run.warnings) warn(`${run.key}: ${warning}`);
    let state = 'nothing of it was sent';
    try {
      const progress = (numSent: number, numInAll: number): void => {
        state = `its settings and ${numSent} of ${numInAll} numbers were sent`;
      };
      sent.push(await sendRun(client, run, description, warn, progress));
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const others = runs.length > 1 ? `; ${sent.length} of ${runs.length} runs are there` : '';
      throw new ExpError(
        'EXPORT_FAILED',
        `${client.url} did not take ${run.key}: ${error.message}; ${state}${others}`,
        error.status === 401 || error.status === 403
          ? 'set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD'
          : 'the same command sends the rest',
        {cause: error},
      );
    }
  }
  return sent;
}

function describe(run: Run, experiment: string | undefined): MlflowDescription {
  const spec = run.resolvedSpec();
  const {description} = (spec ?? {}) as {description?: unknown};
  const environment = run.environment();
  const git = environment?.git;
  const {summary, group} = run;
  const notes = run.notes.map(({text}) => text);
  const named: Readonly<Record<string, string | undefined>> = {
    'mlflow.note.content': [...(typeof description === 'string' ? [description] : []), ...notes].join('\n\n'),
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.name': environment?.spec,
    'mlflow.source.git.commit': git?.commit,
    'exp.version': environment?.exp,
    'exp.state': run.state,
    'exp.path': path.resolve(run.path),
    'exp.tags': run.tags.join(', '),
    'exp.group': group?.id,
    'exp.engine': summary?.engine ?? environment?.engine,
    'exp.device': summary?.device ?? environment?.device,
    'exp.dataFingerprint': summary?.dataFingerprint,
  };
  return {
    experiment: experiment ?? run.name,
    params: hparamsOf(spec),
    tags: Object.fromEntries(Object.entries(named).flatMap(([key, value]) => (value ? [[key, value]] : []))),
  };
}
