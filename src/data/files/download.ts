import {createHash, type Hash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {type FileHandle, open, rename, rm, stat} from 'node:fs/promises';
import {setTimeout as wait} from 'node:timers/promises';
import {ExpError} from '../../support/errors.js';
import {cachedPath, claimPartial} from './cache.js';
import {connectorFor} from './connector.js';
import {
  brokenConnection,
  cut,
  isUnconnected,
  offline,
  privateAddress,
  refused,
  tooLarge,
  unwritable,
  wrongChecksum,
} from './download-errors.js';
import {type Answer, type Connector, type HttpProxy, proxyFor} from './proxy.js';

/** How far a download is. */
export interface DownloadProgress {
  readonly url: string;
  /** Bytes that are there, those of an earlier, interrupted download included. */
  readonly receivedBytes: number;
  /** Absent where the server does not say. */
  readonly totalBytes?: number;
  readonly isDone: boolean;
}

/** Is told at the start, at most every tenth of a second, and at the end. */
export type DownloadListener = (progress: DownloadProgress) => void;

export interface DownloadOptions {
  readonly onProgress?: DownloadListener | undefined;
  /** A connection that brings nothing for so long counts as cut. */
  readonly stallMillis?: number;
  /** Before the first of up to three further tries; twice as long before each next one. */
  readonly retryMillis?: number;
  /** What else helps where a file cannot be had; by default, to name a file in place of the URL. */
  readonly elsewhere?: string | undefined;
  /** More than these many bytes are not taken; EXP_MAX_DOWNLOAD_GB (100) thousand millions by default. */
  readonly maxBytes?: number;
}

const defaultMaxGigabytes = 100;
const maxTries = 4;
const progressMillis = 100;

/**
 * Downloads a file into the per-user cache, or finds it there. The bytes are checked before the file gets its name, so what is in the
 * cache is whole; a download that was cut goes on where it stopped, within this call and in later ones.
 * @param sha256 lower case
 * @returns the absolute path, which ends in the checksum
 * @throws ExpError DATA_MISSING where it cannot be had, DATA_INVALID where it is something else
 */
export async function download(url: string, sha256: string, options: DownloadOptions = {}): Promise<string> {
  const target = cachedPath(sha256);
  if (await isFile(target)) return target;
  if (isOffline()) throw offline(url, options.elsewhere);
  const partial = await claimPartial(target).catch((error: NodeJS.ErrnoException) => {
    throw unwritable(url, target, error);
  });
  try {
    // Another process may have finished it meanwhile.
    if (await isFile(target)) return target;
    const fetched = new Download(url, partial.path, options);
    const got = await fetched.run();
    if (got !== sha256) {
      await rm(partial.path, {force: true});
      throw wrongChecksum(url, got, sha256);
    }
    await rename(partial.path, target).catch((error: NodeJS.ErrnoException) => {
      throw unwritable(url, target, error);
    });
    return target;
  } finally {
    if (!partial.isShared) await rm(partial.path, {force: true});
    await partial.release();
  }
}

/** Whether nothing may be fetched: --offline sets the variable. */
const isOffline = (): boolean =>
  !['', '0', 'false', 'no', 'off'].includes((process.env.EXP_OFFLINE ?? '').toLowerCase());

const isFile = async (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** One file under way, over as many connections as it takes. */
class Download {
  #hash: Hash = createHash('sha256');
  #received = 0;
  #total: number | undefined;
  #toldAt = 0;
  readonly #proxy: HttpProxy | undefined;
  readonly #maxBytes: number;

  constructor(
    private readonly url: string,
    private readonly path: string,
    private readonly options: DownloadOptions,
  ) {
    this.#proxy = proxyFor(url);
    this.#maxBytes = options.maxBytes ?? 1e9 * (Number(process.env.EXP_MAX_DOWNLOAD_GB) || defaultMaxGigabytes);
  }

  /** @returns the SHA-256 of what came */
  async run(): Promise<string> {
    const file = await open(this.path, 'a').catch((error: NodeJS.ErrnoException) => {
      throw unwritable(this.url, this.path, error);
    });
    const connector = await connectorFor(this.#proxy);
    try {
      await this.#readPartial();
      for (let tries = 1; ; tries++) {
        const before = this.#received;
        const problem = await this.#connect(file, connector);
        if (problem === undefined) break;
        if (this.#received > before) tries = 1;
        if (tries >= maxTries) throw problem;
        await wait((this.options.retryMillis ?? 500) * 2 ** (tries - 1));
      }
      await file.sync();
    } finally {
      await connector.close();
      await file.close();
    }
    this.#tell(true);
    return this.#hash.digest('hex');
  }

  /** What an earlier process left counts as received. */
  async #readPartial(): Promise<void> {
    for await (const chunk of createReadStream(this.path)) {
      this.#hash.update(chunk as Buffer);
      this.#received += (chunk as Buffer).length;
    }
  }

  /** One connection. @returns what went wrong if trying again may help @throws ExpError if it cannot */
  async #connect(file: FileHandle, connector: Connector): Promise<ExpError | undefined> {
    const stalled = new AbortController();
    const {stallMillis = 60_000} = this.options;
    const timer = setTimeout(() => stalled.abort(), stallMillis);
    const headers = {
      'accept-encoding': 'identity',
      ...(this.#received > 0 ? {range: `bytes=${this.#received}-`} : {}),
    };
    try {
      const response = await connector.fetch(this.url, {headers, signal: stalled.signal});
      // All is there already, or more than all.
      if (response.status === 416) return this.#isWhole(response) ? undefined : await this.#restart(file);
      if (!response.ok) return this.#refusal(response);
      // A server without ranges sends the whole file again.
      if (response.status !== 206 && this.#received > 0) await this.#restart(file);
      const length = response.headers.get('content-length');
      this.#total = length === null ? undefined : this.#received + Number(length);
      await this.#checkSize(this.#total ?? 0);
      this.#tell(false, true);
      const reader = response.body?.getReader();
      for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
        timer.refresh();
        await this.#store(file, part.value);
      }
      return undefined;
    } catch (error) {
      if (error instanceof ExpError) throw error;
      const refusal = privateAddress(this.url, error as Error, this.options.elsewhere);
      if (refusal) throw refusal;
      const isNew = this.#received === 0 && !stalled.signal.aborted;
      if (isNew || isUnconnected(error as Error))
        throw brokenConnection(this.url, error as Error, this.#proxy, this.options.elsewhere);
      const why = stalled.signal.aborted ? `nothing came for ${stallMillis / 1000} s` : 'the connection was cut';
      return cut(this.url, why, this.#received, this.#total);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether an answer to a range beyond the end, with its `content-range: bytes *\/LENGTH`, says that nothing is lacking. */
  #isWhole({headers}: Answer): boolean {
    return headers.get('content-range')?.split('/')[1] === String(this.#received);
  }

  async #refusal(response: Answer): Promise<ExpError> {
    await response.body?.cancel();
    const problem = refused(this.url, response, this.options.elsewhere);
    if (response.status >= 500 || response.status === 429) return problem;
    throw problem;
  }

  /** @throws ExpError for more bytes than are taken; what has come of them is removed */
  async #checkSize(numBytes: number): Promise<void> {
    if (numBytes <= this.#maxBytes) return;
    await rm(this.path, {force: true});
    throw tooLarge(this.url, this.#maxBytes);
  }

  async #store(file: FileHandle, chunk: Uint8Array): Promise<void> {
    await this.#checkSize(this.#received + chunk.length);
    await file.appendFile(chunk).catch((error: NodeJS.ErrnoException) => {
      throw unwritable(this.url, this.path, error);
    });
    this.#hash.update(chunk);
    this.#received += chunk.length;
    this.#tell(false);
  }

  /** Forgets what has come so far. @returns the problem, in case it was asked for a range that is not there */
  async #restart(file: FileHandle): Promise<ExpError> {
    const problem = cut(this.url, 'the server does not have the rest', this.#received, undefined);
    await file.truncate(0);
    this.#hash = createHash('sha256');
    this.#received = 0;
    return problem;
  }

  #tell(isDone: boolean, isStart = false): void {
    const now = performance.now();
    if (!isDone && !isStart && now - this.#toldAt < progressMillis) return;
    this.#toldAt = now;
    this.options.onProgress?.({
      url: this.url,
      receivedBytes: this.#received,
      ...(this.#total === undefined ? {} : {totalBytes: this.#total}),
      isDone,
    });
  }
}
