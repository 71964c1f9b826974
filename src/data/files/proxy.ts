import {ExpError} from '../../support/errors.js';

/** Where requests go instead of to the server itself, and which variable says so. */
export interface HttpProxy {
  readonly url: URL;
  readonly variable: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL from http_proxy, https_proxy, all_proxy and no_proxy, as curl reads them: the lower case wins, upper case counts as
 * well. NO_PROXY lists hosts (their subdomains are meant too), `host:port`, or `*` for all.
 * @throws ExpError DATA_MISSING for a proxy that is no HTTP proxy
 */
export function proxyFor(address: string, env: Environment = process.env): HttpProxy | undefined {
  const url = new URL(address);
  const names = [`${url.protocol.slice(0, -1)}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const variable = names.find((name) => env[name]);
  if (variable === undefined || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? '')) return undefined;
  const value = env[variable]!;
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (URL.canParse(written)) {
    const proxy = new URL(written);
    if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return {url: proxy, variable};
  }
  const shown = written.replace(/\/\/[^@/]*@/, '//…@');
  throw new ExpError(
    'DATA_MISSING',
    `${address} cannot be downloaded: ${variable} is ${shown}; expected http://HOST:PORT`,
    `mend ${variable}, or name ${url.hostname} in NO_PROXY to go without a proxy`,
  );
}

function isExempt({hostname, port, protocol}: URL, noProxy: string): boolean {
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, host = '', wantedPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (host === '' || (wantedPort !== undefined && wantedPort !== actualPort)) return false;
    return hostname === host || hostname.endsWith(`.${host}`);
  });
}

/** What a download reads of an answer. */
export interface Answer extends Pick<Response, 'ok' | 'status' | 'statusText'> {
  readonly headers: {get(name: string): string | null};
  readonly body: {
    getReader(): {read(): Promise<{readonly done: boolean; readonly value?: Uint8Array | undefined}>};
    cancel(): Promise<void>;
  } | null;
}

/** A way to ask a server. */
export interface Connector {
  fetch(url: string, init: {headers: Record<string, string>; signal: AbortSignal}): Promise<Answer>;
  /** Drops its connections. */
  close(): Promise<void>;
}
