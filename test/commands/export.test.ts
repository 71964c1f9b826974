import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {MlflowServer} from '../runs/mlflow-server.js';
import {WandbServer} from '../runs/wandb-server.js';
import {exp, onlyRun, plainEnv, readJson, withTinySpec} from './cli.js';

t.test('exp export, after a run with --tensorboard', async (t) => {
  const cwd = withTinySpec(t.testdir());
  await exp(cwd, ['run', 'tiny.yaml', '-q', '--tensorboard']);
  const run = onlyRun(cwd);
  const id = path.basename(run);
  const events = (): readonly string[] => readdirSync(run).filter((name) => name.includes('.tfevents.'));
  t.equal(events().length, 1);
  t.match(readFileSync(path.join(run, events()[0]!), 'latin1'), /validation\/accuracy/);

  const onnx = await exp(cwd, ['export', 'latest', '--format', 'onnx', '-o', 'tiny.onnx']);
  t.equal(onnx.stderr, '');
  t.equal(onnx.exitCode, 0);
  const [heading, ...notes] = onnx.stdout.split('\n');
  t.match(heading, new RegExp(`^tiny\\.onnx {2}onnx, best checkpoint of epoch \\d of ${id}$`));
  t.match(notes.join('\n'), /^ {2}opset 18, any number of examples at a time\n {2}input input \[batch, 2\]\n/);
  t.match(notes.at(-1), /^ {2}checked on 8 examples of the validation set, 1 and 7 at a time: /);
  const again = await exp(cwd, ['export', 'latest', '--format', 'onnx', '-o', 'tiny.onnx']);
  t.equal(again.exitCode, 2);
  t.match(again.stderr, /^error: tiny\.onnx is there already\nhint: {2}.*--force$/);

  const tfjs = await exp(cwd, ['export', id, '--format', 'tfjs', '--json']);
  t.match(JSON.parse(tfjs.stdout), {run: id, format: 'tfjs', path: `${id}-tfjs`, check: {maxDeviation: Number}});
  t.ok(existsSync(path.join(cwd, `${id}-tfjs`, 'model.json')));
  const weights = await exp(cwd, ['export', 'tiny', '--format', 'safetensors', '--names', 'pytorch', '--force']);
  t.match(weights.stdout, /4 arrays, 51 numbers, float32; read back and compared bit for bit/);

  const logs = await exp(cwd, ['export', id, '--format', 'tensorboard', '--out', 'logs']);
  t.match(
    logs.stdout,
    new RegExp(`^logs/${id}/events\\.out\\.tfevents\\.\\d+\\.exp {2}\\d+ numbers\ntensorboard --logdir logs$`),
  );

  const server = await MlflowServer.start();
  t.teardown(() => server.close());
  server.wantedAuthorization = 'Bearer s3cret';
  const send = ['export', id, '--format', 'mlflow', '--url', server.url];
  const env = {...plainEnv, MLFLOW_TRACKING_TOKEN: 's3cret'};
  const first = await exp(cwd, send, env);
  t.match(
    first.stdout,
    new RegExp(`^${id} {2}new in tiny, \\d+ numbers sent\n {2}${server.url}/#/experiments/1/runs/r1$`),
  );
  t.match((await exp(cwd, send, env)).stdout, / {2}known in tiny, 0 numbers sent, \d+ numbers there before\n/);
  const [sent] = server.runs.values();
  t.equal(sent!.info.status, 'FINISHED');
  const {metrics} = readJson(run, 'summary.json');
  const last = sent!.metrics.filter(({key}) => key === 'validation/accuracy').at(-1);
  t.equal(last!.value, metrics.final.val_accuracy);
  const refused = await exp(cwd, send);
  t.equal(refused.exitCode, 1);
  t.match(
    refused.stderr,
    /^error: http:.* did not take .*: HTTP 401: who are you\?; nothing of it was sent\nhint: {2}set MLFLOW/,
  );

  const wandb = await WandbServer.start();
  t.teardown(() => wandb.close());
  const variables = {
    ...plainEnv,
    WANDB_API_KEY: 's3cret-key',
    WANDB_BASE_URL: wandb.url,
    MLFLOW_TRACKING_URI: server.url,
  };
  const upload = ['export', id, '--format', 'wandb', '--entity', 'team'];
  const uploaded = await exp(cwd, upload, variables);
  t.equal(uploaded.stderr, '');
  t.match(
    uploaded.stdout,
    new RegExp(`^${id} {2}new in team/tiny, \\d+ rows sent\n {2}${wandb.url}/team/tiny/runs/${id}$`),
  );
  t.match((await exp(cwd, upload, variables)).stdout, / {2}known in team\/tiny, 0 rows sent, \d+ rows there before\n/);
  const history = wandb.lines(id, 'wandb-history.jsonl');
  t.equal(history.at(-1)!['validation/accuracy'], metrics.final.val_accuracy);
  const [there] = wandb.lines(id, 'wandb-summary.json');
  t.equal(there!['best/validation/accuracy'], metrics.best.metrics.val_accuracy);
  t.equal(wandb.run(id).exitcode, 0);
  const {WANDB_API_KEY: _key, ...keyless} = variables;
  const unnamed = await exp(cwd, upload, keyless);
  t.equal(unnamed.exitCode, 2);
  t.match(unnamed.stderr, /^error: http:.* wants a key\nhint: {2}set WANDB_API_KEY; .*\/authorize shows yours$/);
});

t.test('flags and names that make no sense', async (t) => {
  const cwd = t.testdir({'runs/broken': {'status.json': '{}', 'metrics.csv': 'epoch,step,learningRate,loss\n'}});
  const says = async (args: readonly string[], exitCode: number, stderr: RegExp): Promise<void> => {
    const result = await exp(cwd, ['export', ...args]);
    t.match(result.stderr, stderr);
    t.equal(result.exitCode, exitCode);
  };
  await says(['--format', 'onnx'], 2, /^error: which run is to be exported\?/);
  await says(['latest'], 2, /Missing required flag format/);
  await says(['latest', '--format', 'pickle'], 2, /tfjs, onnx, safetensors, tensorboard, mlflow, wandb/);
  await says(['nobody', '--format', 'onnx'], 2, /^error: no run in runs begins with "nobody"/);
  await says(['a', 'b', '--format', 'tfjs'], 2, /^error: --format tfjs takes one run, and there are 2: a, b/);
  await says(
    ['a', '--format', 'tfjs', '--probabilities'],
    2,
    /^error: --probabilities is for --format onnx, not for tfjs/,
  );
  await says(['a', '--format', 'tensorboard'], 2, /^error: where to\?/);
  await says(['broken', '--format', 'mlflow'], 2, /^error: where is the tracking server\?/);
  await says(
    ['a', '--format', 'mlflow', '--project', 'x'],
    2,
    /^error: --project is for --format wandb, not for mlflow/,
  );
  await says(['a', '--format', 'onnx', '--url', 'x'], 2, /^error: --url is for --format mlflow or wandb, not for onnx/);
  await says(['broken', '--format', 'onnx'], 2, /^error: .*resolved\.yaml cannot be read/);
  await says(['broken', '--format', 'tensorboard', '--out', 'logs'], 0, /^warning: broken: /);
  writeFileSync(path.join(cwd, 'file'), '');
  await says(
    ['broken', '--format', 'tensorboard', '--out', 'file'],
    1,
    /^warning[\s\S]*error: cannot write file\/|^error: cannot write file\//m,
  );
});
