import {ask, checkedUrl, mayPass, pauseAfter, RequestFailure, retryAfterOf} from './attempts.js';
import {type ResumeStatus, resumeQuery, type UpsertVariables, upsertMutation} from './wandb-queries.js';

export interface WandbOptions {
  /** Of a request, before it counts as failed. */
  readonly timeoutMillis?: number;
  /** Before the second attempt; twice as long before each further one. */
  readonly pauseMillis?: number;
  /** Is told of longer pauses. */
  readonly tell?: (message: string) => void;
}

/** With the usual pauses, half a minute of a busy server. */
const limits = {maxAttempts: 6, longestPauseMillis: 60_000};

/** What a run is called on a server. */
export interface WandbPlace {
  readonly entity: string;
  readonly project: string;
  readonly id: string;
}

/** Lines for a file of a run. */
export interface FileChunk {
  /** Number of the first line; lines that are there with this number are replaced. */
  readonly offset: number;
  readonly content: readonly string[];
}

/** Body of a request to a run's stream of files. */
export interface FileStreamRequest {
  readonly files?: Readonly<Record<string, FileChunk>>;
  readonly complete?: true;
  readonly exitcode?: number;
}

/** The bucket that an upsert answers with. */
export interface UpsertedBucket {
  readonly id: string;
  readonly name: string;
  readonly project: {readonly name: string; readonly entity: {readonly name: string}};
}

/**
 * The part of Weights & Biases' HTTP interface that runs are written with. It is documented nowhere; this sends what version 0.30.0 of W&B's
 * own SDK sends (`test/reference/wandb_protocol.json`).
 */
export class WandbClient {
  /** Of the server, without a slash at the end. */
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMillis: number;
  readonly #limits: Parameters<typeof pauseAfter>[2];

  /** @throws ExpError USAGE for an address that is none, or has a password in it */
  constructor(
    url: string,
    key: string,
    {timeoutMillis = 30_000, pauseMillis = 1000, tell, version}: WandbOptions & {readonly version: string},
  ) {
    this.url = checkedUrl(url, {
      what: 'a W&B server',
      example: 'https://wandb.example.org',
      instead: 'the key is taken of WANDB_API_KEY',
    });
    const authorization = `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;
    this.#headers = {authorization, 'content-type': 'application/json', 'user-agent': `exp/${version}`};
    this.#timeoutMillis = timeoutMillis;
    this.#limits = {...limits, pauseMillis, tell};
  }

  /** What is there of a run; undefined where there is none. @throws RequestFailure */
  async resumeStatus(variables: {
    readonly project: string;
    readonly entity: string | null;
    readonly name: string;
  }): Promise<ResumeStatus | undefined> {
    type Answer = {readonly model?: {readonly bucket?: ResumeStatus | null} | null};
    const {model} = await this.#graphql<Answer>(resumeQuery, variables);
    return model?.bucket ?? undefined;
  }

  /** Makes a run, or changes it; what is null stays as it is. @throws RequestFailure */
  async upsertBucket(variables: UpsertVariables): Promise<UpsertedBucket> {
    type Answer = {readonly upsertBucket?: {readonly bucket?: UpsertedBucket} | null};
    const {upsertBucket} = await this.#graphql<Answer>(upsertMutation, variables);
    const bucket = upsertBucket?.bucket;
    if (bucket?.project?.entity?.name) return bucket;
    throw new RequestFailure('its answer names no project: is it a W&B server?', false);
  }

  /** Lines of history and summary; sent twice they are there once. @throws RequestFailure */
  async stream({entity, project, id}: WandbPlace, request: FileStreamRequest): Promise<void> {
    const path = ['files', entity, project, id, 'file_stream'].map(encodeURIComponent).join('/');
    await this.#post(path, request);
  }

  async #graphql<Answer extends object>(query: string, variables: object): Promise<Answer> {
    const {data, errors} = (await this.#post('graphql', {query, variables})) ?? {};
    const messages = messagesOf(errors);
    if (messages !== undefined) throw new RequestFailure(messages, false);
    if (typeof data === 'object' && data !== null) return data as Answer;
    throw new RequestFailure('its answer has no data: is it a W&B server?', false);
  }

  async #post(path: string, body: object): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const {response, text} = await ask(
          `${this.url}/${path}`,
          {method: 'POST', headers: this.#headers, body: JSON.stringify(body)},
          this.#timeoutMillis,
        );
        const answer = objectOf(text);
        if (response.ok) return answer;
        throw failureOf(response, answer);
      } catch (error) {
        await pauseAfter(error, attempt, this.#limits);
      }
    }
  }
}

function failureOf(response: Response, answer: Readonly<Record<string, unknown>> | undefined): RequestFailure {
  const {status} = response;
  const {errors, error, message} = answer ?? {};
  const reason = messagesOf(errors) ?? [error, message].find((text) => typeof text === 'string')?.slice(0, 500);
  // The SDK, too, takes a conflict for something that passes.
  const isPassing = mayPass(status) || status === 409;
  return new RequestFailure(
    `HTTP ${status}${reason === undefined ? '' : `: ${reason}`}`,
    isPassing,
    status,
    retryAfterOf(response),
  );
}

/** Of GraphQL's list of errors. */
function messagesOf(errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const texts = errors.map((one: {readonly message?: unknown} | null) => String(one?.message ?? 'an error of no name'));
  return [...new Set(texts)].join('; ').slice(0, 500);
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Where people look at runs: `api.wandb.ai` → `wandb.ai`, `api.wandb.example` → `app.…`, any other as it is. By the SDK's rules. */
export function appUrlOf(url: string): string {
  if (url.includes('://api.wandb.')) return url.replace('://api.', '://');
  return url.replace('://api.', '://app.');
}
