import {ExpError} from '../../support/errors.js';

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

/** What a later attempt may mend: a busy or restarting server, a lost connection. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** A request that failed. */
export class MlflowFailure extends Error {
  constructor(
    message: string,
    /** MLflow's own: RESOURCE_DOES_NOT_EXIST. */
    readonly code: string | undefined,
    readonly mayPass: boolean,
    /** Of HTTP; none where no answer came. */
    readonly status?: number,
    readonly retryAfterMillis?: number | undefined,
  ) {
    super(message);
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
    this.url = checkedUrl(url);
    const authorization = authorizationOf(credentials);
    this.#headers = {'content-type': 'application/json', ...(authorization ? {authorization} : {})};
    this.#timeoutMillis = timeoutMillis;
    this.#pauseMillis = pauseMillis;
  }

  /** Asks, again if need be: nothing changes by it. @throws MlflowFailure */
  get<Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#repeated(() => this.#request<Answer>('GET', `${path}?${new URLSearchParams(query)}`));
  }

  /** For what may be sent twice without harm. @throws MlflowFailure */
  post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#repeated(() => this.postOnce<Answer>(path, body));
  }

  /** One attempt. @throws MlflowFailure */
  postOnce<Answer>(path: string, body: object): Promise<Answer> {
    return this.#request<Answer>('POST', path, body);
  }

  /** Waits before the next attempt after a failure that may pass; throws any other, and the last one. */
  async pauseAfter(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof MlflowFailure) || !error.mayPass || attempt >= maxAttempts) throw error;
    const usual = this.#pauseMillis * 2 ** (attempt - 1);
    const millis = Math.min(Math.max(usual, error.retryAfterMillis ?? 0), longestPauseMillis);
    await new Promise((resolve) => setTimeout(resolve, millis));
  }

  async #repeated<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        await this.pauseAfter(error, attempt);
      }
    }
  }

  async #request<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.url}/api/2.0/mlflow/${path}`, {
        method,
        headers: this.#headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMillis),
        ...(body ? {body: JSON.stringify(body)} : {}),
      });
      text = await response.text();
    } catch (error) {
      throw new MlflowFailure(networkReason(error, this.#timeoutMillis), undefined, true);
    }
    if (response.ok) return parsed<Answer>(text, response.status);
    throw failureOf(response, text);
  }
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const message = `--url ${JSON.stringify(text)} is no address of a tracking server`;
    throw new ExpError('USAGE', message, '--url http://127.0.0.1:5000');
  }
  if (url.username !== '' || url.password !== '') {
    const hint = 'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN';
    throw new ExpError('USAGE', 'the address of --url has a password in it, which others would see', hint);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function authorizationOf(credentials: MlflowCredentials): string | undefined {
  const {MLFLOW_TRACKING_TOKEN: token} = credentials;
  const {MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password} = credentials;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return token ? `Bearer ${token}` : undefined;
}

function networkReason(error: unknown, timeoutMillis: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMillis / 1000} s`;
  const {cause} = error;
  return cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : error.message;
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
  const {status, headers} = response;
  if (status >= 300 && status < 400) {
    return new MlflowFailure(`it redirects to ${headers.get('location')}: name that address`, undefined, false);
  }
  const body = bodyOf(text);
  const reason = body.message === undefined ? '' : `: ${body.message.slice(0, 500)}`;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? 1000 * seconds : undefined;
  return new MlflowFailure(`HTTP ${status}${reason}`, body.code, passing.has(status), status, retryAfter);
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
