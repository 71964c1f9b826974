import type {Run} from '../run.js';
import {type MlflowClient, MlflowFailure, maxAttempts} from './mlflow-client.js';
import {type ScalarMoment, scalarsOf, secondsOf} from './scalars.js';

/** What a run is on a tracking server, apart from its numbers. */
export interface MlflowDescription {
  readonly experiment: string;
  /** Settings by dotted path. */
  readonly params: ReadonlyMap<string, number | string | boolean>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SentRun {
  readonly run: string;
  readonly experiment: string;
  /** Page of the run. */
  readonly url: string;
  /** Made now; else it was found by its tag. */
  readonly isNew: boolean;
  readonly numSent: number;
  /** Numbers that were there before. */
  readonly numKnown: number;
}

/** Names the run that a run of the server came from; by it an export finds it again. */
const runTag = 'exp.run';

/** Of MLflow's documentation of log-batch. */
const [maxMetrics, maxParams] = [1000, 100];
const maxParamLength = 6000;
const maxKeyLength = 250;

interface Entry {
  readonly key: string;
  readonly value: string;
}

interface Metric {
  readonly key: string;
  /** JSON has no NaN and no infinities; protobuf's JSON takes them as texts. */
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

interface ServerRun {
  readonly info: {readonly run_id: string};
  readonly data?: {readonly params?: readonly Entry[]};
}

/**
 * Sends a run to a tracking server, or what is new of it since it was sent last: the server's run is found by a tag, and numbers that are
 * there are not sent again.
 * @param progress is told how many numbers have been sent, for whoever has to say what a failure left
 * @throws RequestFailure
 */
export async function sendRun(
  client: MlflowClient,
  run: Run,
  description: MlflowDescription,
  warn: (message: string) => void,
  progress: (numSent: number, numInAll: number) => void = () => {},
): Promise<SentRun> {
  const {experiment} = description;
  const experimentId = await experimentIdOf(client, experiment);
  const {found, isNew} = await findOrCreate(client, run, experimentId, description);
  const runId = found.info.run_id;
  await sendParams(client, run, found, description.params, warn);
  const wanted = metricsOf(scalarsOf(run));
  const missing = isNew ? wanted : await missingOf(client, runId, wanted);
  progress(0, missing.length);
  let numSent = 0;
  for (let start = 0; start < missing.length; start += maxMetrics) {
    const chunk = missing.slice(start, start + maxMetrics);
    await sendMetrics(client, runId, chunk);
    numSent += chunk.length;
    progress(numSent, missing.length);
  }
  const status = statuses[run.state] ?? 'FAILED';
  const endedAt = secondsOf(run.summary?.finishedAt ?? run.status?.endedAt ?? run.status?.heartbeatAt);
  const end = status === 'RUNNING' || endedAt === undefined ? {} : {end_time: Math.round(1000 * endedAt)};
  await client.post('runs/update', {run_id: runId, status, ...end});
  return {
    run: run.key,
    experiment,
    url: `${client.url}/#/experiments/${experimentId}/runs/${runId}`,
    isNew,
    numSent,
    numKnown: wanted.length - missing.length,
  };
}

const statuses: Readonly<Record<string, 'FINISHED' | 'RUNNING' | 'KILLED' | 'FAILED'>> = {
  finished: 'FINISHED',
  running: 'RUNNING',
  interrupted: 'KILLED',
  pruned: 'KILLED',
};

async function experimentIdOf(client: MlflowClient, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await client.get<{experiment: {experiment_id: string; lifecycle_stage?: string}}>(
        'experiments/get-by-name',
        {experiment_name: name},
      );
      const {experiment_id: id, lifecycle_stage: stage} = answer.experiment;
      if (stage !== 'deleted') return id;
      throw new MlflowFailure(`the experiment ${name} is deleted there: restore it, or name another`, 'DELETED', false);
    } catch (error) {
      if (!(error instanceof MlflowFailure) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
    }
    try {
      return (await client.postOnce<{experiment_id: string}>('experiments/create', {name})).experiment_id;
    } catch (error) {
      // Somebody else may have made it meanwhile, or the answer got lost.
      const isThere = error instanceof MlflowFailure && error.code === 'RESOURCE_ALREADY_EXISTS';
      if (!isThere || attempt >= maxAttempts) await client.pauseAfter(error, attempt);
    }
  }
}

/** Looks before every attempt to make it, since the answer to one before may have got lost. */
async function findOrCreate(
  client: MlflowClient,
  run: Run,
  experimentId: string,
  {tags}: MlflowDescription,
): Promise<{readonly found: ServerRun; readonly isNew: boolean}> {
  const id = plainName(run.key);
  const started = secondsOf(run.startedAt);
  const all = Object.entries({...tags, [runTag]: id}).map(([key, value]) => ({key, value: value.slice(0, 5000)}));
  for (let attempt = 1; ; attempt++) {
    const {runs = []} = await client.post<{runs?: readonly ServerRun[]}>('runs/search', {
      experiment_ids: [experimentId],
      filter: `tags.\`${runTag}\` = '${id}'`,
      max_results: 1,
    });
    const [known] = runs;
    if (known) {
      if (attempt === 1) await client.post('runs/log-batch', {run_id: known.info.run_id, tags: all});
      return {found: known, isNew: attempt > 1};
    }
    try {
      const made = await client.postOnce<{run: ServerRun}>('runs/create', {
        experiment_id: experimentId,
        run_name: run.key,
        ...(started === undefined ? {} : {start_time: Math.round(1000 * started)}),
        tags: all,
      });
      return {found: made.run, isNew: true};
    } catch (error) {
      await client.pauseAfter(error, attempt);
    }
  }
}

/** A parameter cannot be changed on the server; one that has another value now stays as it is. */
async function sendParams(
  client: MlflowClient,
  run: Run,
  {info, data}: ServerRun,
  params: MlflowDescription['params'],
  warn: (message: string) => void,
): Promise<void> {
  const known = new Map((data?.params ?? []).map(({key, value}) => [key, value]));
  const missing: Entry[] = [];
  for (const [name, own] of params) {
    const [key, value] = [plainName(name), String(own).slice(0, maxParamLength) || '""'];
    if (String(own).length > maxParamLength) warn(`${run.key}: ${name} is cut to ${maxParamLength} letters`);
    if (key.length > maxKeyLength) warn(`${run.key}: ${name} is left out, its name is too long for MLflow`);
    else if (!known.has(key)) missing.push({key, value});
    else if (known.get(key) !== value) {
      warn(`${run.key}: ${name} is ${value} now and stays ${known.get(key)} there; MLflow does not change parameters`);
    }
  }
  for (let start = 0; start < missing.length; start += maxParams) {
    await client.post('runs/log-batch', {run_id: info.run_id, params: missing.slice(start, start + maxParams)});
  }
}

function metricsOf(moments: readonly ScalarMoment[]): readonly Metric[] {
  return moments.flatMap(({step, wallSeconds, values}) =>
    Object.entries(values).map(([tag, value]) => ({
      key: plainName(tag),
      value: Number.isFinite(value) ? value : String(value),
      timestamp: Math.round(1000 * wallSeconds),
      step,
    })),
  );
}

/** After a failure it is asked which of them have arrived: MLflow appends whatever it gets. */
async function sendMetrics(client: MlflowClient, runId: string, chunk: readonly Metric[]): Promise<void> {
  let missing = chunk;
  for (let attempt = 1; missing.length > 0; attempt++) {
    try {
      await client.postOnce('runs/log-batch', {run_id: runId, metrics: missing});
      return;
    } catch (error) {
      await client.pauseAfter(error, attempt);
      missing = await missingOf(client, runId, missing);
    }
  }
}

/** Those of which the server has no value at their step. */
async function missingOf(client: MlflowClient, runId: string, wanted: readonly Metric[]): Promise<readonly Metric[]> {
  const known = new Set<string>();
  for (const key of new Set(wanted.map((metric) => metric.key))) {
    for (const step of await stepsOf(client, runId, key)) known.add(`${step} ${key}`);
  }
  return wanted.filter(({key, step}) => !known.has(`${step} ${key}`));
}

async function stepsOf(client: MlflowClient, runId: string, key: string): Promise<readonly number[]> {
  const steps: number[] = [];
  let token: string | undefined;
  do {
    type Answer = {metrics?: readonly {step?: number | string}[]; next_page_token?: string};
    const page: Answer = await client
      .get<Answer>('metrics/get-history', {
        run_id: runId,
        metric_key: key,
        ...(token ? {page_token: token} : {}),
      })
      .catch((error: unknown) => {
        if (error instanceof MlflowFailure && error.code === 'RESOURCE_DOES_NOT_EXIST') return {};
        throw error;
      });
    steps.push(...(page.metrics ?? []).map(({step}) => Number(step ?? 0)));
    token = page.next_page_token;
  } while (token);
  return steps;
}

/** MLflow's names have letters, digits and `_-. :/`, and no empty parts between slashes. */
export const plainName = (name: string): string =>
  name
    .replace(/[^\w\-. :/]/g, '_')
    .split('/')
    .map((part) => (/^\.*$/.test(part) ? '_' : part))
    .join('/');
