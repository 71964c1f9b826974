import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {exp, readJson, withTinySpec} from './cli.js';

const runsOf = (cwd: string): readonly string[] => {
  const folder = path.join(cwd, 'runs');
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
};

t.test('--seeds makes a run for each and compares them', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml', '--seeds', '1,2']);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  t.match(stdout, /^2 runs: seed 1; seed 2\n\ntiny\n/);
  t.match(stdout, /^run 2 of 2: seed 2\nseed 2 {2}epoch 1\/3 {2}loss /m);
  t.match(stdout, /^seed 1 +0\.\d{4}.* runs\/tiny-\S+\nseed 2 .*\nmean ± std +0\.\d{4} ± \d/m);
  t.equal(stdout.match(/^layer +type/gm)?.length, 1, 'the layers are shown once');
  const group = /^group ([a-z]{8})$/m.exec(stdout)?.[1];
  t.strictSame(
    runsOf(cwd)
      .map((run) => readJson(run, 'summary.json').group)
      .sort((a, b) => a.run - b.run),
    [
      {id: group, run: 1, numRuns: 2, seed: 1},
      {id: group, run: 2, numRuns: 2, seed: 2},
    ],
  );
  t.match(readFileSync(path.join(runsOf(cwd)[0]!, 'output.log'), 'utf8'), /^dense +dense +\[8\][\s\S]*^epoch 3\/3/m);

  const list = await exp(cwd, ['ls']);
  t.match(list.stdout, new RegExp(`^run +state +group .*\\n.* ${group}: seed 1 .*\\n.* ${group}: seed 2 `));
  t.match(JSON.parse((await exp(cwd, ['ls', '--json'])).stdout), [{group: {id: group}}, {group: {id: group}}]);
  t.match((await exp(cwd, ['show', 'latest'])).stdout, new RegExp(`^group +run 2 of 2 of ${group}: seed 2$`, 'm'));
  t.match(
    (await exp(cwd, ['run', 'tiny.yaml', '--seeds=1,2', '-q'])).stdout,
    /^run +loss .*\nseed 1 .*\nseed 2 .*\nmean/,
  );
});

t.test('kFold makes a run for each fold; one of them alone by its number', async (t) => {
  const cwd = withTinySpec(t.testdir(), (spec) => spec.replace('{fraction: 0.2}', '{kFold: 3}'));
  const {exitCode, stdout} = await exp(cwd, ['run', 'tiny.yaml', '--seeds', '1,2', 'training.epochs=1']);
  t.equal(exitCode, 0);
  t.match(stdout, /^6 runs: fold 1 of 3, seed 1; fold 2 of 3, seed 1; .*; fold 3 of 3, seed 2\n/);
  t.match(stdout, /^run 5 of 6: fold 2 of 3, seed 2\nfold 2 of 3, seed 2 {2}epoch 1\/1 {2}loss /m);
  t.match(stdout, /^std is the sample standard deviation \(n − 1\) over 6 runs$/m);
  t.match((await exp(cwd, ['ls'])).stdout, / [a-z]{8}: fold 3 of 3, seed 2 /);
  const args = ['run', 'tiny.yaml', '--runs-dir=one', 'data.validation.fold=2', 'training.epochs=1'];
  t.match(await exp(cwd, args), {exitCode: 0, stdout: /^tiny\n/});
  t.equal(readdirSync(path.join(cwd, 'one')).length, 1);
  const valid = await exp(cwd, ['validate', 'tiny.yaml', 'seed=null', 'seeds=[1,2]']);
  t.match(valid, {exitCode: 0, stdout: /51 parameters, 40 training examples, 6 runs$/m});
});

t.test('--json: the runs one after another, then all of them', async (t) => {
  const cwd = withTinySpec(t.testdir(), (spec) => spec.replace('seed: 1', 'seeds: [5, 6]'));
  const {stdout} = await exp(cwd, ['run', 'tiny.yaml', '--json', 'training.epochs=1']);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  const types = ['groupStarted', 'planned', 'ended', 'groupEnded'];
  t.strictSame(
    lines.map(({type}) => type).filter((type) => types.includes(type)),
    ['groupStarted', ...['planned', 'ended', 'planned', 'ended'], 'groupEnded'],
  );
  const of = (type: string) => lines.filter((line) => line.type === type);
  const [{runs, spread, id}] = of('groupEnded');
  t.strictSame(
    of('groupStarted')[0].runs,
    [5, 6].map((seed, i) => ({run: i + 1, numRuns: 2, seed})),
  );
  t.match(of('planned'), [{group: {id, run: 1}}, {group: {id, run: 2}}]);
  t.match(
    runs,
    [5, 6].map((seed) => ({seed, state: 'finished', path: /^runs\/tiny-/})),
  );
  const [a, b] = of('ended').map(({summary}) => summary.metrics.test.test_loss);
  t.ok(Math.abs(spread.test.test_loss.mean - (a + b) / 2) < 1e-12);
  t.ok(Math.abs(spread.test.test_loss.std - Math.abs(a - b) / Math.SQRT2) < 1e-12, 'of two numbers: |a − b| / √2');
});

t.test('--seed and --seeds win over the spec', async (t) => {
  const cwd = withTinySpec(t.testdir(), (spec) => spec.replace('seed: 1', 'seeds: [5, 6]'));
  await exp(cwd, ['run', 'tiny.yaml', '-q', '--seed', '9']);
  t.strictSame(
    runsOf(cwd).map((run) => readJson(run, 'summary.json').seed),
    [9],
  );
  const both = await exp(cwd, ['run', 'tiny.yaml', '--seed', '9', '--seeds', '1,2']);
  t.equal(both.exitCode, 2);
  const word = await exp(cwd, ['run', 'tiny.yaml', '--seeds', '1,x']);
  t.match(word, {exitCode: 2, stderr: /seeds\[1\] must be an integer ≥ 0; got "x"/});
});

t.test('--dry-run and --smoke', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const dry = await exp(cwd, ['run', 'tiny.yaml', '--seeds', '1,2', '--dry-run']);
  t.match(dry, {exitCode: 0, stdout: /^2 runs: seed 1; seed 2\n\ntiny\n/});
  t.notMatch(dry.stdout, /epoch|mean/);
  const smoke = await exp(cwd, ['run', 'tiny.yaml', '--seeds', '1,2', '--smoke']);
  t.match(smoke, {exitCode: 0, stdout: /^mean ± std/m});
  t.notMatch(smoke.stdout, /folder/);
  t.strictSame(readdirSync(cwd), ['tiny.yaml']);
});

t.test('Ctrl-C ends the group after the step under way', async (t) => {
  const cwd = withTinySpec(t.testdir(), (spec) =>
    spec.replace('epochs: 3', 'epochs: 10000000').replace('seed: 1', 'seeds: [1, 2, 3]'),
  );
  const child = exp(cwd, ['run', 'tiny.yaml']);
  for (let i = 0; i < 1200 && !runsOf(cwd).some((run) => existsSync(path.join(run, 'timing.csv'))); i++)
    await sleep(50);
  child.kill('SIGINT');
  const {exitCode, stdout, stderr} = await child;
  t.equal(exitCode, 130);
  t.equal(runsOf(cwd).length, 1);
  t.match(stderr, /^warning: stopping after this step, the rest of the group left out, and saving a checkpoint/);
  t.match(stdout, /^seed 1 +interrupted +runs\/tiny-\S+\nseed 2 +not started\nseed 3 +not started\n/m);
  t.match(stdout, /^group [a-z]{8}: 0 of 3 runs finished$/m);
  t.equal(readJson(runsOf(cwd)[0]!, 'status.json').state, 'interrupted');
});

t.test('divergence ends with 4 when all runs have been made', async (t) => {
  const cwd = withTinySpec(t.testdir(), () =>
    [
      'name: wild',
      'seeds: [1, 2]',
      'data: {source: {type: synthetic, pattern: linear, numExamples: 64}}',
      'model: {layers: [{type: dense, units: 1}]}',
      'training: {epochs: 50, batchSize: 16, loss: meanSquaredError, optimizer: {type: sgd, learningRate: 1.0e9}}',
    ].join('\n'),
  );
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml']);
  t.equal(exitCode, 4);
  t.equal(runsOf(cwd).length, 2);
  t.match(
    stderr,
    /^warning: seed 1: training diverged[\s\S]*^error: of 2 runs 2 diverged \(seed 1; seed 2\): training diverged/m,
  );
  t.match(stderr, /^hint: {2}try a smaller training\.optimizer\.learningRate/m);
  t.match(stdout, /^seed 2 +diverged/m);
});
