import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import t from 'tap';
import {cacheFolder} from '../../src/data/files/cache.js';
import {type DownloadProgress, download} from '../../src/data/files/download.js';
import {Rng} from '../../src/support/random.js';
import {mountSmallDisk} from '../runs/full-disk.js';
import {collect, csvSource, dataSpec, load, rejectsWith} from './fixtures.js';

// The servers of these tests are on the loopback interface.
process.env.EXP_PRIVATE_HOSTS = '127.0.0.1,localhost';

const rng = Rng.fromSeed(1);
const content = Buffer.from(Uint8Array.from({length: 300_000}, () => rng.below(256)));
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const sha256 = sha256Of(content);
const elsewhere = 'or fetch the file by other means and write its path in place of {url, sha256}';
const goesOn = 'run again: the download goes on where it stopped';

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A real server on the loopback interface. @returns its address and the ranges that it was asked for */
async function serve(t: Tap, answer: Answer): Promise<{url: string; ranges: (string | undefined)[]}> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`, ranges};
}

type Tap = Pick<typeof t, 'teardown' | 'testdir'>;

/** The whole file, or the range that is asked for. */
const wholeFile: Answer = ({headers}, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (start >= content.length) {
    response.writeHead(416, {'content-range': `bytes */${content.length}`}).end();
    return;
  }
  response.writeHead(start > 0 ? 206 : 200, {'content-length': content.length - start});
  response.end(content.subarray(start));
};

/** Promises everything, sends some of it and hangs up. */
const cutAfter =
  (numBytes: number): Answer =>
  ({headers}, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {'content-length': content.length - start});
    response.write(content.subarray(start, start + numBytes), () => setTimeout(() => response.destroy(), 20));
  };

function useCache(t: Tap): string {
  const folder = path.join(t.testdir({}), 'cache');
  process.env.EXP_CACHE_DIR = folder;
  t.teardown(() => {
    delete process.env.EXP_CACHE_DIR;
  });
  return folder;
}

const filesIn = (cache: string): string[] => readdirSync(path.join(cache, 'sha256')).sort();
const quick = {retryMillis: 1};

t.test('downloads once, tells how it goes, and leaves nothing else', async (t) => {
  const cache = useCache(t);
  const {url, ranges} = await serve(t, wholeFile);
  const progress: DownloadProgress[] = [];
  const file = await download(url, sha256, {onProgress: (step) => progress.push(step)});
  t.equal(file, path.join(cache, 'sha256', sha256));
  t.ok(content.equals(readFileSync(file)));
  t.strictSame(filesIn(cache), [sha256]);
  t.strictSame(progress[0], {url, receivedBytes: 0, totalBytes: content.length, isDone: false});
  t.strictSame(progress.at(-1), {url, receivedBytes: content.length, totalBytes: content.length, isDone: true});
  t.equal(await download(url, sha256), file);
  t.equal(ranges.length, 1, 'the second time it is there');
});

t.test('goes on where a connection was cut, within one call', async (t) => {
  const cache = useCache(t);
  const {url, ranges} = await serve(t, (request, response, number) =>
    (number < 6 ? cutAfter(40_000) : wholeFile)(request, response, number),
  );
  const file = await download(url, sha256, quick);
  t.ok(content.equals(readFileSync(file)));
  t.strictSame(ranges, [undefined, ...[40_000, 80_000, 120_000, 160_000, 200_000].map((start) => `bytes=${start}-`)]);
  t.strictSame(filesIn(cache), [sha256]);
});

t.test('goes on where an earlier process stopped', async (t) => {
  const cache = useCache(t);
  const {url, ranges} = await serve(t, (request, response, number) =>
    (number === 1 ? cutAfter(100_000) : number < 5 ? cutAfter(0) : wholeFile)(request, response, number),
  );
  await rejectsWith(download(url, sha256, quick), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded: the connection was cut after 100000 of 300000 bytes`,
    hint: goesOn,
  });
  t.strictSame(filesIn(cache), [`${sha256}.partial`]);
  const file = await download(url, sha256, quick);
  t.equal(ranges.at(-1), 'bytes=100000-');
  t.ok(content.equals(readFileSync(file)));
  t.strictSame(filesIn(cache), [sha256]);
});

t.test('a partial file that is whole needs nothing more', async (t) => {
  const cache = useCache(t);
  mkdirSync(path.join(cache, 'sha256'), {recursive: true});
  writeFileSync(path.join(cache, 'sha256', `${sha256}.partial`), content);
  const {url, ranges} = await serve(t, wholeFile);
  t.ok(content.equals(readFileSync(await download(url, sha256, quick))));
  t.strictSame(ranges, ['bytes=300000-']);
});

t.test('a server without ranges starts over; a partial file that is too long as well', async (t) => {
  const cache = useCache(t);
  mkdirSync(path.join(cache, 'sha256'), {recursive: true});
  const partial = path.join(cache, 'sha256', `${sha256}.partial`);
  const {url} = await serve(t, (_, response) => response.end(content));
  writeFileSync(partial, content.subarray(0, 1000));
  t.ok(content.equals(readFileSync(await download(url, sha256, quick))));

  useCache(t);
  mkdirSync(path.join(process.env.EXP_CACHE_DIR!, 'sha256'), {recursive: true});
  writeFileSync(path.join(process.env.EXP_CACHE_DIR!, 'sha256', `${sha256}.partial`), Buffer.alloc(300_001));
  const {url: other, ranges} = await serve(t, wholeFile);
  t.ok(content.equals(readFileSync(await download(other, sha256, quick))));
  t.strictSame(ranges, ['bytes=300001-', undefined]);
});

t.test('another content is refused and not kept', async (t) => {
  const cache = useCache(t);
  const other = Buffer.from('something else');
  const {url} = await serve(t, (_, response) => response.end(other));
  await rejectsWith(download(url, sha256), {
    code: 'DATA_INVALID',
    message: `${url} is another file than the spec wants: SHA-256 ${sha256Of(other)}; expected ${sha256}`,
    hint: 'check the URL and the sum; the file may have changed since the spec was written',
  });
  t.strictSame(filesIn(cache), []);
});

t.test('servers that refuse', async (t) => {
  useCache(t);
  let status = 404;
  const {url, ranges} = await serve(t, (_, response) => response.writeHead(status).end('no'));
  await rejectsWith(download(url, sha256, quick), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded: the server answers 404 Not Found`,
    hint: `check the URL, ${elsewhere}`,
  });
  t.equal(ranges.length, 1, 'asked once');
  status = 503;
  await rejectsWith(download(url, sha256, quick), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded: the server answers 503 Service Unavailable`,
    hint: `try again later, ${elsewhere}`,
  });
  t.equal(ranges.length, 5, 'asked four times more');
});

t.test('no server, no network, no answer', async (t) => {
  useCache(t);
  const {url} = await serve(t, (_, response) => {
    response.writeHead(200, {'content-length': 10});
    response.write('abc');
  });
  await rejectsWith(download(url, sha256, {retryMillis: 1, stallMillis: 150}), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded: nothing came for 0.15 s after 3 of 10 bytes`,
    hint: goesOn,
  });
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  await rejectsWith(download(`http://${host}/x`, sha256, quick), {
    code: 'DATA_MISSING',
    message: `http://${host}/x cannot be downloaded: nothing answers at ${host}`,
    hint: `try again later, ${elsewhere}`,
  });
  await t.rejects(download('http://no-such-host.invalid/x', sha256, quick), {
    code: 'DATA_MISSING',
    message:
      /^http:\/\/no-such-host\.invalid\/x cannot be downloaded: the name no-such-host\.invalid (is not known here|cannot be looked up); is there a network\?$/,
  });
});

t.test('several downloads of one file at a time do not mix', async (t) => {
  const cache = useCache(t);
  const {url} = await serve(t, wholeFile);
  const files = await Promise.all([1, 2, 3, 4].map(() => download(url, sha256)));
  t.equal(new Set(files).size, 1);
  t.ok(content.equals(readFileSync(files[0]!)));
  t.strictSame(filesIn(cache), [sha256]);
});

t.test('a lock of a process that is gone does not count', async (t) => {
  const cache = useCache(t);
  mkdirSync(path.join(cache, 'sha256'), {recursive: true});
  const {hostname} = await import('node:os');
  writeFileSync(path.join(cache, 'sha256', `${sha256}.lock`), `999999999 ${hostname()}`);
  writeFileSync(path.join(cache, 'sha256', `${sha256}.partial`), content.subarray(0, 5000));
  const {url, ranges} = await serve(t, wholeFile);
  await download(url, sha256);
  t.strictSame(ranges, ['bytes=5000-']);
  t.strictSame(filesIn(cache), [sha256]);
});

t.test('a cache that cannot be written', async (t) => {
  const folder = t.testdir({cache: 'a file'});
  process.env.EXP_CACHE_DIR = path.join(folder, 'cache');
  t.teardown(() => delete process.env.EXP_CACHE_DIR);
  const {url} = await serve(t, wholeFile);
  const error = await download(url, sha256).catch((error: unknown) => error);
  t.match(error, {
    code: 'DATA_MISSING',
    message: `${url} cannot be kept in ${path.relative(process.cwd(), path.join(folder, 'cache/sha256', sha256))}: ENOTDIR`,
    hint: 'set EXP_CACHE_DIR to a folder that can be written',
  });
});

const disk = mountSmallDisk(256 * 1024);
t.test('a full disk', {skip: disk ? false : 'no tmpfs can be mounted here'}, async (t) => {
  process.env.EXP_CACHE_DIR = disk!.path;
  t.teardown(() => {
    delete process.env.EXP_CACHE_DIR;
    disk!.unmount();
  });
  const {url} = await serve(t, wholeFile);
  await rejectsWith(download(url, sha256, quick), {
    code: 'DATA_MISSING',
    message: `${url} cannot be kept in ${path.join(disk!.path, 'sha256', `${sha256}.partial`)}: the disk is full`,
    hint: `free some space, or set EXP_CACHE_DIR to a folder on another disk; ${goesOn}`,
  });
  t.notOk(existsSync(path.join(disk!.path, 'sha256', sha256)), 'nothing half has the name of the whole');
});

t.test('where the cache is', async (t) => {
  t.equal(cacheFolder({EXP_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b'}), '/a');
  t.equal(cacheFolder({XDG_CACHE_HOME: '/b'}), '/b/exp');
  t.match(cacheFolder({}), /.+\/\.cache\/exp$/);
});

t.test('a source reads a URL as it reads a path', async (t) => {
  useCache(t);
  const table = Buffer.from('a,y\n1,no\n2,yes\n');
  const {url} = await serve(t, (_, response) => response.end(table));
  const told: DownloadProgress[] = [];
  const spec = dataSpec(csvSource({path: {url, sha256: sha256Of(table).toUpperCase()}}));
  const {loadData} = await import('../../src/data/load.js');
  const data = await loadData(spec, {
    baseDir: '/',
    outputs: {output: {encoding: 'classIndex'}},
    rng,
    onDownload: (progress) => told.push(progress),
  });
  t.strictSame(collect(data.train), {inputs: [1, 2], targets: [0, 1], sizes: [2]});
  t.ok(told.at(-1)?.isDone);
  t.strictSame(collect((await load(spec, '/')).train).inputs, [1, 2]);
});
