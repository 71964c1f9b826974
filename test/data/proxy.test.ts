import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer, request, type Server} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {type AddressInfo, connect} from 'node:net';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {download} from '../../src/data/files/download.js';
import {proxyFor} from '../../src/data/files/proxy.js';
import {exp, plainEnv} from '../commands/cli.js';
import {loopbackCertificate} from './certificate.js';
import {rejectsWith} from './fixtures.js';

// The servers of these tests are on the loopback interface.
process.env.EXP_PRIVATE_HOSTS = '127.0.0.1,localhost';

const content = Buffer.from('Everything comes to those who wait.');
const sha256 = createHash('sha256').update(content).digest('hex');
const elsewhere = 'or fetch the file by other means and write its path in place of {url, sha256}';

type Tap = Pick<typeof t, 'teardown' | 'testdir'>;

async function listen(t: Tap, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that passes on what it is asked for and keeps a list of it. */
async function proxy(t: Tap, password?: string): Promise<{host: string; log: string[]}> {
  const log: string[] = [];
  const expected = password === undefined ? undefined : `Basic ${Buffer.from(password).toString('base64')}`;
  const server = createServer((incoming, response) => {
    log.push(`${incoming.method} ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected) {
      response.writeHead(407).end();
      return;
    }
    const {'proxy-authorization': _, ...headers} = incoming.headers;
    incoming.pipe(
      request(incoming.url!, {headers}, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (incoming, socket) => {
    log.push(`CONNECT ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host, port] = incoming.url!.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => [upstream, socket].map((one) => one.destroy()));
  });
  return {host: `127.0.0.1:${await listen(t, server)}`, log};
}

const variables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
const clean = Object.fromEntries(variables.map((name) => [name, undefined]));

/** An empty cache, and of the proxy variables only the given ones, as long as a test runs. */
function useEnvironment(t: Tap, given: Readonly<Record<string, string>>): void {
  const wanted: Readonly<Record<string, string | undefined>> = {
    ...clean,
    EXP_CACHE_DIR: path.join(t.testdir({}), 'cache'),
    ...given,
  };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(wanted)) set(name, value);
  t.teardown(() => {
    for (const [name, value] of before) set(name, value);
  });
}

t.test('which proxy', async (t) => {
  const cases: [string, Record<string, string>, string | undefined][] = [
    ['http://a.org/x', {}, undefined],
    ['http://a.org/x', {HTTP_PROXY: 'http://p:1'}, 'http://p:1/ HTTP_PROXY'],
    ['http://a.org/x', {HTTP_PROXY: 'http://p:1', http_proxy: 'http://q:2'}, 'http://q:2/ http_proxy'],
    ['http://a.org/x', {HTTPS_PROXY: 'http://p:1'}, undefined],
    ['https://a.org/x', {HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2'}, 'http://p:1/ HTTPS_PROXY'],
    ['https://a.org/x', {ALL_PROXY: 'https://p:1'}, 'https://p:1/ ALL_PROXY'],
    ['https://a.org/x', {https_proxy: '', HTTPS_PROXY: 'p:3128'}, 'http://p:3128/ HTTPS_PROXY'],
  ];
  for (const [url, env, expected] of cases) {
    const found = proxyFor(url, env);
    t.equal(found && `${found.url.href} ${found.variable}`, expected, `${url} ${JSON.stringify(env)}`);
  }
});

t.test('NO_PROXY', async (t) => {
  const cases: [string, string, boolean][] = [
    ['https://a.org/x', '*', true],
    ['https://a.org/x', 'b.org, A.org', true],
    ['https://sub.a.org/x', 'a.org', true],
    ['https://sub.a.org/x', '.a.org', true],
    ['https://sub.a.org/x', '*.a.org', true],
    ['https://aa.org/x', 'a.org', false],
    ['https://a.org/x', 'sub.a.org', false],
    ['https://a.org/x', 'a.org:443', true],
    ['https://a.org/x', 'a.org:80', false],
    ['https://a.org:8443/x', 'a.org:8443', true],
    ['https://127.0.0.1:5/x', 'localhost 127.0.0.1', true],
    ['https://a.org/x', ',', false],
  ];
  for (const [url, NO_PROXY, isExempt] of cases)
    t.equal(proxyFor(url, {HTTPS_PROXY: 'http://p:1', NO_PROXY}) === undefined, isExempt, `${url} in ${NO_PROXY}`);
});

t.test('http:// goes to the proxy as it is, with its password; NO_PROXY goes past it', async (t) => {
  const {host, log} = await proxy(t, 'me:p@ss');
  const port = await listen(
    t,
    createServer((_, response) => response.end(content)),
  );
  const url = `http://127.0.0.1:${port}/file.bin`;
  useEnvironment(t, {HTTP_PROXY: `http://me:p%40ss@${host}`});
  t.same(readFileSync(await download(url, sha256)), content);
  t.same(log, [`GET ${url}`]);
  useEnvironment(t, {HTTP_PROXY: `http://me:p%40ss@${host}`, NO_PROXY: '127.0.0.1'});
  t.same(readFileSync(await download(url, sha256)), content);
  t.equal(log.length, 1);
});

t.test('https:// goes through a tunnel', async (t) => {
  const {host, log} = await proxy(t);
  const certificate = loopbackCertificate();
  const port = await listen(
    t,
    createTlsServer(certificate, (_, response) => response.end(content)),
  );
  const folder = t.testdir({'ca.pem': certificate.cert});
  // Node reads further certificates when it starts.
  const script = path.join(folder, 'script.mts');
  const module = path.resolve(import.meta.dirname, '../../src/data/files/download.ts');
  const url = `https://127.0.0.1:${port}/file.bin`;
  writeFileSync(
    script,
    `import {download} from ${JSON.stringify(module)};\nconsole.log(await download('${url}', '${sha256}'));\n`,
  );
  const {stdout} = await execa(process.execPath, ['--import', 'tsx', script], {
    env: {
      ...clean,
      HTTPS_PROXY: `http://${host}`,
      NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
      EXP_CACHE_DIR: path.join(folder, 'cache'),
    },
  });
  t.same(readFileSync(stdout), content);
  t.same(log, [`CONNECT 127.0.0.1:${port}`]);
});

t.test('the command line goes through a proxy as well', async (t) => {
  const {host, log} = await proxy(t);
  const table = 'a,y\n1,u\n2,v\n3,u\n4,v\n';
  const port = await listen(
    t,
    createServer((_, response) => response.end(table)),
  );
  const url = `http://127.0.0.1:${port}/table.csv`;
  const sum = createHash('sha256').update(table).digest('hex');
  const spec = `name: x
data: {source: {type: csv, path: {url: '${url}', sha256: ${sum}}, target: y}}
model: {layers: [{type: dense, units: 2}]}
training: {epochs: 1, batchSize: 2, loss: softmaxCrossEntropy, optimizer: sgd}
`;
  const folder = t.testdir({'spec.yaml': spec});
  const env = {
    ...plainEnv,
    EXP_PRIVATE_HOSTS: '127.0.0.1',
    HTTP_PROXY: `http://${host}`,
    EXP_CACHE_DIR: path.join(folder, 'cache'),
  };
  const {exitCode, stdout, stderr} = await exp(folder, ['validate', 'spec.yaml'], env);
  t.equal(exitCode, 0, `${stdout}${stderr}`);
  t.same(log, [`GET ${url}`]);
});

t.test('proxies that are none, that refuse, that do not answer', async (t) => {
  const url = 'http://a.org/file.bin';
  useEnvironment(t, {HTTP_PROXY: 'socks5://me:secret@p:1080'});
  await rejectsWith(download(url, sha256), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded: HTTP_PROXY is socks5://…@p:1080; expected http://HOST:PORT`,
    hint: 'mend HTTP_PROXY, or name a.org in NO_PROXY to go without a proxy',
  });
  const {host} = await proxy(t, 'me:password');
  useEnvironment(t, {HTTP_PROXY: `http://me:wrong@${host}`, HTTPS_PROXY: `http://${host}`});
  await rejectsWith(download(url, sha256), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded through the proxy ${host}: Proxy Authentication Required (407)`,
    hint: `check HTTP_PROXY, ${elsewhere}`,
  });
  await rejectsWith(download('https://a.org/file.bin', sha256), {
    code: 'DATA_MISSING',
    message: `https://a.org/file.bin cannot be downloaded through the proxy ${host}: Proxy response (407) !== 200 when HTTP Tunneling`,
    hint: `check HTTPS_PROXY, ${elsewhere}`,
  });
  const closed = createServer();
  const port = await listen(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  useEnvironment(t, {ALL_PROXY: `http://127.0.0.1:${port}`});
  await rejectsWith(download(url, sha256, {retryMillis: 1}), {
    code: 'DATA_MISSING',
    message: `${url} cannot be downloaded through the proxy 127.0.0.1:${port}: nothing answers at 127.0.0.1:${port}`,
    hint: `check ALL_PROXY, ${elsewhere}`,
  });
});
