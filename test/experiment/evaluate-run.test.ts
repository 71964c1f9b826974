import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {type EvaluateRequest, evaluateRun} from '../../src/experiment/evaluate-run.js';
import {loadExperiment, runExperiment} from '../../src/index.js';
import type {RunSummary} from '../../src/runs/records.js';
import {tinySpec} from '../commands/cli.js';

const carsText = readFileSync(path.resolve(import.meta.dirname, '../../experiments/11-cars-two-outputs.yaml'), 'utf8');
const cars = path.resolve(import.meta.dirname, '../../experiments/data/cars.csv');

async function train(folder: string, text: string, overrides: readonly string[]) {
  const spec = {text, path: path.join(folder, 'spec.yaml')};
  const loaded = await loadExperiment(spec, {overrides: ['device=cpu', ...overrides]});
  const outcome = await runExperiment(loaded, {runsDir: path.join(folder, 'runs')});
  if (outcome.state !== 'finished') throw new Error(outcome.state);
  const run = outcome.path!;
  const warnings: string[] = [];
  const evaluate = (request: Partial<EvaluateRequest> = {}) =>
    evaluateRun({run, runsDir: 'runs', warn: (message) => warnings.push(message), ...request});
  return {run, summary: outcome.summary as RunSummary, evaluate, warnings};
}

interface Failure {
  code: string;
  message: RegExp | string;
  hint?: string;
}

/** Every file with its size and time. */
const listing = (folder: string) =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map(({parentPath, name}) => path.join(parentPath, name))
    .sort()
    .map((file) => [file, statSync(file).size, statSync(file).mtimeMs]);

const starting = (metrics: Readonly<Record<string, number>>, prefix: string) =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => name.startsWith(prefix)));

for (const engine of ['compiled', 'eager']) {
  t.test(`the numbers are those of the run, to the last bit: ${engine}`, async (t) => {
    const overrides = [`engine=${engine}`, 'training.metrics=[accuracy, confusionMatrix, rocAuc]'];
    const {run, summary, evaluate, warnings} = await train(t.testdir(), tinySpec, overrides);
    const before = listing(run);
    const test = await evaluate({checkpoint: 'model'});
    t.strictSame(test.metrics, summary.metrics.test);
    t.match(test, {checkpoint: 'model', split: 'test', numExamples: 20, engine, isSameData: true});
    const matrix = readFileSync(path.join(run, 'confusion-matrix.test.csv'), 'utf8').trim().split('\n');
    t.strictSame(
      [test.tables[0]!.header, ...test.tables[0]!.rows].map((row) => row.join(',')),
      matrix,
    );

    const best = await evaluate({split: 'validation'});
    t.match(best, {checkpoint: 'best', epoch: summary.metrics.best!.epoch, split: 'validation', numExamples: 12});
    t.strictSame(best.metrics, starting(summary.metrics.best!.metrics, 'val_'), 'the best checkpoint by default');
    const last = await evaluate({checkpoint: 'last', split: 'validation'});
    t.strictSame(last.metrics, starting(summary.metrics.final, 'val_'));
    t.match(await evaluate({split: 'train'}), {numExamples: 48, metrics: {loss: Number, accuracy: Number}});
    t.strictSame(listing(run), before, 'nothing was written');
    t.strictSame(warnings, []);
  });
}

t.test(
  'weight averages are what is evaluated, and with class weights, outputs and early stopping it is the same',
  async (t) => {
    const folder = t.testdir({});
    cpSync(cars, path.join(folder, 'data/cars.csv'));
    const overrides = ['training.epochs=4', 'training.weightAverage={decay: 0.9}', 'training.earlyStopping.patience=1'];
    const {summary, evaluate} = await train(folder, carsText, overrides);
    t.strictSame((await evaluate({checkpoint: 'model'})).metrics, summary.metrics.test);
    const {metrics} = await evaluate({checkpoint: 'last', split: 'validation'});
    t.strictSame(metrics, starting(summary.metrics.final, 'val_'));
    const best = await evaluate({checkpoint: 'best', split: 'validation'});
    t.strictSame(best.metrics, starting(summary.metrics.best!.metrics, 'val_'));
  },
);

t.test('a run that started from the weights of another needs that one no more', async (t) => {
  const folder = t.testdir();
  const first = await train(folder, tinySpec, ['training.epochs=1']);
  const init = `model.init={from: {run: ${path.basename(first.run)}}, checkpoint: model}`;
  process.env.EXP_RUNS_DIR = path.join(folder, 'runs');
  t.teardown(() => {
    delete process.env.EXP_RUNS_DIR;
  });
  const {summary, evaluate} = await train(folder, tinySpec, [init, 'training.epochs=1', 'seed=1']);
  rmSync(first.run, {recursive: true});
  t.strictSame((await evaluate({checkpoint: 'model'})).metrics, summary.metrics.test);
});

t.test('data that have changed are told of', async (t) => {
  const folder = t.testdir({});
  const file = path.join(folder, 'data/cars.csv');
  cpSync(cars, file);
  const {summary, evaluate, warnings, run} = await train(folder, carsText, ['training.epochs=1']);
  writeFileSync(file, readFileSync(file, 'utf8').replace(',18,8,307,130,', ',18,8,307,131,'));
  const {isSameData, metrics} = await evaluate({checkpoint: 'model'});
  t.equal(isSameData, false);
  t.strictSame(warnings, [
    `the data are not those that ${path.basename(run)} was trained on: their fingerprint has changed`,
  ]);
  t.strictSame(Object.keys(metrics), Object.keys(summary.metrics.test!));
});

t.test('what cannot be evaluated is named', async (t) => {
  const folder = t.testdir();
  const {run, evaluate} = await train(folder, tinySpec, ['engine=eager', 'data.source.numTest=0']);
  const copy = (change: (copied: string) => void): string => {
    const copied = path.join(folder, 'copies', `${numCopies++}`);
    cpSync(run, copied, {recursive: true});
    change(copied);
    return copied;
  };
  let numCopies = 0;
  const fails = (t: Test, request: Partial<EvaluateRequest>, expected: Failure) =>
    t.rejects(evaluate(request), expected);

  t.match(await evaluate(), {split: 'validation'}, 'without a test set');
  await fails(
    t,
    {split: 'test'},
    {code: 'USAGE', message: /^the data of tiny-\S+ have no test set$/, hint: '--split validation or train'},
  );
  await fails(
    t,
    {run: 'nothing', runsDir: folder},
    {code: 'RUN_NOT_FOUND', message: /no run in .* begins with "nothing"/},
  );

  const bare = copy((copied) => {
    for (const name of ['checkpoints', 'model']) rmSync(path.join(copied, name), {recursive: true});
  });
  await fails(
    t,
    {run: bare},
    {code: 'DATA_MISSING', message: /copies\/0 has no weights: neither a checkpoint nor a model$/},
  );
  const worse = copy((copied) => rmSync(path.join(copied, 'checkpoints/best'), {recursive: true}));
  t.match(await evaluate({run: worse}), {checkpoint: 'model'});
  await fails(
    t,
    {run: worse, checkpoint: 'best'},
    {code: 'DATA_MISSING', message: /has no `best` weights; it has `model`, `last`/},
  );

  const cut = copy((copied) => truncateSync(path.join(copied, 'checkpoints/best/weights.safetensors'), 300));
  await fails(t, {run: cut}, {code: 'DATA_INVALID', message: /checkpoints\/best\/weights\.safetensors/});
  const notNumbers = copy((copied) => {
    const file = path.join(copied, 'model/weights.bin');
    const bytes = readFileSync(file);
    bytes.writeFloatLE(Number.NaN, 8);
    writeFileSync(file, bytes);
  });
  const nan = /model\/model\.json: dense\/kernel holds NaN \(value 3\)$/;
  await fails(t, {run: notNumbers, checkpoint: 'model'}, {code: 'DATA_INVALID', message: nan});
  const other = copy((copied) => {
    const file = path.join(copied, 'resolved.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('units: 8', 'units: 7'));
  });
  const shape =
    /best\/weights\.safetensors has dense\/kernel of shape \[2, 8\]; the run's model has one of shape \[2, 7\]$/;
  await fails(t, {run: other}, {code: 'DATA_INVALID', message: shape});

  const older = copy((copied) => {
    const file = path.join(copied, 'plan.json');
    const {fitted: _fitted, ...plan} = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(plan));
  });
  const made = /plan\.json has no `fitted`: the run was made by an older version of exp \(\S+\)$/;
  await fails(t, {run: older}, {code: 'DATA_INVALID', message: made});
  const unknown = copy((copied) => appendFileSync(path.join(copied, 'resolved.yaml'), 'surprise: 1\n'));
  await fails(t, {run: unknown}, {code: 'SPEC_INVALID', message: /resolved\.yaml:\d+:1 {2}unknown key `surprise`/});
  const headless = copy((copied) => rmSync(path.join(copied, 'resolved.yaml')));
  await fails(t, {run: headless}, {code: 'DATA_MISSING', message: /resolved\.yaml cannot be read/});
});
