import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {exp} from '../commands/cli.js';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'experiments/sweeps');
const lessons = readdirSync(folder).sort();

interface Trial {
  readonly trial: number;
  readonly point: number;
  readonly state: string;
  readonly values: Readonly<Record<string, number | string>>;
  readonly value?: number;
  readonly epochs?: number;
  readonly message?: string;
}

interface Summary {
  readonly state: string;
  readonly best: {readonly values: Readonly<Record<string, number>>; readonly trials: readonly number[]};
  readonly trials: readonly Trial[];
}

/** Makes a lesson in small, through the command line. */
async function sweep(t: Test, lesson: string, ...overrides: readonly string[]): Promise<Summary & {folder: string}> {
  const out = path.join(t.testdir({}), 'sweep');
  const {exitCode, stderr} = await exp(root, [
    'sweep',
    `experiments/sweeps/${lesson}`,
    ...overrides,
    '--out',
    out,
    '-q',
  ]);
  t.equal(exitCode, 0, stderr);
  const summary = JSON.parse(readFileSync(path.join(out, 'summary.json'), 'utf8')) as Summary;
  t.equal(summary.state, 'finished');
  return {...summary, folder: out};
}

t.test('every lesson is valid and names the schema that editors read', async (t) => {
  t.same(lessons, ['iris-tpe.yaml', 'mnist-asha.yaml', 'mnist-lr.yaml']);
  const {exitCode, stdout, stderr} = await exp(root, ['validate', ...lessons.map((name) => path.join(folder, name))]);
  t.equal(exitCode, 0, `${stdout}${stderr}`);
  for (const lesson of lessons) {
    const [firstLine] = readFileSync(path.join(folder, lesson), 'utf8').split('\n');
    t.equal(firstLine, '# yaml-language-server: $schema=../../schemas/sweep.schema.json', lesson);
  }
});

t.test('mnist-lr tells learning rates apart', async (t) => {
  const {trials, best} = await sweep(
    t,
    'mnist-lr.yaml',
    'overrides.data.limit={train: 1000, test: 100}',
    'overrides.training.epochs=1',
  );
  t.strictSame(
    trials.map(({values}) => values['training.optimizer.learningRate']),
    [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03],
  );
  t.ok(trials.every(({state, epochs}) => state === 'finished' && epochs === 1));
  const accuracies = trials.map(({value}) => value!);
  t.ok(Math.max(...accuracies) > 0.6, `${accuracies}`);
  t.ok(accuracies[5]! < 0.4, 'at 0.03 nothing is learnt');
  t.equal(trials[best.trials[0]! - 1]!.value, Math.max(...accuracies));
});

t.test('iris-tpe keeps to its ranges and its constraint, and trains every point twice', async (t) => {
  const {trials, best} = await sweep(t, 'iris-tpe.yaml', 'maxTrials=32', 'overrides.training.epochs=10');
  t.equal(trials.length, 32);
  for (const {values, point, trial, state} of trials) {
    t.equal(state, 'finished');
    t.equal(point, Math.ceil(trial / 2));
    const rate = Number(values['training.optimizer.learningRate']);
    const [first, second] = [Number(values['model.layers.0.units']), Number(values['model.layers.1.units'])];
    t.ok(rate >= 0.0001 && rate <= 0.1, `learning rate ${rate}`);
    t.ok([8, 16, 32].includes(Number(values['training.batchSize'])));
    t.ok(Number.isInteger(first) && first >= 4 && first <= 64 && first >= second, `${first} ≥ ${second}`);
    t.ok(second >= 4 && second <= 64 && second % 4 === 0);
  }
  t.ok(best.values['training.optimizer.learningRate']! > 0.001, 'ten epochs need large steps');
});

t.test('mnist-asha stops most trials early, and a stopped one can be trained to its end', async (t) => {
  const {trials, folder} = await sweep(
    t,
    'mnist-asha.yaml',
    'maxTrials=12',
    'overrides.data.limit={train: 500, test: 50}',
    'overrides.training.epochs=4',
  );
  t.equal(trials.length, 12);
  const pruned = trials.filter(({state}) => state === 'pruned');
  const finished = trials.filter(({state}) => state === 'finished');
  t.equal(pruned.length + finished.length, 12);
  t.ok(finished.length >= 1 && pruned.length >= 4, `${pruned.length} stopped, ${finished.length} finished`);
  for (const {epochs, message} of pruned) {
    t.ok(epochs === 1 || epochs === 3, `stopped after epoch ${epochs}`);
    t.match(message, /^asha: \d+(st|nd|rd|th) of \d+ at epoch [13]; the best/);
  }
  for (const {values} of trials)
    t.equal(
      'training.optimizer.momentum' in values,
      values['training.optimizer.type'] === 'sgd',
      'Adam has no momentum',
    );
  const one = path.join(folder, 'trials', String(pruned[0]!.trial).padStart(4, '0'));
  const {exitCode, stderr} = await exp(root, ['resume', one, '--quiet']);
  t.equal(exitCode, 0, stderr);
  t.equal(readFileSync(path.join(one, 'metrics.csv'), 'utf8').trim().split('\n').length, 1 + 4, 'a row for each epoch');
});
