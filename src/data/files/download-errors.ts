import {ExpError} from '../../support/errors.js';
import {PrivateAddressError} from './addresses.js';
import {displayPath} from './paths.js';
import type {Answer, HttpProxy} from './proxy.js';

const byOtherMeans = 'or fetch the file by other means and write its path in place of {url, sha256}';
const goesOn = 'run again: the download goes on where it stopped';

/** Reasons for which there is no connection at all, by the system's code. */
const noConnection: Readonly<Record<string, (host: string) => string>> = {
  ENOTFOUND: (host) => `the name ${host} is not known here; is there a network?`,
  EAI_AGAIN: (host) => `the name ${host} cannot be looked up; is there a network?`,
  ECONNREFUSED: (host) => `nothing answers at ${host}`,
  ENETUNREACH: () => 'there is no network',
  EHOSTUNREACH: (host) => `${host} cannot be reached`,
};

const codeOf = ({cause}: Error): string => (cause as NodeJS.ErrnoException | undefined)?.code ?? '';

/** `fetch failed` has its reason in a cause, which may have one again. */
const innermost = (error: Error): Error => (error.cause instanceof Error ? innermost(error.cause) : error);

/** Whether `fetch` failed without ever being connected. */
export const isUnconnected = (error: Error): boolean => codeOf(error) in noConnection;

/** No connection, or one that broke before the first byte. */
export function brokenConnection(
  url: string,
  error: Error,
  proxy: HttpProxy | undefined,
  elsewhere = byOtherMeans,
): ExpError {
  const why = noConnection[codeOf(error)]?.((proxy?.url ?? new URL(url)).host);
  const reason = why ?? innermost(error).message;
  const way = proxy ? ` through the proxy ${proxy.url.host}` : '';
  const first = proxy ? `check ${proxy.variable}` : 'try again later';
  return new ExpError('DATA_MISSING', `${url} cannot be downloaded${way}: ${reason}`, `${first}, ${elsewhere}`, {
    cause: error,
  });
}

/** The address is one that specs may not reach; undefined for any other failure. */
export function privateAddress(url: string, error: Error, elsewhere = byOtherMeans): ExpError | undefined {
  const refused = innermost(error);
  if (!(refused instanceof PrivateAddressError)) return undefined;
  const {host, address} = refused;
  const where = host === address || host === `[${address}]` ? host : `${host} (${address})`;
  return new ExpError(
    'DATA_MISSING',
    `${url} cannot be downloaded: ${where} is in a private network, which specs may not reach`,
    `if you trust it: EXP_PRIVATE_HOSTS=${host.replace(/^\[(.*)\]$/, '$1')}, ${elsewhere}`,
  );
}

/** Nothing may be fetched. */
export const offline = (url: string, elsewhere = byOtherMeans): ExpError =>
  new ExpError(
    'DATA_MISSING',
    `${url} is not in the cache, and nothing is downloaded offline (--offline, EXP_OFFLINE)`,
    `fetch it with a network first: exp validate SPEC, ${elsewhere}`,
  );

/** More bytes than are taken. */
export const tooLarge = (url: string, maxBytes: number): ExpError =>
  new ExpError(
    'DATA_MISSING',
    `${url} is larger than the ${maxBytes} bytes that are downloaded at most`,
    'check the URL; EXP_MAX_DOWNLOAD_GB raises the limit',
  );

/** The server answers, but not with the file. */
export const refused = (url: string, {status, statusText}: Answer, elsewhere = byOtherMeans): ExpError =>
  new ExpError(
    'DATA_MISSING',
    `${url} cannot be downloaded: the server answers ${status}${statusText ? ` ${statusText}` : ''}`,
    status === 404 || status === 410 ? `check the URL, ${elsewhere}` : `try again later, ${elsewhere}`,
  );

/** Some bytes came, not all. */
export const cut = (url: string, why: string, receivedBytes: number, totalBytes: number | undefined): ExpError =>
  new ExpError(
    'DATA_MISSING',
    `${url} cannot be downloaded: ${why} after ${receivedBytes}${totalBytes === undefined ? '' : ` of ${totalBytes}`} bytes`,
    goesOn,
  );

/** All bytes came, and are others. */
export const wrongChecksum = (url: string, got: string, expected: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${url} is another file than the spec wants: SHA-256 ${got}; expected ${expected}`,
    'check the URL and the sum; the file may have changed since the spec was written',
  );

/** The cache cannot be written. */
export function unwritable(url: string, file: string, error: NodeJS.ErrnoException): ExpError {
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const reason = isFull ? 'the disk is full' : error.message;
  const hint = isFull
    ? `free some space, or set EXP_CACHE_DIR to a folder on another disk; ${goesOn}`
    : 'set EXP_CACHE_DIR to a folder that can be written';
  return new ExpError('DATA_MISSING', `${url} cannot be kept in ${displayPath(file)}: ${reason}`, hint, {cause: error});
}
