import {randomBytes, timingSafeEqual} from 'node:crypto';
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {isIP} from 'node:net';
import {hostname} from 'node:os';
import {pageAssets} from '../report/html/assets.js';
import {pageDocument} from '../report/html/document.js';
import type {LiveRuns} from '../report/html/live-runs.js';
import {pack} from '../report/page/pack.js';
import {visible} from '../report/printable.js';
import {stopRun} from '../runs/stop-run.js';
import {ExpError} from '../support/errors.js';

/** Milliseconds between two looks at the folder. */
const lookMillis = 1000;
/** A reader that has not taken this much is let go; its page connects again and gets everything anew. */
const mostBufferedBytes = 64e6;
const longestBody = 4096;
/** The end of a log that is sent at first. */
const logBytes = 64 * 1024;

/** What a server of a folder of runs is told. */
export interface WatchOptions {
  readonly runs: LiveRuns;
  readonly title: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** A server that shows runs while they are trained. */
export interface WatchServer {
  /** With the token: whoever opens it may stop runs, and see them at all unless the host is this machine itself. */
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Whether only this machine can connect to an address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Starts to listen. @throws the system's own error if the address is taken or is none of this machine */
export async function startWatchServer(options: WatchOptions): Promise<WatchServer> {
  const watcher = new Watcher(options);
  const {port} = await watcher.listen();
  const host = isIP(options.host) === 6 ? `[${options.host}]` : options.host;
  const named = options.host === '0.0.0.0' || options.host === '::' ? hostname() : host;
  return {url: `http://${named}:${port}/?token=${watcher.token}`, close: () => watcher.close()};
}

class Watcher {
  readonly token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #clients = new Set<ServerResponse>();
  readonly #document: ReturnType<typeof pageDocument>;
  #timer: NodeJS.Timeout | undefined;
  #port = 0;

  constructor(readonly options: WatchOptions) {
    this.#document = pageDocument({data: undefined, title: options.title}, pageAssets(), true);
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        if (!response.headersSent) response.writeHead(500, {'Content-Type': 'text/plain; charset=utf-8'});
        response.end(`${error.message}\n`);
      });
    });
  }

  async listen(): Promise<{readonly port: number}> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port, this.options.host, resolve);
    });
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address ? address.port : this.options.port;
    this.options.runs.update();
    this.#timer = setInterval(() => this.#look(), lookMillis);
    return {port: this.#port};
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.end();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Nobody looks when nobody watches. */
  #look(): void {
    if (this.#clients.size === 0) return;
    const change = this.options.runs.update();
    if (change === undefined) return;
    if (change === 'all') this.#send('data', pack(this.options.runs.data(this.options.title)));
    else this.#send('change', change);
  }

  #send(event: string, content: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(content)}\n\n`;
    for (const client of this.#clients) {
      if (client.writableLength > mostBufferedBytes) client.destroy();
      else client.write(text);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const end = (status: number, text: string): void => {
      response.writeHead(status, {'Content-Type': 'text/plain; charset=utf-8'}).end(`${text}\n`);
    };
    if (!this.#isOwnHost(request.headers.host)) return end(421, 'This page goes by another name.');
    const isAllowed = this.#hasToken(request);
    if (url.searchParams.has('token')) {
      if (!isSame(url.searchParams.get('token') ?? '', this.token))
        return end(403, 'The token is not the one that exp watch printed.');
      const cookie = `${this.#cookie}=${this.token}; HttpOnly; SameSite=Lax; Path=/`;
      response.writeHead(303, {Location: '/', 'Set-Cookie': cookie}).end();
      return;
    }
    if (!isAllowed && !isLoopback(this.options.host))
      return end(403, 'Open the address that exp watch printed, with its token.');
    if (request.method === 'POST' && url.pathname === '/stop') return this.#stop(request, response, isAllowed);
    if (request.method !== 'GET') return end(405, 'Only GET.');
    if (url.pathname === '/') return this.#page(response);
    if (url.pathname === '/events') return this.#connect(response, isAllowed);
    if (url.pathname === '/log') return this.#log(url, response);
    end(404, 'There is nothing here.');
  }

  get #cookie(): string {
    return `exp-watch-${this.#port}`;
  }

  /** Against pages of other origins whose name is made to point here (DNS rebinding): a name has to be one of this machine's. */
  #isOwnHost(header = ''): boolean {
    const name =
      /^(\[[\da-fA-F:.]+\]|[^:]+)(:\d+)?$/
        .exec(header)?.[1]
        ?.replace(/^\[|\]$/g, '')
        .toLowerCase() ?? '';
    if (isLoopback(name)) return true;
    if (isLoopback(this.options.host)) return false;
    return isIP(name) !== 0 || name === this.options.host.toLowerCase() || name === hostname().toLowerCase();
  }

  #hasToken({headers}: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(/; */).map((text) => text.split('='));
    return cookies.some(([name, value]) => name === this.#cookie && isSame(value ?? '', this.token));
  }

  #page(response: ServerResponse): void {
    const policy = `${this.#document.policy}; frame-ancestors 'none'`;
    const headers = {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy};
    response.writeHead(200, headers).end(this.#document.html);
  }

  #connect(response: ServerResponse, mayStop: boolean): void {
    response.writeHead(200, {'Content-Type': 'text/event-stream; charset=utf-8'});
    const isFirst = this.#clients.size === 0;
    if (isFirst) this.options.runs.update();
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
    const data = pack(this.options.runs.data(this.options.title));
    response.write(
      `event: hello\ndata: ${JSON.stringify({mayStop})}\n\nevent: data\ndata: ${JSON.stringify(data)}\n\n`,
    );
  }

  /** What was printed from a place on; without one the end of it. */
  #log(url: URL, response: ServerResponse): void {
    const file = this.options.runs.runOf(url.searchParams.get('run') ?? '')?.find('log');
    const from = url.searchParams.has('from') ? Number(url.searchParams.get('from')) : undefined;
    const part = file === undefined ? undefined : readPart(file, from);
    response
      .writeHead(200, {'Content-Type': 'application/json; charset=utf-8'})
      .end(JSON.stringify(part ?? {text: '', from: 0, end: 0}));
  }

  async #stop(request: IncomingMessage, response: ServerResponse, isAllowed: boolean): Promise<void> {
    const answer = (status: number, message: string): void => {
      response.writeHead(status, {'Content-Type': 'application/json; charset=utf-8'}).end(JSON.stringify({message}));
    };
    const {origin, host, 'content-type': type} = request.headers;
    if (!isAllowed) return answer(403, 'Open the address that exp watch printed, with its token, to stop runs.');
    if (origin === undefined || origin !== `http://${host}` || type !== 'application/json')
      return answer(403, 'Not from this page.');
    const id = runIn(await bodyOf(request));
    const run = id === undefined ? undefined : this.options.runs.runOf(id);
    if (!run) return answer(404, 'There is no such run.');
    try {
      const pid = stopRun(run.path);
      return answer(200, `Process ${pid} was asked to end ${run.id}.`);
    } catch (error) {
      if (!(error instanceof ExpError)) throw error;
      return answer(409, error.message);
    }
  }
}

const commonHeaders = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) return '';
  }
  return text;
}

function runIn(body: string): string | undefined {
  try {
    const {run} = JSON.parse(body) as {readonly run?: unknown};
    return typeof run === 'string' ? run : undefined;
  } catch {
    return undefined;
  }
}

function readPart(
  file: string,
  from: number | undefined,
): {readonly text: string; readonly from: number; readonly end: number} | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const {size} = fstatSync(descriptor);
    const isKnown = from !== undefined && Number.isSafeInteger(from) && from >= 0 && from <= size;
    const start = Math.max(isKnown ? from : 0, size - logBytes);
    const buffer = Buffer.alloc(size - start);
    const length = readSync(descriptor, buffer, 0, buffer.length, start);
    const lines = buffer.toString('utf8', 0, length).split('\n');
    return {text: lines.map((line) => visible(line)).join('\n'), from: start, end: start + length};
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
