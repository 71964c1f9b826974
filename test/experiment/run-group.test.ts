import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {parse as parseYaml} from 'yaml';
import {loadExperiment, readRun, runExperiment, runGroup, type SpecError} from '../../src/index.js';
import {silentReporter} from '../../src/report/reporter.js';
import {readJson, readText, tinySpec} from '../commands/cli.js';

const quick = ['engine=eager', 'device=cpu', 'training.epochs=1'];
const seeded = tinySpec.replace('seed: 1', 'seeds: [1, 2, 3]');

const load = (text: string, ...overrides: readonly string[]) =>
  loadExperiment({text, path: 'tiny.yaml'}, {overrides: [...quick, ...overrides]});

const metricsOf = (run: string): string => readText(run, 'metrics.csv');

t.test('one run for each seed, each as if it had been written alone', async (t) => {
  const runsDir = t.testdir();
  const ending = await runGroup(await load(seeded), {runsDir});
  t.match(ending.id, /^[a-z]{8}$/);
  t.match(
    ending.runs,
    [1, 2, 3].map((seed) => ({run: seed, seed, state: 'finished'})),
  );
  for (const {path: folder, seed, run, metrics} of ending.runs) {
    const group = {id: ending.id, run, numRuns: 3, seed};
    t.strictSame(readRun(folder!).group, group);
    for (const file of ['status.json', 'summary.json', 'plan.json']) t.strictSame(readJson(folder!, file).group, group);
    t.equal(readJson(folder!, 'summary.json').seed, seed);
    t.strictSame(readJson(folder!, 'summary.json').metrics, metrics);
    const resolved = parseYaml(readText(folder!, 'resolved.yaml'));
    t.equal(resolved.seed, seed);
    t.notOk('seeds' in resolved);
    const origins = readJson(folder!, 'origins.json');
    t.match(origins.seed, {kind: 'file', line: 2});
    t.notOk(Object.keys(origins).some((key) => key.startsWith('seeds')));
    const alone = await runExperiment(await load(readText(folder!, 'resolved.yaml')), {
      runsDir: path.join(runsDir, 'again'),
    });
    t.equal(metricsOf(alone.path!), metricsOf(folder!), 'resolved.yaml makes the same run again');
  }
  t.not(metricsOf(ending.runs[0]!.path!), metricsOf(ending.runs[1]!.path!));
  const accuracies = ending.runs.map(({metrics}) => metrics!.test!.test_accuracy!);
  t.equal(ending.spread.test.test_accuracy!.numRuns, 3);
  t.ok(Math.abs(ending.spread.test.test_accuracy!.mean - accuracies.reduce((a, b) => a + b) / 3) < 1e-12);
});

t.test('a single seed in the list is a run like any other', async (t) => {
  const outcome = await runExperiment(await load(tinySpec.replace('seed: 1', 'seeds: [4]')), {runsDir: t.testdir()});
  t.equal(readJson(outcome.path!, 'summary.json').seed, 4);
  t.notOk('group' in readJson(outcome.path!, 'status.json'));
});

t.test('runExperiment makes one run, not three', async (t) => {
  const runsDir = path.join(t.testdir(), 'runs');
  await t.rejects(runExperiment(await load(seeded), {runsDir}), {
    code: 'USAGE',
    message: 'the spec stands for 3 runs',
    hint: 'runGroup makes them all',
  });
  t.notOk(existsSync(runsDir));
});

t.test('aborting ends the run under way, and no other is begun', async (t) => {
  const runsDir = t.testdir();
  const controller = new AbortController();
  let numPlanned = 0;
  const ending = await runGroup(await load(seeded, 'training.epochs=3'), {
    runsDir,
    signal: controller.signal,
    reporter: {
      ...silentReporter,
      planned: () => void numPlanned++,
      listen(event) {
        if (numPlanned === 2 && event.type === 'epochEnded') controller.abort();
      },
    },
  });
  t.strictSame(
    ending.runs.map(({state}) => state),
    ['finished', 'interrupted', 'notStarted'],
  );
  t.equal(readdirSync(runsDir).length, 2);
  t.equal(ending.spread.final.loss!.numRuns, 1);
});

t.test('a run that diverges does not stop the others', async (t) => {
  const wild = [
    'name: wild',
    'seeds: [1, 2]',
    'data: {source: {type: synthetic, pattern: linear, numExamples: 64}}',
    'model: {layers: [{type: dense, units: 1}]}',
    'training: {epochs: 50, batchSize: 16, loss: meanSquaredError, optimizer: {type: sgd, learningRate: 1.0e9}}',
  ].join('\n');
  const warnings: string[] = [];
  const ending = await runGroup(await load(wild, 'training.epochs=50'), {
    runsDir: t.testdir(),
    reporter: {...silentReporter, warn: (message) => void warnings.push(message)},
  });
  t.match(
    ending.runs,
    [1, 2].map((seed) => ({seed, state: 'diverged', error: {code: 'DIVERGED'}})),
  );
  t.match(warnings, [/^seed 1: training diverged: the loss became/, /^seed 2: training diverged/]);
  t.strictSame(ending.spread.final, {});
});

t.test('what would meet every run ends the group', async (t) => {
  const folder = t.testdir({runs: 'a file'});
  const ending = await runGroup(await load(seeded), {runsDir: path.join(folder, 'runs')});
  t.match(ending.runs, [
    {state: 'failed', error: {code: 'RUN_UNWRITABLE'}},
    {state: 'notStarted'},
    {state: 'notStarted'},
  ]);
});

t.test('seed and seeds do not go together', async (t) => {
  const both = await load(`${tinySpec}seeds: [1, 2]\n`).catch((error: SpecError) => error);
  t.match(both, {code: 'SPEC_INVALID', message: /`seeds` and `seed` both say which seed to take/});
  t.strictSame((await load(`${tinySpec}seeds: [1, 2]\n`, 'seed=null')).spec.seeds, [1, 2]);
});

t.test('kFold makes a run for each fold, and for each seed', async (t) => {
  const runsDir = t.testdir();
  const folded = seeded.replace('[1, 2, 3]', '[1, 2]').replace('{fraction: 0.2}', '{kFold: 3, stratify: true}');
  const ending = await runGroup(await load(folded), {runsDir});
  t.strictSame(
    ending.runs.map(({run, seed, fold, numFolds, state}) => [run, seed, fold, numFolds, state]),
    [1, 2].flatMap((seed) => [1, 2, 3].map((fold) => [3 * (seed - 1) + fold, seed, fold, 3, 'finished'])),
  );
  for (const {path: folder, seed, fold, run} of ending.runs) {
    t.strictSame(readRun(folder!).group, {id: ending.id, run, numRuns: 6, fold, numFolds: 3, seed});
    const resolved = readText(folder!, 'resolved.yaml');
    t.strictSame(parseYaml(resolved).data.validation, {stratify: true, kFold: 3, fold});
    t.match(readJson(folder!, 'origins.json')['data.validation.fold'], {kind: 'file', line: 5});
    t.match(readJson(folder!, 'plan.json').data, {numTrain: 40, numValidation: 20});
    if (run !== 5) continue;
    const alone = await runExperiment(await load(resolved), {runsDir: path.join(runsDir, 'again')});
    t.equal(metricsOf(alone.path!), metricsOf(folder!), 'resolved.yaml makes the same run again');
  }
  const one = await load(folded.replace('kFold: 3', 'kFold: 3, fold: 2'), 'seeds=[7]');
  const outcome = await runExperiment(one, {runsDir: path.join(runsDir, 'one')});
  t.notOk(readRun(outcome.path!).group, 'a single fold is a run like any other');
});
