import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {exp, onlyRun, readJson} from './cli.js';

const spec = `name: rows
data: {source: {type: csv, path: table.csv, target: kind, testFraction: 0.25}}
model: {layers: [{type: dense, units: 2}]}
training:
  epochs: 2
  batchSize: 8
  loss: softmaxCrossEntropy
  metrics: [accuracy, confusionMatrix]
  optimizer: {type: sgd, learningRate: 0.01}
`;
const table = `a,b,kind\n${Array.from({length: 40}, (_, i) => `${i % 7},${i % 5},${i % 7 > 3 ? 'big' : 'small'}\n`).join('')}`;

t.test('evaluate and predict after a run', async (t) => {
  const cwd = t.testdir({'rows.yaml': spec, 'table.csv': table, 'new.csv': 'b,a\n1,2\n4,6\n', 'bad.csv': 'b,c\n1,2\n'});
  await exp(cwd, ['run', 'rows.yaml', '-q']);
  const run = onlyRun(cwd);
  const {metrics} = readJson(run, 'summary.json');

  const json = await exp(cwd, ['evaluate', 'latest', '--json']);
  t.equal(json.stderr, '');
  t.equal(json.exitCode, 0);
  t.strictSame(JSON.parse(json.stdout).metrics, metrics.test);
  const shown = await exp(cwd, ['evaluate', 'rows', '--checkpoint', 'last']);
  t.match(
    shown.stdout,
    /^rows-\S+ {2}last checkpoint of epoch 2, step 8, 10 examples of the test set\n +test\nloss +\S+\naccuracy +\S+\n/,
  );
  t.match(shown.stdout, /\nconfusion matrix of the test set\ntrue \\ predicted +big +small\n/);
  const none = await exp(cwd, ['evaluate', 'latest', '--split', 'validation']);
  t.equal(none.exitCode, 2);
  t.match(none.stderr, /^error: the data of rows-\S+ have no validation set\nhint: {2}--split test or train$/);

  const printed = await exp(cwd, ['predict', 'latest', '--input', 'new.csv']);
  t.equal(printed.stderr, '');
  t.match(
    printed.stdout,
    /^row,class,probability,probability_big,probability_small\n0,(big|small),0\.\d+,.+\n1,(big|small),.+$/,
  );
  const written = await exp(cwd, ['predict', 'latest', '-i', 'new.csv', '-o', 'out.jsonl']);
  t.equal(written.stdout, '');
  t.equal(written.stderr, 'out.jsonl: predictions for 2 examples');
  const [first] = readFileSync(path.join(cwd, 'out.jsonl'), 'utf8').split('\n');
  t.equal(String(JSON.parse(first!).probability), printed.stdout.split('\n')[1]!.split(',')[2]);
  const bad = await exp(cwd, ['predict', 'latest', '-i', 'bad.csv', '-o', 'bad.jsonl']);
  t.equal(bad.exitCode, 2);
  t.match(bad.stderr, /^error: bad\.csv has no column "a" \(an input of the run\); its columns are b, c/);
  t.notOk(existsSync(path.join(cwd, 'bad.jsonl')));
  t.equal((await exp(cwd, ['predict', 'latest'])).exitCode, 2, 'without an input');

  writeFileSync(path.join(cwd, 'table.csv'), table.replace('0,0,small', '0,1,small'));
  t.match(
    (await exp(cwd, ['evaluate', 'latest'])).stderr,
    /^warning: the data are not those that rows-\S+ was trained on/,
  );
  rmSync(path.join(cwd, 'table.csv'));
  t.match((await exp(cwd, ['evaluate', 'latest'])).stderr, /^error: table\.csv does not exist/);
  t.equal(
    (await exp(cwd, ['predict', 'latest', '--input', 'new.csv'])).stdout,
    printed.stdout,
    'needs no training data',
  );
});

t.test('Ctrl-C leaves no part of a file', async (t) => {
  const cwd = t.testdir({
    'rows.yaml': spec,
    'table.csv': table,
    'many.csv': `a,b\n${'1,2\n'.repeat(200_000)}`,
    'out.csv': 'old',
  });
  await exp(cwd, ['run', 'rows.yaml', '-q']);
  const predicting = exp(cwd, ['predict', 'latest', '-i', 'many.csv', '-o', 'out.csv']);
  while (!readdirSync(cwd).some((name) => name.endsWith('.tmp')) && predicting.exitCode === null) await sleep(10);
  predicting.kill('SIGINT');
  const {exitCode, stderr} = await predicting;
  t.equal(exitCode, 130);
  t.equal(stderr, 'error: interrupted');
  t.equal(readFileSync(path.join(cwd, 'out.csv'), 'utf8'), 'old');
  t.strictSame(readdirSync(cwd).sort(), ['many.csv', 'out.csv', 'rows.yaml', 'runs', 'table.csv']);
});
