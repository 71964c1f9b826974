import {appendFileSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {listRuns} from '../../src/runs/find-runs.js';
import {exp, plainEnv, readText, withTinySpec} from './cli.js';

const folder = withTinySpec(t.testdir({}));
const env = {...plainEnv, LANG: 'en_US.UTF-8', LC_ALL: ''};

t.before(async () => {
  await exp(folder, ['run', 'tiny.yaml', '--seeds', '1,2']);
  await exp(folder, ['run', 'tiny.yaml', 'training.optimizer.learningRate=0.1', 'training.epochs=2']);
});

/** In the order in which they began. */
const runIds = (): readonly string[] => listRuns(path.join(folder, 'runs')).map(({id}) => id);

t.test('exp plot draws, writes files and JSON', async (t) => {
  const {stdout, stderr, exitCode} = await exp(folder, ['plot', '--out', 'curves.svg'], env);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  t.match(stdout, /^accuracy\n\* accuracy, [^\n]*× 2/);
  t.match(readText(folder, 'curves.svg'), /^<svg[\s\S]*class="band"[\s\S]*<\/svg>\n$/);
  const one = await exp(folder, ['plot', 'latest', '--metric', 'loss', '--ascii', '--log', '--smooth', '0.6'], env);
  t.notMatch(one.stdout, /[^ -~\n]/);
  const drawn = await exp(folder, ['plot', '*tiny*', '--metric', 'loss', '--log-x', '--out', 'curves.png'], env);
  t.equal(drawn.stderr, '');
  t.match(drawn.stdout, /^ +1 {40,}2$/m, 'epochs on a logarithmic axis');
  t.same([...readFileSync(path.join(folder, 'curves.png')).subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const json = await exp(folder, ['plot', '--json', '--metric', 'val_loss,loss', '--x', 'time', '--out', 'c.csv'], env);
  const {curves} = JSON.parse(json.stdout);
  t.equal(curves.length, 4);
  t.same(curves.map(({points}: {points: unknown[]}) => points.length).sort(), [2, 2, 3, 3]);
  t.equal(readText(folder, 'c.csv').split('\n')[0], 'runs,metric,epoch,seconds,value,std,n');
  const rows = readText(path.join(folder, 'runs', runIds()[2]!), 'metrics.csv')
    .trim()
    .split('\n');
  const column = rows[0]!.split(',').indexOf('val_loss');
  const [alone] = curves.filter(
    ({runs, metric}: {runs: unknown[]; metric: string}) => runs.length === 1 && metric === 'val_loss',
  );
  t.equal(alone.points[1].value, Number(rows[2]!.split(',')[column]), 'the value of metrics.csv');
});

t.test('errors of exp plot are for people', async (t) => {
  for (const [args, message] of [
    [['--metric', 'los'], 'error: --metric: no run has "los"\nhint:  did you mean loss?'],
    [['--smooth', '1'], 'error: --smooth "1": the weight of what came before is at least 0 and less than 1'],
    [['--out', 'c.jpg'], 'error: --out c.jpg: curves are written as .png, .svg or .csv'],
    [['nothing'], 'error: no run in runs begins with "nothing"'],
  ] as const) {
    const {exitCode, stderr} = await exp(folder, ['plot', ...args]);
    t.equal(exitCode, 2);
    t.match(stderr, message);
  }
});

t.test('exp diff tells what differs, and where it came from', async (t) => {
  const [first, second, third] = runIds() as [string, string, string];
  const {stdout, stderr, exitCode} = await exp(folder, ['diff', second, third], env);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  t.match(stdout, `A  ${second}  finished\nB  ${third}  finished\n`);
  t.match(stdout, /training\.epochs\n {4}A {2}3 {2}\(tiny\.yaml:12\)\n {4}B {2}2 {2}\(override training\.epochs=2\)\n/);
  t.match(stdout, /the same in both:.* versions/);
  const same = await exp(folder, ['diff', first, first], env);
  t.equal(same.exitCode, 0);
  t.match(same.stdout, 'the same in both: spec, metrics, outcome, data, versions, environment, git');
  const json = JSON.parse((await exp(folder, ['diff', first, second, '--json'], env)).stdout);
  t.match(json.spec, [{key: 'seed', a: {value: 1}, b: {value: 2}}]);
  const [metric] = json.metrics;
  t.equal(metric.delta, metric.b - metric.a);
});

t.test('damaged and unfinished runs are drawn and held against others as far as they are', async (t) => {
  const [first, second] = runIds() as [string, string];
  const broken = path.join(folder, 'runs', first);
  rmSync(path.join(broken, 'summary.json'));
  rmSync(path.join(broken, 'environment.json'));
  writeFileSync(path.join(broken, 'resolved.yaml'), '{');
  appendFileSync(path.join(broken, 'metrics.csv'), '4,12,0.');
  const plot = await exp(folder, ['plot', '--metric', 'loss', '--json'], env);
  t.equal(plot.exitCode, 0);
  t.match(plot.stderr, 'the last row of metrics.csv is cut off');
  t.equal(JSON.parse(plot.stdout).curves.length, 3);
  const diff = await exp(folder, ['diff', first, second], env);
  t.equal(diff.exitCode, 0);
  t.match(diff.stdout, 'not recorded in both: spec, versions, environment, git');
  t.match(diff.stdout, /state\n {4}A {2}crashed\n {4}B {2}finished/);
  t.match(diff.stderr, 'resolved.yaml is not YAML');
  t.ok(readFileSync(path.join(broken, 'metrics.csv'), 'utf8').endsWith('4,12,0.'), 'nothing is mended');
});
