import {createHash} from 'node:crypto';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import {type AddressInfo, createServer as createTcpServer} from 'node:net';
import path from 'node:path';
import t from 'tap';
import {isAllowedHost, isPrivateAddress, publicLookup} from '../../src/data/files/addresses.js';
import {download} from '../../src/data/files/download.js';
import {exp, plainEnv} from '../commands/cli.js';

const content = Buffer.from('x,y\n1,a\n2,b\n3,a\n4,b\n');
const sha256 = createHash('sha256').update(content).digest('hex');
const quick = {retryMillis: 1};

type Tap = Pick<typeof t, 'teardown' | 'testdir'>;

/** A real server. @returns its port and the paths it was asked for */
async function serve(t: Tap, answer: RequestListener): Promise<{port: number; asked: string[]}> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {port: (server.address() as AddressInfo).port, asked};
}

/** An empty cache, and these variables, as long as a test runs. */
function useEnvironment(t: Tap, given: Readonly<Record<string, string>> = {}): string {
  const cache = path.join(t.testdir({}), 'cache');
  const names = ['EXP_CACHE_DIR', 'EXP_PRIVATE_HOSTS', 'EXP_OFFLINE', 'EXP_MAX_DOWNLOAD_GB'];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  Object.assign(process.env, {EXP_CACHE_DIR: cache, ...given});
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  return cache;
}

const send: RequestListener = (_, response) => response.end(content);

t.test('which addresses are private', async (t) => {
  const own = [
    ...[
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...[
      '100.64.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1%eth0',
      'fc00::1',
      'fd12::1',
      'ff02::1',
    ],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1', '2002:a00:1::', '::127.0.0.1'],
  ];
  for (const address of own) t.equal(isPrivateAddress(address), true, address);
  const others = [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '172.15.0.1',
    '192.169.0.1',
    '2606:4700::1',
    '::ffff:8.8.8.8',
    '100.128.0.1',
  ];
  for (const address of others) t.equal(isPrivateAddress(address), false, address);
});

t.test('loopback in all its spellings is refused without a connection, and allowed by name', async (t) => {
  const cache = useEnvironment(t);
  const {port, asked} = await serve(t, send);
  const spellings = [
    '127.0.0.1',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'a.localhost',
  ];
  for (const host of spellings) {
    await t.rejects(
      download(`http://${host}:${port}/x`, sha256, quick),
      {
        code: 'DATA_MISSING',
        message: /is in a private network, which specs may not reach$/,
        hint: /EXP_PRIVATE_HOSTS=/,
      },
      host,
    );
  }
  t.strictSame(asked, []);
  process.env.EXP_PRIVATE_HOSTS = 'elsewhere.example 127.0.0.1';
  t.equal(await download(`http://127.0.0.1:${port}/x`, sha256, quick), path.join(cache, 'sha256', sha256));
  t.equal(asked.length, 1);
});

t.test('a name is judged by the address that is connected to', async (t) => {
  useEnvironment(t);
  // Names of /etc/hosts, as a name server would give them.
  const looked = (host: string) =>
    new Promise((resolve) => publicLookup(host, {all: true}, (error, found) => resolve(error ?? found)));
  t.match(await looked('localhost'), {
    name: 'Error',
    message: /^localhost is at the private address (127\.0\.0\.1|::1)$/,
  });
  t.match(await looked('no-such-host.invalid'), {code: /ENOTFOUND|EAI_AGAIN/});
  process.env.EXP_PRIVATE_HOSTS = '*';
  t.ok(Array.isArray(await looked('localhost')));
  t.equal(isAllowedHost('[::1]', {EXP_PRIVATE_HOSTS: '::1'}), true);
  t.equal(isAllowedHost('a.nas.local', {EXP_PRIVATE_HOSTS: 'nas.local'}), false, 'no subdomains');
});

t.test('redirections are judged like the address itself', async (t) => {
  useEnvironment(t, {EXP_PRIVATE_HOSTS: '127.0.0.1'});
  let location = '';
  const {port, asked} = await serve(t, (request, response) => {
    if (request.url === '/end') response.end(content);
    else response.writeHead(302, {location}).end();
  });
  const other = createTcpServer((socket) => {
    t.fail('a private address was connected to');
    socket.destroy();
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.2', resolve));
  t.teardown(() => other.close());
  const url = `http://127.0.0.1:${port}/start`;
  const refused = async (to: string, why: RegExp): Promise<void> => {
    location = to;
    await t.rejects(download(url, sha256, quick), {code: 'DATA_MISSING', message: why}, to);
  };
  await refused('file:///etc/passwd', /it redirects to file:, not http: or https:$/);
  await refused('data:text/csv,x', /it redirects to data:/);
  await refused('ftp://127.0.0.1/x', /it redirects to ftp:/);
  await refused('javascript:alert(1)', /it redirects to javascript:/);
  await refused(`http://127.0.0.2:${(other.address() as AddressInfo).port}/x`, /127\.0\.0\.2 is in a private network/);
  await refused('http://169.254.169.254/latest/meta-data/', /169\.254\.169\.254 is in a private network/);
  await refused('http://[::1]/x', /\[::1\] is in a private network/);
  await refused('http://user:secret@127.0.0.1/x', /it redirects to an address with a user name or password$/);
  await refused('http://[', /it redirects to what is no address$/);
  asked.length = 0;
  await refused('/start', /it redirects more than 10 times$/);
  t.equal(asked.length, 11);
  location = '/end';
  t.ok(existsSync(await download(url, sha256, quick)));
});

t.test('a password in an address is neither used nor shown', async (t) => {
  useEnvironment(t, {EXP_PRIVATE_HOSTS: '*'});
  const error = await download('http://me:hunter2@127.0.0.1/x', sha256, quick).catch((thrown: Error) => thrown);
  t.match(error, {
    message: 'http://***@127.0.0.1/x cannot be downloaded: it is an address with a user name or password',
  });
});

t.test('more bytes than are taken', async (t) => {
  const cache = useEnvironment(t, {EXP_PRIVATE_HOSTS: '127.0.0.1'});
  const {port} = await serve(t, (request, response) => {
    if (request.url === '/said') response.writeHead(200, {'content-length': 2e6});
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
    };
    response.on('drain', more);
    more();
  });
  for (const name of ['said', 'endless']) {
    await t.rejects(download(`http://127.0.0.1:${port}/${name}`, sha256, {...quick, maxBytes: 1e6}), {
      code: 'DATA_MISSING',
      message: new RegExp(`/${name} is larger than the 1000000 bytes that are downloaded at most$`),
    });
    t.strictSame(readdirSync(path.join(cache, 'sha256')), [], 'nothing is kept');
  }
  process.env.EXP_MAX_DOWNLOAD_GB = '0.001';
  await t.rejects(download(`http://127.0.0.1:${port}/said`, sha256, quick), /larger than the 1000000 bytes/);
});

t.test('offline nothing is fetched, and what is in the cache is used', async (t) => {
  const cache = useEnvironment(t);
  const {port, asked} = await serve(t, send);
  const folder = t.testdir({});
  const spec = `name: n
data: {source: {type: csv, path: {url: "http://127.0.0.1:${port}/x.csv", sha256: ${sha256}}, target: y}}
model: {layers: [{type: dense, units: 2}]}
training: {epochs: 1, batchSize: 2, loss: softmaxCrossEntropy, optimizer: adam}
`;
  writeFileSync(path.join(folder, 'spec.yaml'), spec);
  const env = {...plainEnv, EXP_CACHE_DIR: cache, EXP_PRIVATE_HOSTS: '127.0.0.1'};
  const offline = await exp(folder, ['validate', 'spec.yaml', '--offline'], env);
  t.equal(offline.exitCode, 2);
  t.match(offline.stderr + offline.stdout, /x\.csv is not in the cache, and nothing is downloaded offline/);
  t.strictSame(asked, []);
  t.equal((await exp(folder, ['validate', 'spec.yaml'], env)).exitCode, 0);
  t.equal(asked.length, 1);
  t.equal((await exp(folder, ['validate', 'spec.yaml', '--offline'], env)).exitCode, 0);
  t.equal((await exp(folder, ['validate', 'spec.yaml'], {...env, EXP_OFFLINE: '1'})).exitCode, 0);
  t.equal(asked.length, 1);
  const refused = await exp(folder, ['validate', 'spec.yaml'], {
    ...env,
    EXP_CACHE_DIR: `${cache}2`,
    EXP_PRIVATE_HOSTS: '',
  });
  t.match(refused.stderr + refused.stdout, /127\.0\.0\.1 is in a private network/);
});
