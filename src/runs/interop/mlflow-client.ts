import {ask, checkedUrl, mayPass, pauseAfter, RequestFailure, retryAfterOf} from './attempts.js';

/** The environment variables that MLflow's own clients take credentials from; no others are looked at. */
export interface MlflowCredentials {
  readonly MLFLOW_TRACKING_TOKEN?: string | undefined;
  readonly MLFLOW_TRACKING_USERNAME?: string | undefined;
  readonly MLFLOW_TRACKING_PASSWORD?: string | undefined;
}

export interface MlflowOptions {
  readonly credentials?: MlflowCredentials;
  /** Of a request, before it counts as failed. */
  readonly timeoutMillis?: number;
  /** Before the second attempt; twice as long before each further one. */
  readonly pauseMillis?: number;
}

/** How often something is tried that may go better later. */
export const maxAttempts = 4;
const longestPauseMillis = 30_000;

/** A request that failed. */
export class MlflowFailure extends RequestFailure {
  constructor(
    message: string,
    /** MLflow's own: RESOURCE_DOES_NOT_EXIST. */
    readonly code: string | undefined,
    mayPass: boolean,
    status?: number,
    retryAfterMillis?: number | undefined,
  ) {
    super(message, mayPass, status, retryAfterMillis);
  }
}

/** MLflow's documented REST interface, as far as runs are written with it. */
export class MlflowClient {
  /** Of the tracking server, without a slash at the end. */
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMillis: number;
  readonly #pauseMillis: number;

  /** @throws ExpError USAGE for an address that is none, or has a password in it */
  constructor(url: string, {credentials = {}, timeoutMillis = 30_000, pauseMillis = 500}: MlflowOptions = {}) {
    this.url = checkedUrl(url, {
      what: 'a tracking server',
      example: 'http://127.0.0.1:5000',
      instead: 'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN',
    });
    const authorization = authorizationOf(credentials);
    this.#headers = {'content-type': 'application/json', ...(authorization ? {authorization} : {})};
    this.#timeoutMillis = timeoutMillis;
    this.#pauseMillis = pauseMillis;
  }

  /** Asks, again if need be: nothing changes by it. @throws RequestFailure */
  get<Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#repeated(() => this.#request<Answer>('GET', `${path}?${new URLSearchParams(query)}`));
  }

  /** For what may be sent twice without harm. @throws RequestFailure */
  post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#repeated(() => this.postOnce<Answer>(path, body));
  }

  /** One attempt. @throws RequestFailure */
  postOnce<Answer>(path: string, body: object): Promise<Answer> {
    return this.#request<Answer>('POST', path, body);
  }

  /** Waits before the next attempt after a failure that may pass; throws any other, and the last one. */
  pauseAfter(error: unknown, attempt: number): Promise<void> {
    return pauseAfter(error, attempt, {maxAttempts, pauseMillis: this.#pauseMillis, longestPauseMillis});
  }

  async #repeated<Answer>(once: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once();
      } catch (error) {
        await this.pauseAfter(error, attempt);
      }
    }
  }

  async #request<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const {response, text} = await ask(
      `${this.url}/api/2.0/mlflow/${path}`,
      {method, headers: this.#headers, ...(body ? {body: JSON.stringify(body)} : {})},
      this.#timeoutMillis,
    );
    if (response.ok) return parsed<Answer>(text, response.status);
    throw failureOf(response, text);
  }
}

function authorizationOf(credentials: MlflowCredentials): string | undefined {
  const {MLFLOW_TRACKING_TOKEN: token} = credentials;
  const {MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password} = credentials;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return token ? `Bearer ${token}` : undefined;
}

function parsed<Answer>(text: string, status: number): Answer {
  try {
    const answer: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof answer === 'object' && answer !== null) return answer as Answer;
  } catch {
    // Falls through.
  }
  throw new MlflowFailure(`the answer (HTTP ${status}) is no JSON object: is it an MLflow server?`, undefined, false);
}

function failureOf(response: Response, text: string): MlflowFailure {
  const {status} = response;
  const body = bodyOf(text);
  const reason = body.message === undefined ? '' : `: ${body.message.slice(0, 500)}`;
  return new MlflowFailure(`HTTP ${status}${reason}`, body.code, mayPass(status), status, retryAfterOf(response));
}

function bodyOf(text: string): {readonly code?: string; readonly message?: string} {
  try {
    const {error_code: code, message}: {error_code?: unknown; message?: unknown} = JSON.parse(text);
    return {
      ...(typeof code === 'string' ? {code} : {}),
      ...(typeof message === 'string' ? {message} : {}),
    };
  } catch {
    return {};
  }
}
