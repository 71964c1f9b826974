import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {exportWandb} from '../../src/experiment/export-wandb.js';
import {parseExtendedJson, toExtendedJson} from '../../src/runs/interop/extended-json.js';
import {appUrlOf} from '../../src/runs/interop/wandb-client.js';
import {resumeQuery, upsertMutation} from '../../src/runs/interop/wandb-queries.js';
import {wandbIdOf} from '../../src/runs/interop/wandb-run.js';
import {readReference} from '../reference/read.js';
import {type ServedWandbRun, WandbServer} from '../runs/wandb-server.js';

type Fields = Readonly<Record<string, unknown>>;

interface RecordedRequest {
  readonly path: string;
  readonly headers: {readonly authorization: string};
  readonly operation?: string;
  readonly variables?: Fields;
  readonly body?: Fields;
}

/** What W&B's own SDK sent. */
const recorded = readReference<{
  readonly queries: Readonly<Record<string, string>>;
  readonly sessions: Readonly<Record<string, {readonly requests: readonly RecordedRequest[]}>>;
  readonly state: Readonly<Record<string, Fields & {readonly files: Readonly<Record<string, readonly string[]>>}>>;
}>('wandb_protocol');

const key = 'a-key-of-forty-letters-that-nobody-knows';
const startedAt = '2026-01-02T03:04:05.000Z';
const startSeconds = Date.parse(startedAt) / 1000;
const commit = '0123456789abcdef0123456789abcdef01234567';

interface Change {
  readonly state?: string;
  readonly rows?: readonly string[];
  readonly startedAt?: string;
}

/** What the SDK's first session logs, too: three epochs of ten steps, odd numbers among them. */
const sdkRows = ['1,10,1.5,2', '2,20,NaN,Infinity', '3,30,0.25,-Infinity'];

/** A run whose folder has what the SDK was told. */
function writeRun(runsDir: string, id: string, change: Change = {}): string {
  const folder = path.join(runsDir, id);
  mkdirSync(folder, {recursive: true});
  const {state = 'interrupted', rows = sdkRows} = change;
  const start = change.startedAt ?? startedAt;
  const counts = {epoch: rows.length, numEpochs: rows.length, step: 10 * rows.length};
  const group = {id: 'abcdefgh', run: 1, numRuns: 2, seed: 7};
  const times = {startedAt: start, heartbeatAt: start, endedAt: '2026-01-02T03:05:05.000Z'};
  const status = {state, group, pid: process.pid, host: 'elsewhere', ...times, ...counts};
  if (state === 'running') Object.assign(status, {heartbeatAt: new Date().toISOString()});
  writeFileSync(path.join(folder, 'status.json'), JSON.stringify(status));
  writeFileSync(
    path.join(folder, 'metrics.csv'),
    `epoch,step,loss,val_loss\n${rows.map((row) => `${row}\n`).join('')}`,
  );
  const timing = rows.map((row) => `${row.split(',')[0]},2,0,0,1,100\n`);
  const columns = 'epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond';
  writeFileSync(path.join(folder, 'timing.csv'), `${columns}\n${timing.join('')}`);
  const spec =
    'name: letters\ndescription: about letters\nseed: 7\ntags: [small, first]\nlayers: [32, 10]\nshuffle: true\nnone: null\n' +
    'learningRate: 0.001\ntraining:\n  epochs: 3\n  optimizer: {type: adam}\n';
  writeFileSync(path.join(folder, 'resolved.yaml'), spec);
  const git = {commit, dirty: false, remote: 'https://example.org/team/letters.git'};
  const environment = {exp: '0', engine: 'compiled', device: 'cpu', host: 'machine', spec: 'train.py', git};
  writeFileSync(
    path.join(folder, 'environment.json'),
    JSON.stringify({node: '', packages: {}, command: [], ...environment}),
  );
  return folder;
}

async function served(t: Test): Promise<WandbServer> {
  const server = await WandbServer.start();
  t.teardown(() => server.close());
  return server;
}

const quick = {pauseMillis: 1, timeoutMillis: 2000};
const silent = (): void => {};

t.beforeEach(() => {
  for (const name of ['WANDB_BASE_URL', 'WANDB_ENTITY', 'WANDB_PROJECT']) delete process.env[name];
  process.env.WANDB_API_KEY = key;
});

const onlyRun = (server: WandbServer): ServedWandbRun => {
  const [run, ...others] = server.runs.values();
  if (!run || others.length > 0) throw new Error(`${server.runs.size} runs`);
  return run;
};

const historyOf = (server: WandbServer, id: string) => server.lines(id, 'wandb-history.jsonl');
const stepsOf = (server: WandbServer, id: string) => historyOf(server, id).map((row) => row._step);

/** Of a GraphQL document: declared variables, what goes into `input`, and the words of the selection. */
function shapeOf(document: string): Readonly<Record<'variables' | 'fields' | 'words', readonly string[]>> {
  const [declared = '', input = '', ...rest] = document.replace(/\s+/g, ' ').split(/(?<=\))\s*\{/);
  const pairs = (text: string): readonly string[] =>
    (text.match(/\w+: ?[$"\w[\]!]+/g) ?? []).map((one) => one.replace(' ', ''));
  const selection = `${input.replace(/\(.*\)/, '')} ${rest.join(' ').replace(/\([^)]*\)/g, '')}`;
  return {
    variables: pairs(declared),
    fields: pairs(document).filter((pair) => pair.includes(':$')),
    words: selection.match(/\w+/g) ?? [],
  };
}

t.test('asks for nothing that the SDK does not ask for', async (t) => {
  for (const [operation, own] of [
    ['RunResumeStatus', resumeQuery],
    ['UpsertBucket', upsertMutation],
  ] as const) {
    const [ours, theirs] = [shapeOf(own), shapeOf(recorded.queries[operation]!)];
    t.ok(ours.variables.length >= 3 && ours.words.length >= 3, 'there is something to compare');
    for (const part of ['variables', 'fields', 'words'] as const) {
      const missing = ours[part].filter((one) => !theirs[part].includes(one));
      t.strictSame(missing, [], `${operation}: ${part}`);
    }
  }
});

t.test('the server of these tests keeps what the SDK sent as the recording does', async (t) => {
  const server = await served(t);
  for (const {requests} of Object.values(recorded.sessions)) {
    for (const {operation, path: target, variables, body} of requests) {
      if (operation) server.graphql(operation, variables!);
      else server.stream(target.split('/').slice(3, 5).join('/'), body!);
    }
  }
  t.strictSame(
    [...server.runs.keys()].sort(),
    Object.keys(recorded.state)
      .map((id) => `letters/${id}`)
      .sort(),
  );
  for (const [id, {files}] of Object.entries(recorded.state)) {
    for (const [file, lines] of Object.entries(files)) {
      const kept = [...server.run(id).files.get(file)!.values()];
      t.strictSame(kept, lines, `${id} ${file}`);
    }
  }
  t.equal(server.run('letters-d').exitcode, 255, 'of Ctrl-C');
});

t.test('a run is there as the SDK would have left it', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  writeRun(runsDir, 'letters-20260102');
  const request = {runs: ['letters-20260102'], runsDir, url: `${server.url}/`, entity: 'team', project: 'letters'};
  const sent = await exportWandb(request, silent, quick);
  const [id, url] = ['letters-20260102', `${server.url}/team/letters/runs/letters-20260102`];
  t.strictSame(sent, [{run: id, id, entity: 'team', project: 'letters', url, isNew: true, numSent: 3, numKnown: 0}]);

  const {requests} = recorded.sessions['a run that finishes']!;
  const theirUpsert = requests.find(({operation}) => operation === 'UpsertBucket')!.variables!;
  const ourUpsert = server.requests.find(({path}) => path === 'UpsertBucket')!.variables!;
  const apart = ({config: _config, host: _host, name: _name, ...others}: Fields): Fields => others;
  const ours = apart(ourUpsert);
  const theirsOfOurs = Object.fromEntries(Object.keys(ours).map((name) => [name, theirUpsert[name]]));
  t.strictSame(ours, theirsOfOurs, 'the same variables of the mutation');
  const settings = (variables: Fields) => {
    const {_wandb, exp, clip, nested, ...rest} = parseExtendedJson(String(variables.config)) as Fields;
    return {_wandb, exp, rest};
  };
  t.strictSame(settings(ourUpsert).rest, settings(theirUpsert).rest, 'the same settings');
  t.match(settings(ourUpsert)._wandb, {value: {m: [], t: Object}}, 'what the SDK takes for a run that has begun');
  t.match(settings(theirUpsert)._wandb, {value: {m: [], t: Object}});
  t.match(settings(ourUpsert).exp, {value: {run: id, startedAt, group: 'abcdefgh', engine: 'compiled'}});

  const theirBodies = requests.flatMap(({body}): readonly Fields[] => (body ? [body] : []));
  const ourBodies = server.requests.flatMap(({body}): readonly Fields[] => (body ? [body] : []));
  const keys = ({uploaded: _uploaded, ...body}: Fields) => Object.keys(body).sort();
  t.strictSame(keys(ourBodies.at(-1)!), keys(theirBodies.at(-1)!), 'the same last request');
  t.equal(
    server.requests.every(({authorization}) => authorization?.startsWith('Basic ')),
    true,
  );
  const wanted = requests[0]!.headers.authorization.replace('Basic of ', '').replace('KEY', key);
  t.equal(Buffer.from(server.requests[0]!.authorization!.slice(6), 'base64').toString(), wanted);

  const logged = ({_timestamp, _runtime, 'train/loss': train, 'validation/loss': validation, epoch, _step}: Fields) => {
    t.equal(typeof _timestamp, 'number');
    t.equal(typeof _runtime, 'number');
    return {train, validation, epoch, _step};
  };
  const theirs = (file: string) =>
    recorded.state['letters-a']!.files[file]!.map((line) => parseExtendedJson(line) as Fields);
  t.strictSame(historyOf(server, id).map(logged), theirs('wandb-history.jsonl').slice(0, 3).map(logged));
  t.match(
    onlyRun(server).files.get('wandb-history.jsonl')!.get(1),
    /"train\/loss":NaN,"validation\/loss":Infinity[,}]/,
  );
  t.match(historyOf(server, id)[0], {_timestamp: startSeconds + 3, _runtime: 3, 'timing/examplesPerSecond': 100});
  const [summary] = server.lines(id, 'wandb-summary.json');
  t.match(summary, {
    'train/loss': 0.25,
    'validation/loss': -Infinity,
    epoch: 3,
    _step: 30,
    _runtime: 9,
    _wandb: {runtime: 9},
  });
  t.equal(summary!.state, 'interrupted');
  t.equal(onlyRun(server).exitcode, 255);
});

t.test('what a finished run came to', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  const folder = writeRun(runsDir, 'letters', {rows: ['1,10,1.5,2', '2,20,0.5,3']});
  const metrics = {final: {loss: 0.5}, best: {epoch: 1, metrics: {loss: 1.5, val_loss: 2}}, test: {test_loss: 4}};
  const durationSeconds = {total: 60, training: 4, waiting: 0, evaluation: 2};
  const counts = {numParameters: 11, numTrainableParameters: 10, examplesPerSecond: 100, peakMemoryBytes: 5};
  const summary = {
    run: 'letters',
    name: 'letters',
    tags: [],
    seed: 7,
    epochs: 2,
    steps: 20,
    stoppedEarly: true,
    startedAt,
  };
  const finishedAt = '2026-01-02T03:05:05.000Z';
  const where = {engine: 'compiled', device: 'cpu', dataFingerprint: 'abc'};
  writeFileSync(
    path.join(folder, 'summary.json'),
    JSON.stringify({...summary, finishedAt, ...where, metrics, durationSeconds, ...counts}),
  );
  const [sent] = await exportWandb({runs: ['letters'], runsDir, url: server.url}, silent, quick);
  t.match(sent, {entity: 'somebody', project: 'letters', numSent: 2});
  t.equal(onlyRun(server).exitcode, 0);
  const [there] = server.lines('letters', 'wandb-summary.json');
  const best = {'best/epoch': 1, 'best/train/loss': 1.5, 'best/validation/loss': 2};
  t.match(there, {...counts, ...best, 'test/loss': 4, 'train/loss': 0.5, state: 'finished', durationSeconds: 60});
  t.match(historyOf(server, 'letters').at(-1), {_step: 20, 'train/loss': 0.5, 'test/loss': 4});
});

t.test('states, as the SDK ends runs', async (t) => {
  const exitOf = (title: string) => recorded.sessions[title]!.requests.at(-1)!.body!.exitcode;
  for (const [state, exitcode] of [
    ['failed', exitOf("a run that fails, of nobody's entity")],
    ['diverged', exitOf("a run that fails, of nobody's entity")],
    ['pruned', exitOf('a run that finishes')],
    ['interrupted', exitOf('a run that is interrupted')],
    ['running', undefined],
    ['crashed', undefined],
  ] as const) {
    const runsDir = t.testdir({});
    const server = await served(t);
    const written = {crashed: 'running', pruned: 'interrupted'}[state as string] ?? state;
    const folder = writeRun(runsDir, 'one', {state: written});
    if (state !== 'running') {
      const dead = {pid: 2 ** 30, startedAt, heartbeatAt: startedAt, epoch: 3, numEpochs: 3, step: 30};
      const pruned = state === 'pruned' ? {pruned: 'worse than the others'} : {};
      writeFileSync(
        path.join(folder, 'status.json'),
        JSON.stringify({state: written, host: 'elsewhere', ...dead, ...pruned}),
      );
    }
    await exportWandb({runs: ['one'], runsDir, url: server.url}, silent, quick);
    t.equal(onlyRun(server).exitcode, exitcode, state);
    t.equal(server.requests.at(-1)!.body!.complete, exitcode === undefined ? undefined : true);
    t.equal(server.lines('one', 'wandb-summary.json')[0]!.state, state);
  }
});

t.test('again: nothing twice, what is new, and what others wrote there stays', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  const request = {runs: ['one'], runsDir, url: server.url};
  const rows = Array.from({length: 6}, (_, i) => `${i + 1},${10 * (i + 1)},${1 / (i + 1)},`);
  const folder = writeRun(runsDir, 'one', {state: 'running', rows: rows.slice(0, 3)});
  const [first] = await exportWandb(request, silent, quick);
  t.match(first, {isNew: true, numSent: 2}, 'the last step of a run under way may not be whole');
  writeRun(runsDir, 'one', {rows: rows.slice(0, 5)});
  const run = onlyRun(server);
  const config = parseExtendedJson(String(run.fields.config)) as Fields;
  run.fields.config = toExtendedJson({...config, theirs: {value: Number.NaN}});
  run.fields.tags = ['theirs', 'small'];
  run.fields.displayName = 'a better name';
  run.files.get('wandb-summary.json')!.set(0, '{"theirs":Infinity,"train/loss":7}');
  writeFileSync(path.join(folder, 'labels.jsonl'), `${JSON.stringify({at: startedAt, note: 'looks fine'})}\n`);
  const [second] = await exportWandb(request, silent, quick);
  t.match(second, {isNew: false, numSent: 3, numKnown: 2});
  const [third] = await exportWandb(request, silent, quick);
  t.match(third, {isNew: false, numSent: 0, numKnown: 5});
  t.strictSame(stepsOf(server, 'one'), [10, 20, 30, 40, 50]);
  t.equal(onlyRun(server).numChanged, 0);
  t.match(run.fields, {displayName: 'a better name', tags: ['theirs', 'small', 'first'], groupName: 'abcdefgh'});
  t.equal(run.fields.notes, 'about letters\n\nlooks fine');
  const after = parseExtendedJson(String(run.fields.config)) as Fields;
  t.strictSame(after.theirs, {value: Number.NaN});
  t.match(server.lines('one', 'wandb-summary.json'), [{theirs: Infinity, 'train/loss': 0.2}]);

  run.fields.notes = 'what I think of it';
  const warnings: string[] = [];
  await exportWandb(request, (message) => warnings.push(message), quick);
  t.equal(run.fields.notes, 'what I think of it');
  t.strictSame(warnings, ['one: its notes were changed there, and stay as they are']);

  writeRun(runsDir, 'one', {startedAt: '2026-02-02T03:04:05.000Z'});
  await t.rejects(exportWandb(request, silent, quick), {
    message: /the run one that is there is another one: name another project; nothing of it was sent$/,
  });
});

t.test('a long history goes in several requests, and the rest after a failure', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  const numRows = 20_000;
  writeRun(runsDir, 'long', {rows: Array.from({length: numRows}, (_, i) => `${i + 1},${i + 1},0.12345678901234,`)});
  const request = {runs: ['long'], runsDir, url: server.url};
  // The first chunk arrives, the second never.
  const push = server.requests.push.bind(server.requests);
  server.requests.push = (entry) => {
    const numStreams = server.requests.filter(({path}) => path === 'file_stream').length;
    if (entry.path === 'file_stream' && numStreams > 0) server.faults.push({path: 'file_stream', status: 503});
    return push(entry);
  };
  const refused = await exportWandb(request, silent, quick).catch((error: Error) => error);
  const numThere = historyOf(server, 'long').length;
  t.match(refused, {code: 'EXPORT_FAILED', hint: 'the same command sends the rest'});
  t.match(refused, {message: `its settings and ${numThere} of ${numRows} rows were sent`});
  t.ok(numThere > 1000 && numThere < numRows);
  t.equal(onlyRun(server).exitcode, undefined);
  server.requests.push = push;
  server.faults = [];
  t.match(await exportWandb(request, silent, quick), [{isNew: false, numSent: numRows - numThere, numKnown: numThere}]);
  t.strictSame(
    stepsOf(server, 'long'),
    Array.from({length: numRows}, (_, i) => i + 1),
  );
  const sizes = server.requests.map(({body}) => JSON.stringify(body ?? '').length);
  t.ok(Math.max(...sizes) < 2_000_000);
  t.equal(onlyRun(server).exitcode, 255);
});

t.test('what passes is tried again, and nothing is there twice', async (t) => {
  const faults = {
    'a busy server': [
      {path: 'RunResumeStatus', status: 429, headers: {'retry-after': '0'}},
      {path: 'UpsertBucket', status: 500},
      {path: 'UpsertBucket', status: 409},
      {path: 'file_stream', status: 502, body: '<html>bad gateway</html>'},
      {path: 'file_stream', status: 503, headers: {'retry-after': '2'}},
    ],
    'answers that get lost after all was done': [
      {path: 'UpsertBucket', losesAnswer: true},
      {path: 'file_stream', losesAnswer: true},
      {path: 'file_stream', losesAnswer: true},
    ],
    'no answer in time': [
      {path: 'RunResumeStatus', hangs: true},
      {path: 'file_stream', hangs: true},
    ],
  };
  for (const [title, list] of Object.entries(faults)) {
    t.test(title, async (t) => {
      const runsDir = t.testdir();
      const server = await served(t);
      server.faults = list.map((fault) => ({...fault}));
      writeRun(runsDir, 'one');
      const options = {pauseMillis: 1, timeoutMillis: 300};
      const warnings: string[] = [];
      const warn = (message: string): void => void warnings.push(message);
      await exportWandb({runs: ['one'], runsDir, url: server.url}, warn, options);
      const isToWait = title === 'a busy server';
      t.strictSame(warnings, isToWait ? ['HTTP 503: come back later; trying again in 2 s'] : []);
      t.equal(server.faults.length, 0, 'all of it happened');
      t.strictSame(stepsOf(server, 'one'), [10, 20, 30]);
      t.equal(onlyRun(server).numChanged, 0);
      t.equal(onlyRun(server).exitcode, 255);
    });
  }
});

t.test('what does not pass', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  writeRun(runsDir, 'one');
  writeRun(runsDir, 'two');
  const request = {runs: ['one', 'two'], runsDir, url: server.url};
  const place = `${server.url} did not take`;
  const fails = (message: string, hint: string | RegExp, options = quick) =>
    t.rejects(exportWandb(request, silent, options), {code: 'EXPORT_FAILED', message, hint});

  server.faults = Array.from({length: 6}, () => ({path: 'RunResumeStatus', status: 500}));
  const nothing = 'nothing of it was sent; 0 of 2 runs are there';
  await fails(`${place} one for letters: HTTP 500: come back later; ${nothing}`, 'the same command sends the rest');
  t.equal(server.requests.length, 6);

  server.wantedAuthorization = 'Basic another';
  const authorize = `the key was refused: set WANDB_API_KEY to the one of ${server.url}/authorize`;
  await fails(`${place} one for letters: HTTP 401: user is not logged in; ${nothing}`, authorize);
  server.wantedAuthorization = undefined;

  server.entities = ['team'];
  const access = 'does --entity exist, and may the owner of WANDB_API_KEY write to the project?';
  await fails(`${place} one for letters: HTTP 404: entity somebody not found; ${nothing}`, access);
  server.entities = undefined;
  server.faults = [{path: 'UpsertBucket', status: 403, body: {errors: [{message: 'permission denied'}]}}];
  await fails(`${place} one for letters: HTTP 403: permission denied; ${nothing}`, access);

  const errors = [{message: 'run one was previously deleted', path: ['upsertBucket']}, {message: 'and so on'}];
  server.faults = [{path: 'UpsertBucket', status: 200, body: {data: {upsertBucket: null}, errors}}];
  await fails(
    `${place} one for letters: run one was previously deleted; and so on; ${nothing}`,
    "exp sends what W&B's SDK 0.30 sends; docs/export.md names other ways to W&B",
  );
  server.faults = [{path: 'RunResumeStatus', status: 200, body: '<html>hello</html>'}];
  await fails(`${place} one for letters: its answer has no data: is it a W&B server?; ${nothing}`, /./);
  server.faults = [{path: 'RunResumeStatus', status: 302, headers: {location: 'https://elsewhere/'}}];
  await fails(`${place} one for letters: it redirects to https://elsewhere/: name that address; ${nothing}`, /./);

  server.faults = Array.from({length: 6}, () => ({path: 'file_stream', hangs: true}));
  const sent = 'its settings and 0 of 3 rows were sent; 0 of 2 runs are there';
  const slow = {pauseMillis: 1, timeoutMillis: 100};
  await fails(`${place} one for letters: no answer within 0.1 s; ${sent}`, 'the same command sends the rest', slow);
  t.match(await exportWandb(request, silent, quick), [
    {run: 'one', isNew: false},
    {run: 'two', isNew: true},
  ]);
  t.equal(server.runs.size, 2);
});

t.test('address, key and names', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  writeRun(runsDir, 'one');
  const to = (request: {readonly url?: string; readonly project?: string; readonly entity?: string}) =>
    exportWandb({runs: ['one'], runsDir, ...request}, silent, quick);
  await t.rejects(to({url: 'letters'}), {code: 'USAGE', message: '--url "letters" is no address of a W&B server'});
  await t.rejects(to({url: 'http://me:pw@127.0.0.1:1'}), {code: 'USAGE', message: /^(?!.*pw)/});
  await t.rejects(to({url: 'http://127.0.0.1:1'}), {code: 'EXPORT_FAILED', message: /nothing of it was sent$/});
  await t.rejects(to({url: server.url, project: 'a/b'}), {
    code: 'USAGE',
    message: '"a/b" is no name of a project on W&B',
  });

  process.env.WANDB_BASE_URL = server.url;
  process.env.WANDB_ENTITY = 'team';
  process.env.WANDB_PROJECT = 'of the environment';
  t.match(await to({}), [{entity: 'team', project: 'of the environment'}]);
  t.match(await to({entity: 'other', project: 'named', url: `${server.url}/`}), [{project: 'named'}]);

  const numBefore = server.requests.length;
  delete process.env.WANDB_API_KEY;
  await t.rejects(to({}), {
    code: 'USAGE',
    message: `${server.url} wants a key`,
    hint: `set WANDB_API_KEY; ${server.url}/authorize shows yours`,
  });
  delete process.env.WANDB_BASE_URL;
  await t.rejects(to({}), {message: 'https://api.wandb.ai wants a key', hint: /https:\/\/wandb\.ai\/authorize/});
  t.equal(server.requests.length, numBefore, 'nothing was asked');

  process.env.WANDB_API_KEY = ` ${key}\n`;
  server.faults = [{path: 'RunResumeStatus', status: 400, body: {error: `what is ${key}?`}}];
  const refused = await to({url: server.url, entity: 'team'}).catch((error: Error) => error);
  t.match(refused, {message: /HTTP 400/});
  t.notMatch(JSON.stringify(refused) + String(refused), new RegExp(key));
  t.notMatch(JSON.stringify([...server.runs.values()].map(({fields}) => fields)), new RegExp(key));
});

t.test('groups, patterns and sweeps', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  for (const id of ['a-1', 'a-2', 'b-1']) writeRun(runsDir, id);
  const sent = async (...runs: readonly string[]) =>
    (await exportWandb({runs, runsDir, url: server.url}, silent, quick)).map(({run}) => run).sort();
  t.strictSame(await sent('a-*', 'a-1'), ['a-1', 'a-2']);
  t.strictSame(await sent('abcdefgh'), ['a-1', 'a-2', 'b-1'], 'the id of their group');
  for (const sweep of ['rates', 'sizes']) {
    writeRun(path.join(runsDir, sweep, 'trials'), '0007', {
      startedAt: sweep === 'rates' ? startedAt : '2026-02-02T03:04:05.000Z',
    });
    writeFileSync(path.join(runsDir, sweep, 'sweep.json'), '{}');
    t.strictSame(await sent(sweep), [`${sweep}/trials/0007`]);
    t.match(server.run(`${sweep}-0007`).fields, {groupName: sweep, displayName: `${sweep}/trials/0007`});
  }
});

t.test('ids and pages', async (t) => {
  t.equal(wandbIdOf('mnist-cnn-20261123-204902-jqnh'), 'mnist-cnn-20261123-204902-jqnh');
  // sha256sum of the name
  t.match(wandbIdOf('a run/ü'), /^a-run--[0-9a-f]{12}$/);
  t.not(wandbIdOf('a run/ü'), wandbIdOf('a run/ö'));
  t.ok(wandbIdOf('x'.repeat(300)).length <= 64);
  t.equal(appUrlOf('https://api.wandb.ai'), 'https://wandb.ai');
  t.equal(appUrlOf('https://api.example.org/w'), 'https://app.example.org/w');
  t.equal(appUrlOf('http://127.0.0.1:8080'), 'http://127.0.0.1:8080');
});

t.test('extended JSON', async (t) => {
  const value = {a: [Number.NaN, 1e-7, -Infinity, null, 'NaN "Infinity\\'], b: {c: Infinity, d: 'Infinity', e: -0}};
  const text = '{"a":[NaN,1e-7,-Infinity,null,"NaN \\"Infinity\\\\"],"b":{"c":Infinity,"d":"Infinity","e":0}}';
  t.equal(toExtendedJson({...value, gone: undefined}), text);
  t.strictSame(parseExtendedJson(text), {...value, b: {...value.b, e: 0}});
  t.strictSame(parseExtendedJson('{"x":1.795e+09, "y": -Infinity}'), {x: 1795000000, y: -Infinity});
  t.throws(() => parseExtendedJson('{"x":nan}'));
});
