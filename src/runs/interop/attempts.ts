import {ExpError} from '../../support/errors.js';

/** A request over HTTP that failed. */
export class RequestFailure extends Error {
  constructor(
    message: string,
    /** A later attempt may go better: a busy or restarting server, a lost connection. */
    readonly mayPass: boolean,
    /** Of HTTP; none where no answer came. */
    readonly status?: number,
    /** The server's own wish. */
    readonly retryAfterMillis?: number | undefined,
  ) {
    super(message);
  }
}

/** What a later attempt may mend. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

const noticedMillis = 2000;

export const mayPass = (status: number): boolean => passing.has(status);

/** Waits before the next attempt after a failure that may pass, twice as long before each further one; throws any other, and the last one. */
export async function pauseAfter(
  error: unknown,
  attempt: number,
  limits: {
    readonly maxAttempts: number;
    readonly pauseMillis: number;
    readonly longestPauseMillis: number;
    /** Is told of a pause that somebody who waits would notice. */
    readonly tell?: ((message: string) => void) | undefined;
  },
): Promise<void> {
  if (!(error instanceof RequestFailure) || !error.mayPass || attempt >= limits.maxAttempts) throw error;
  const usual = limits.pauseMillis * 2 ** (attempt - 1);
  const millis = Math.min(Math.max(usual, error.retryAfterMillis ?? 0), limits.longestPauseMillis);
  if (millis >= noticedMillis) limits.tell?.(`${error.message}; trying again in ${Math.round(millis / 1000)} s`);
  await new Promise((resolve) => setTimeout(resolve, millis));
}

/** An answer, whole; redirects are failures, as credentials are for one server only. @throws RequestFailure */
export async function ask(
  url: string,
  init: Omit<RequestInit, 'redirect' | 'signal'>,
  timeoutMillis: number,
): Promise<{readonly response: Response; readonly text: string}> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMillis)});
    text = await response.text();
  } catch (error) {
    throw new RequestFailure(networkReason(error, timeoutMillis), true);
  }
  const {status, headers} = response;
  if (status < 300 || status >= 400) return {response, text};
  throw new RequestFailure(`it redirects to ${headers.get('location')}: name that address`, false);
}

/** What the server asks for with `retry-after`, in whole seconds. */
export function retryAfterOf({headers}: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? 1000 * seconds : undefined;
}

function networkReason(error: unknown, timeoutMillis: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMillis / 1000} s`;
  const {cause} = error;
  return cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : error.message;
}

/** An address as `--url` takes it, without a slash at the end. @throws ExpError USAGE for one that is none, or has a password in it */
export function checkedUrl(
  text: string,
  {what, example, instead}: {readonly what: string; readonly example: string; readonly instead: string},
): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new ExpError('USAGE', `--url ${JSON.stringify(text)} is no address of ${what}`, `--url ${example}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ExpError('USAGE', 'the address of --url has a password in it, which others would see', instead);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
