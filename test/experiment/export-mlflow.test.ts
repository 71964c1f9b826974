import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {exportMlflow} from '../../src/experiment/export-mlflow.js';
import {plainName} from '../../src/runs/interop/mlflow-run.js';
import {MlflowServer, type ServedRun} from '../runs/mlflow-server.js';

const startedAt = '2026-01-02T03:04:05.000Z';
const startMillis = Date.parse(startedAt);

/** A run of epochs of one step, a metric of the training and one of the validation set. */
function writeRun(runsDir: string, id: string, numEpochs: number, change: {readonly state?: string} = {}): string {
  const folder = path.join(runsDir, id);
  mkdirSync(folder, {recursive: true});
  const {state = 'interrupted'} = change;
  const times = {startedAt, heartbeatAt: startedAt, endedAt: '2026-01-02T03:05:05.000Z'};
  const counts = {epoch: numEpochs, numEpochs, step: numEpochs};
  writeFileSync(
    path.join(folder, 'status.json'),
    JSON.stringify({state, pid: 1, host: 'elsewhere', ...times, ...counts}),
  );
  const rows = Array.from({length: numEpochs}, (_, i) => i + 1);
  const metrics = rows.map((epoch) => `${epoch},${epoch},0.5,${epoch === 2 ? 'NaN' : 1 / epoch},${2 / epoch}\n`);
  writeFileSync(path.join(folder, 'metrics.csv'), `epoch,step,learningRate,loss,val_loss\n${metrics.join('')}`);
  const timing = rows.map((epoch) => `${epoch},2,0,0,1,100\n`);
  const columns = 'epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond';
  writeFileSync(path.join(folder, 'timing.csv'), `${columns}\n${timing.join('')}`);
  const spec = `name: letters\ndescription: about letters\nseed: 7\ntags: [a, b]\ntraining:\n  epochs: ${numEpochs}\n  long: ${'x'.repeat(7000)}\n`;
  writeFileSync(path.join(folder, 'resolved.yaml'), spec);
  return folder;
}

const numColumns = 8; // learningRate, loss, val_loss, and five of timing

async function served(t: Test): Promise<MlflowServer> {
  const server = await MlflowServer.start();
  t.teardown(() => server.close());
  return server;
}

const quick = {pauseMillis: 1, timeoutMillis: 2000};
const silent = (): void => {};

const onlyRun = (server: MlflowServer): ServedRun => {
  const [run, ...others] = server.runs.values();
  if (!run || others.length > 0) throw new Error(`${server.runs.size} runs`);
  return run;
};

/** Each value at its step, once. */
function hasEach(t: Test, {metrics}: ServedRun, numEpochs: number): void {
  t.equal(metrics.length, numEpochs * numColumns);
  t.equal(new Set(metrics.map(({key, step}) => `${key} ${step}`)).size, metrics.length, 'nothing is there twice');
}

t.test('a run, and again what is new of it', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  server.pageSize = 3;
  const id = 'letters-20260102-030405-abcd';
  const folder = writeRun(runsDir, id, 3);
  const warnings: string[] = [];
  const request = {runs: [id], runsDir, url: `${server.url}/`};
  const [first] = await exportMlflow(request, (message) => warnings.push(message), quick);
  t.match(first, {run: id, experiment: 'letters', isNew: true, numSent: 3 * numColumns, numKnown: 0});
  t.equal(first!.url, `${server.url}/#/experiments/1/runs/r1`);
  const run = onlyRun(server);
  hasEach(t, run, 3);
  const of = (key: string) => run.metrics.filter((metric) => metric.key === key);
  t.strictSame(of('validation/loss'), [
    {key: 'validation/loss', value: 2, timestamp: startMillis + 3000, step: 1},
    {key: 'validation/loss', value: 1, timestamp: startMillis + 6000, step: 2},
    {key: 'validation/loss', value: 2 / 3, timestamp: startMillis + 9000, step: 3},
  ]);
  t.strictSame(
    of('train/loss').map(({value}) => value),
    [1, 'NaN', 1 / 3],
  );
  t.strictSame(Object.fromEntries([...run.params].filter(([key]) => key !== 'training.long')), {
    seed: '7',
    'training.epochs': '3',
  });
  t.equal(run.params.get('training.long')!.length, 6000);
  t.match(Object.fromEntries(run.tags), {
    'exp.run': id,
    'exp.tags': 'a, b',
    'exp.path': folder,
    'mlflow.note.content': 'about letters',
  });
  t.match(run.info, {run_name: id, start_time: startMillis, status: 'KILLED', end_time: startMillis + 60_000});
  t.strictSame(warnings, [`${id}: training.long is cut to 6000 letters`]);

  const [again] = await exportMlflow(request, silent, quick);
  t.match(again, {isNew: false, numSent: 0, numKnown: 3 * numColumns});
  hasEach(t, onlyRun(server), 3);

  writeRun(runsDir, id, 5);
  warnings.length = 0;
  const [more] = await exportMlflow(request, (message) => warnings.push(message), quick);
  t.match(more, {isNew: false, numSent: 2 * numColumns, numKnown: 3 * numColumns});
  hasEach(t, onlyRun(server), 5);
  t.match(warnings.join('\n'), /training\.epochs is 5 now and stays 3 there; MLflow does not change parameters/);
});

t.test('more than a request may hold', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  const folder = writeRun(runsDir, 'many', 400);
  const settings = Array.from({length: 250}, (_, i) => `s${i}: ${i}`).join('\n');
  writeFileSync(path.join(folder, 'resolved.yaml'), `name: many\n${settings}\n`);
  const [sent] = await exportMlflow({runs: ['many'], runsDir, url: server.url, experiment: 'other'}, silent, quick);
  t.equal(sent!.numSent, 400 * numColumns);
  t.equal(sent!.experiment, 'other');
  hasEach(t, onlyRun(server), 400);
  t.equal(onlyRun(server).params.size, 250);
});

t.test('what passes is tried again, and nothing is there twice', async (t) => {
  const faults = {
    'a busy server': [
      {path: 'experiments/get-by-name', status: 503},
      {path: 'runs/search', status: 429, headers: {'retry-after': '0'}},
      {path: 'runs/log-batch', status: 500},
    ],
    'answers that get lost after all was done': [
      {path: 'experiments/create', losesAnswer: true},
      {path: 'runs/create', losesAnswer: true},
      {path: 'runs/log-batch', losesAnswer: true},
      {path: 'runs/log-batch', losesAnswer: true},
      {path: 'runs/update', losesAnswer: true},
    ],
    'no answer in time': [
      {path: 'runs/create', hangs: true},
      {path: 'metrics/get-history', hangs: true},
    ],
  };
  for (const [title, list] of Object.entries(faults)) {
    t.test(title, async (t) => {
      const runsDir = t.testdir();
      const server = await served(t);
      server.faults = list.map((fault) => ({...fault}));
      writeRun(runsDir, 'letters', 3);
      const options = {pauseMillis: 1, timeoutMillis: 300};
      await exportMlflow({runs: ['letters'], runsDir, url: server.url}, silent, options);
      hasEach(t, onlyRun(server), 3);
      t.equal(onlyRun(server).info.status, 'KILLED');
    });
  }
});

t.test('what does not pass says what was sent; the same command sends the rest', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  writeRun(runsDir, 'one', 1);
  writeRun(runsDir, 'two', 300);
  const request = {runs: ['one', 'two'], runsDir, url: server.url};
  // The second run's params (one batch), its first 1,000 metrics, then four times nothing.
  const batches = {path: 'runs/log-batch', status: 503};
  let numBatches = 0;
  const push = server.requests.push.bind(server.requests);
  server.requests.push = (entry) => {
    if (entry.path === 'runs/log-batch' && ++numBatches > 4) server.faults.push(batches);
    return push(entry);
  };
  await t.rejects(exportMlflow(request, silent, quick), {
    code: 'EXPORT_FAILED',
    message: `${server.url} did not take two: HTTP 503: come back later; its settings and 1000 of 2400 numbers were sent; 1 of 2 runs are there`,
    hint: 'the same command sends the rest',
  });
  server.requests.push = push;
  server.faults = [];
  const sent = await exportMlflow(request, silent, quick);
  t.match(sent, [
    {isNew: false, numSent: 0},
    {isNew: false, numSent: 1400, numKnown: 1000},
  ]);
  t.equal(server.runs.size, 2);
});

t.test('credentials come from the environment and stay out of messages', async (t) => {
  const runsDir = t.testdir();
  const server = await served(t);
  writeRun(runsDir, 'letters', 1);
  const request = {runs: ['letters'], runsDir, url: server.url};
  const names = ['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'] as const;
  const withVariables = async (variables: Partial<Record<(typeof names)[number], string>>): Promise<void> => {
    for (const name of names) delete process.env[name];
    Object.assign(process.env, variables);
    try {
      await exportMlflow(request, silent, quick);
    } finally {
      for (const name of names) delete process.env[name];
    }
  };
  server.wantedAuthorization = 'Bearer s3cret';
  await withVariables({MLFLOW_TRACKING_TOKEN: 's3cret'});
  // RFC 7617: Aladdin, open sesame.
  server.wantedAuthorization = 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==';
  await withVariables({MLFLOW_TRACKING_USERNAME: 'Aladdin', MLFLOW_TRACKING_PASSWORD: 'open sesame'});
  const refused = await withVariables({MLFLOW_TRACKING_TOKEN: 's3cret'}).catch((error: Error) => error);
  t.match(refused, {message: /HTTP 401: who are you\?; nothing of it was sent$/, hint: /MLFLOW_TRACKING_TOKEN/});
  t.notMatch(JSON.stringify(refused) + String(refused), /s3cret/);
  t.equal(server.requests.filter(({authorization}) => authorization === 'Bearer s3cret').length > 0, true);
});

t.test('addresses', async (t) => {
  const runsDir = t.testdir();
  writeRun(runsDir, 'letters', 1);
  const to = (url: string | undefined) => exportMlflow({runs: ['letters'], runsDir, url}, silent, quick);
  await t.rejects(to(undefined), {code: 'USAGE', message: 'where is the tracking server?'});
  await t.rejects(to('letters'), {code: 'USAGE', message: '--url "letters" is no address of a tracking server'});
  await t.rejects(to('file:///etc/passwd'), {code: 'USAGE'});
  await t.rejects(to('http://me:pw@127.0.0.1:1'), {code: 'USAGE', message: /^(?!.*pw)/});
  await t.rejects(to('http://127.0.0.1:1'), {code: 'EXPORT_FAILED', message: /nothing of it was sent$/});
  const server = await served(t);
  server.faults = [{path: 'experiments/get-by-name', status: 302, headers: {location: 'https://elsewhere/'}}];
  await t.rejects(to(server.url), {message: /it redirects to https:\/\/elsewhere\/: name that address/});
  server.experiments.set('letters', {id: '1', stage: 'deleted'});
  await t.rejects(to(server.url), {message: /the experiment letters is deleted there/});
});

t.test('names that MLflow takes', async (t) => {
  t.equal(plainName('train/précision_Iris "x"'), 'train/pr_cision_Iris _x_');
  t.equal(plainName('a//b/../c/.'), 'a/_/b/_/c/_');
  t.equal(plainName('model.layers.0.units'), 'model.layers.0.units');
});
