import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parse as parseCsv} from 'csv-parse/sync';
import t from 'tap';
import {plainEnv, readJson, exp as runExp} from './cli.js';

const lessons = path.resolve(import.meta.dirname, '../../experiments');
const folder = t.testdir({});
const env = {...plainEnv, LANG: 'en_US.UTF-8', LC_ALL: ''};
const exp = (...args: string[]) => runExp(folder, args, env);
const rate = 'training.optimizer.learningRate';

t.before(async () => {
  const iris = path.join(lessons, '2-iris-mlp.yaml');
  for (const value of ['0.01', '0.0001'])
    await exp('run', iris, `${rate}=${value}`, 'training.epochs=6', '--seeds', '1,2,3', '--quiet');
  await exp('run', path.join(lessons, '1-xor.yaml'), 'training.epochs=20', '--quiet');
  const infinite = [
    'model.layers.0.activation=exponential',
    'model.layers.0.kernelInitializer={type: constant, value: 1e6}',
  ];
  await exp('run', path.join(lessons, '1-xor.yaml'), ...infinite, '--quiet');
  await exp('run', path.join(lessons, '7-cars-regression.yaml'), 'training.epochs=3', '--quiet');
});

/** By hand: of the summaries on disk. */
function valuesOf(learningRate: number): readonly number[] {
  return readdirSync(path.join(folder, 'runs')).flatMap((name) => {
    const file = readFileSync(path.join(folder, 'runs', name, 'resolved.yaml'), 'utf8');
    if (!name.startsWith('iris') || !file.includes(`learningRate: ${learningRate}\n`)) return [];
    return [readJson(path.join(folder, 'runs', name), 'summary.json').metrics.best.metrics.val_loss as number];
  });
}

t.test('lessons compared in each format: the same numbers, nobody hidden', async (t) => {
  const [table, csv, json, md] = await Promise.all(
    ['table', 'csv', 'json', 'md'].map((format) => exp('compare', '--format', format, '--sort', 'val_loss')),
  );
  for (const {exitCode, stderr} of [table!, csv!, json!, md!]) t.equal(exitCode, 0, stderr);
  const rows = JSON.parse(json!.stdout).rows as {
    readonly label: string;
    readonly state: string;
    readonly values: Readonly<Record<string, {value?: unknown; mean?: number; std?: number; interval95?: number[]}>>;
  }[];
  t.same(rows.map(({state}) => state).sort(), ['diverged', 'finished', 'finished', 'finished', 'finished']);
  const cells = parseCsv(csv!.stdout, {columns: true}) as Readonly<Record<string, string>>[];
  t.equal(cells.length, rows.length);
  for (const learningRate of [0.01, 0.0001]) {
    const values = valuesOf(learningRate);
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    const row = rows.find((one) => one.values[rate]?.value === learningRate)!;
    const {val_loss: loss} = row.values;
    t.ok(Math.abs(loss!.mean! - mean) < 1e-12 && Math.abs(loss!.std! - std) < 1e-12, `learning rate ${learningRate}`);
    // Student's t with 2 degrees of freedom, 97.5 %: 4.302652729911275 (SciPy).
    t.ok(Math.abs(loss!.interval95![1]! - (mean + (4.302652729911275 * std) / Math.sqrt(3))) < 1e-9);
    const line = cells.find((one) => Number(one[rate]) === learningRate)!;
    t.equal(Number(line.val_loss), loss!.mean);
    t.equal(line['val_loss n'], '3');
    const shown = `${mean.toPrecision(4)} ± `;
    t.ok(table!.stdout.includes(shown), shown);
    t.ok(md!.stdout.includes(shown), shown);
  }
  t.match(table!.stdout, /^xor-\S+ +diverged /m);
  t.match(md!.stdout, /^\| xor-\S+ \| diverged \|/m);
  t.match(md!.stdout, /[▁-█]{6} \|$/m);
  const page = await exp('compare', '--format', 'html');
  t.match(page.stdout, /^<!doctype html>[\s\S]*<\/html>\s*$/i);
});

t.test('what is better may be said', async (t) => {
  const first = async (...args: string[]): Promise<string> => {
    const {rows} = JSON.parse((await exp('compare', 'iris*', '--json', '--sort', 'val_loss', ...args)).stdout);
    return rows[0].values[rate].value;
  };
  t.equal(await first(), 0.01);
  t.equal(await first('--maximize', 'val_loss'), 0.0001);
  const both = await exp('compare', '--maximize', 'val_loss', '--minimize', 'val_loss');
  t.match(both.stderr, '--maximize and --minimize both name "val_loss"');
  t.match((await exp('compare', '--maximize', 'val_los')).stderr, 'did you mean val_loss?');
  const wide = await exp('compare', 'iris*', '--spread', 'interval');
  t.match(wide.stdout, 'half of its 95 % confidence interval');
});

t.test('a baseline by name, by file and by runs', async (t) => {
  const saved = await exp('compare', 'iris*', '--save-baseline', 'main');
  t.equal(saved.stderr, 'saved baselines/main.json');
  const file = JSON.parse(readFileSync(path.join(folder, 'baselines/main.json'), 'utf8'));
  t.match(file, {format: 'exp-baseline', version: 1, rows: [{runs: [{seed: 1}, {seed: 2}, {seed: 3}]}, {}]});
  await exp('compare', 'iris*', '--top', '1', '--save-baseline', 'elsewhere/best.json');

  const clause = ['--fail-if', 'val_loss > baseline'];
  for (const baseline of ['main', 'baselines/main.json', 'iris*']) {
    const {exitCode, stdout, stderr} = await exp('compare', 'iris*', '--baseline', baseline, ...clause);
    t.equal(exitCode, 0, stderr);
    t.match(
      stdout,
      `Δ the difference from the baseline ${baseline}, each row from the one of 2 that agrees in ${rate}`,
    );
  }
  const best = await exp('compare', 'iris*', '--baseline', 'elsewhere/best.json', ...clause, '--json');
  t.equal(best.exitCode, 3, 'the worse of the two learning rates');
  const {gate, rows} = JSON.parse(best.stdout);
  t.match(gate, {isPassed: false, failures: [{clause: 'val_loss > baseline', values: [{term: 'val_loss'}]}]});
  t.match(rows[1], {changedSettings: [{path: rate, from: 0.01, to: 0.0001}]});
  t.equal(rows[0].values.val_loss.delta, 0);

  const kept = readFileSync(path.join(folder, 'elsewhere/best.json'), 'utf8');
  await exp(
    'compare',
    'iris*',
    '--baseline',
    'elsewhere/best.json',
    ...clause,
    '--save-baseline',
    'elsewhere/best.json',
  );
  t.equal(readFileSync(path.join(folder, 'elsewhere/best.json'), 'utf8'), kept, 'a gate that fails saves nothing');
});

t.test('baselines that cannot be used say why, with exit code 2', async (t) => {
  writeFileSync(path.join(folder, 'baselines/torn.json'), '{"format": "exp-baseline"');
  const cases: readonly (readonly [args: readonly string[], message: string | RegExp])[] = [
    [
      ['--baseline', 'mian'],
      /--baseline mian: there is no baselines\/mian\.json, and no run in runs begins with "mian"\n.*did you mean main\?/,
    ],
    [['--baseline', 'torn'], 'baselines/torn.json is no baseline: '],
    [
      ['--baseline', 'main', '--fail-if', 'max val_loss > baseline'],
      /the baseline main has no max val_loss\n.*name runs for others/,
    ],
    [['--fail-if', 'val_loss > baseline'], 'name one with --baseline RUN, NAME or FILE'],
    [['--where', 'val_loss < 0', '--fail-if', 'val_loss > 1'], '--fail-if has no row to judge'],
    [['--save-baseline', '..'], '--save-baseline ".."'],
  ];
  for (const [args, message] of cases) {
    const {exitCode, stderr} = await exp('compare', 'iris*', ...args);
    t.equal(exitCode, 2, args.join(' '));
    t.match(stderr, message);
  }
  const other = await exp(
    'compare',
    '7-cars*',
    'cars*',
    '--baseline',
    'elsewhere/best.json',
    '--fail-if',
    'loss > baseline',
  );
  t.equal(other.exitCode, 2);
  const [cars] = readdirSync(path.join(folder, 'runs')).filter((name) => /cars/.test(name));
  const strange = await exp('compare', cars!, '--baseline', 'elsewhere/best.json', '--fail-if', 'loss > baseline');
  t.match(
    strange.stderr,
    /the baseline elsewhere\/best\.json is of other data \(fingerprint \w{12}\) than \S*cars\S* \(\w{12}\)/,
  );
  const all = await exp(
    'compare',
    cars!,
    '--baseline',
    'elsewhere/best.json',
    '--fail-if',
    'loss > 2e9 * baseline',
    '--other-data',
  );
  t.equal(all.exitCode, 0, all.stderr);
  t.match(all.stderr, 'is of other data than 1 of the rows');
  const unfinished = await exp('compare', '--where', 'state == "diverged"', '--save-baseline', 'dead');
  t.match(unfinished.stderr, /no finished run to save as a baseline: xor-\S+ \(diverged\)/);
});
