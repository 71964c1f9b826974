import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {type IncomingHttpHeaders, request} from 'node:http';
import {hostname} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {startWatchServer} from '../../src/experiment/watch-server.js';
import {LiveRuns} from '../../src/report/html/live-runs.js';
import {RunsFolder} from '../../src/runs/runs-folder.js';
import {exp, expPath, plainEnv} from '../commands/cli.js';
import {ask, launchChromium, needsChromium, openPage, until} from '../report/html/browser.js';
import {writeGeneratedRuns} from '../report/html/generated-runs.js';

/** Trains until it is stopped. */
const endless = `name: endless
data: {source: {type: synthetic, pattern: blobs, numExamples: 2000, numTest: 20, numClasses: 3}, validation: {fraction: 0.2}}
model: {layers: [{type: dense, units: 8, activation: relu}, {type: dense, units: 3}]}
training: {epochs: 100000, batchSize: 8, loss: softmaxCrossEntropy, optimizer: adam, metrics: [accuracy], logEverySteps: 10}
`;

const start = (cwd: string, ...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [expPath, ...args], {cwd, env: plainEnv, stdio: ['ignore', 'pipe', 'pipe']});

/** What a process says, until it says this. */
async function untilSaid(child: ChildProcess, pattern: RegExp): Promise<string> {
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said += String(chunk);
  });
  for await (const chunk of child.stdout!) {
    said += String(chunk);
    if (pattern.test(said)) return said;
  }
  throw new Error(`it ended and said ${said}`);
}

t.test('exp watch, in a browser', needsChromium, async (t) => {
  const folder = t.testdir({'endless.yaml': endless});
  const watch = start(folder, 'watch', 'runs');
  t.teardown(() => watch.kill('SIGKILL'));
  const said = await untilSaid(watch, /Ctrl-C/);
  const [url] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}/.exec(said) ?? [];
  t.ok(url, said);
  const browser = await launchChromium();
  t.teardown(() => browser.close());
  const {page, complaints} = await openPage(browser, url!);
  t.notMatch(page.url(), 'token', 'the token leaves the address');
  t.match(await page.textContent('#runs'), 'There are no runs yet.');
  await ask(page, 'void (window.isSame = true)');

  const run = start(folder, 'run', 'endless.yaml', '--quiet');
  t.teardown(() => run.kill('SIGKILL'));
  const points = `Number(document.querySelector('.panel[data-metric="loss"]')?.dataset.points ?? 0)`;
  await until(page, `${points} > 0`);
  const before = await ask<number>(page, points);
  await until(page, `${points} > ${before}`);
  t.equal(await ask(page, `document.querySelector('.panel[data-metric="loss"]').dataset.curves`), '2', 'a curve grows');
  t.match(await page.textContent('.runs tbody:not(.baseline)'), /endless-.*running.*\d+ of 100,000 epochs/s);
  t.equal(await ask(page, 'window.isSame'), true, 'without a reload');

  await page.locator('.log-part summary').click();
  await until(page, `/epoch +\\d+\\/100000/.test(document.querySelector('pre.log').textContent)`);
  await page.getByRole('button', {name: 'Stop this run'}).click();
  await page.getByRole('button', {name: 'Let it go on'}).click();
  t.equal(run.exitCode, null, 'nothing is stopped without confirmation');
  await page.getByRole('button', {name: 'Stop this run'}).click();
  const ended = once(run, 'exit');
  await page.getByRole('button', {name: 'Stop it'}).click();
  t.same(await ended, [130, null], 'the run ends as with Ctrl-C');
  await until(page, `document.querySelector('.runs tbody:not(.baseline)').textContent.includes('interrupted')`);
  t.match(await page.textContent('#run .stop + p'), 'was asked to end endless-');
  t.notOk(await page.isVisible('#run .stop button'));

  rmSync(path.join(folder, 'runs'), {recursive: true});
  await until(page, `document.querySelector('#runs').textContent.includes('There are no runs yet.')`);
  t.same(complaints, []);

  const gone = once(watch, 'exit');
  watch.kill('SIGINT');
  t.same(await gone, [0, null], 'Ctrl-C ends it');
  await until(page, `document.querySelector('.connection').textContent.includes('does not answer')`);
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request with any headers; an endless answer is given up after its first part. */
const send = (
  url: string,
  options: {readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string} = {},
) =>
  new Promise<Answer>((resolve, reject) => {
    const {method = 'GET', headers = {}, body} = options;
    const sent = request(url, {method, headers}, (response) => {
      let text = '';
      const finish = (): void => resolve({status: response.statusCode!, headers: response.headers, text});
      response.on('data', (chunk) => {
        text += String(chunk);
        if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
        finish();
        sent.destroy();
      });
      response.on('end', finish);
      response.on('error', () => {});
    });
    sent.on('error', reject);
    sent.end(body);
  });

t.test('who may see runs, and who may stop them', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  writeGeneratedRuns(runsDir, 3, 2);
  const serve = async (host: string) => {
    const runs = new LiveRuns(new RunsFolder(runsDir, 100), {});
    const server = await startWatchServer({runs, title: 'runs', host, port: 0});
    t.teardown(() => server.close());
    const {port, searchParams} = new URL(server.url);
    return {base: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, token: searchParams.get('token')!};
  };

  await t.test('on this machine anybody sees, the token stops', async (t) => {
    const {base, host, token} = await serve('127.0.0.1');
    const page = await send(`${base}/`);
    t.equal(page.status, 200);
    t.match(page.headers['content-security-policy'], /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/);
    t.notMatch(page.text, token);
    const events = await send(`${base}/events`);
    t.match(events.text, /^event: hello\ndata: \{"mayStop":false\}\n\nevent: data\ndata: \{/);
    t.notMatch(events.text, token);
    for (const name of ['evil.example', `evil.example:${new URL(base).port}`, '10.0.0.1']) {
      t.equal(
        (await send(`${base}/`, {headers: {host: name}})).status,
        421,
        `as ${name}: a name that was made to point here`,
      );
    }
    t.equal((await send(`${base}/`, {headers: {host: 'localhost'}})).status, 200);
    t.equal((await send(`${base}/?token=${'x'.repeat(32)}`)).status, 403);
    t.equal((await send(`${base}/`, {method: 'PUT'})).status, 405);
    t.equal((await send(`${base}/stop`)).status, 404, 'a link stops nothing');
    t.equal((await send(`${base}/../../etc/passwd`)).status, 404);
    t.equal(JSON.parse((await send(`${base}/log?run=..%2F..%2F..%2Fetc%2Fpasswd`)).text).text, '');

    const opened = await send(`${base}/?token=${token}`);
    t.match(opened, {status: 303, headers: {location: '/'}});
    const [set = ''] = opened.headers['set-cookie'] ?? [];
    t.match(set, /HttpOnly; SameSite=Lax/);
    const cookie = set.split(';')[0]!;
    t.match((await send(`${base}/events`, {headers: {cookie}})).text, '"mayStop":true');
    const stop = (headers: Record<string, string>, run = 'net-20261123-120000-aaaz') =>
      send(`${base}/stop`, {
        method: 'POST',
        headers: {host, 'content-type': 'application/json', ...headers},
        body: JSON.stringify({run}),
      });
    t.equal((await stop({origin: base})).status, 403, 'no token');
    t.equal((await stop({origin: base, cookie: cookie.replace(/.$/, '!')})).status, 403, 'another token');
    t.equal((await stop({cookie})).status, 403, 'no origin');
    t.equal((await stop({cookie, origin: 'http://evil.example'})).status, 403, 'another origin');
    t.equal((await stop({cookie, origin: base, 'content-type': 'text/plain'})).status, 403, 'a form of another page');
    t.equal((await stop({cookie, origin: base}, '../other')).status, 404);
    const refused = await stop({cookie, origin: base});
    t.equal(refused.status, 409);
    t.match(JSON.parse(refused.text).message, 'net-20261123-120000-aaaz cannot be stopped: it is finished');
  });

  await t.test('at another address nobody sees anything without the token', async (t) => {
    const {base, host, token} = await serve('0.0.0.0');
    for (const place of ['/', '/events', '/log?run=x', '/stop', '/nothing'])
      t.equal((await send(base + place)).status, 403, place);
    const body = {method: 'POST', headers: {host, origin: base, 'content-type': 'application/json'}, body: '{}'};
    t.equal((await send(`${base}/stop`, body)).status, 403);
    const {headers} = await send(`${base}/?token=${token}`);
    const cookie = headers['set-cookie']![0]!.split(';')[0]!;
    t.equal((await send(`${base}/`, {headers: {cookie}})).status, 200);
    t.equal((await send(`${base}/`, {headers: {cookie, host: 'evil.example'}})).status, 421);
    t.equal((await send(`${base}/`, {headers: {cookie, host: hostname()}})).status, 200);
  });
});

t.test('a port that is taken', async (t) => {
  const folder = t.testdir({});
  const runs = new LiveRuns(new RunsFolder(folder, 100), {});
  const server = await startWatchServer({runs, title: 'x', host: '127.0.0.1', port: 0});
  t.teardown(() => server.close());
  const {exitCode, stderr} = await exp(folder, ['ui', '--port', new URL(server.url).port]);
  t.equal(exitCode, 2);
  t.match(stderr, /port \d+ is taken/);
});
