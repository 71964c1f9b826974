import t from 'tap';
import {exp, plainEnv, readText, withTinySpec} from './cli.js';

const schedule = ['show-schedule', 'tiny.yaml', 'training.schedule.type=linear', 'training.schedule.finalFactor=0.1'];

t.test('draws, prints a table, prints JSON', async (t) => {
  const folder = withTinySpec(t.testdir({}));
  const env = {...plainEnv, LANG: 'en_US.UTF-8', LC_ALL: ''};
  const drawn = await exp(folder, schedule, env);
  t.equal(drawn.stderr, '');
  t.equal(drawn.exitCode, 0);
  t.match(drawn.stdout, /^linear, adam at 0\.01\n9 updates in 3 epochs of 3\n/);
  t.match(drawn.stdout, /[⠁-⣿]{8}/);
  t.match(drawn.stdout, /first 0\.01, highest 0\.01 at update 1, last 0\.002$/);
  const ascii = await exp(folder, schedule, {...env, LC_ALL: 'C'});
  t.notMatch(ascii.stdout, /[^ -~\n]/);
  t.equal((await exp(folder, [...schedule, '--ascii'], env)).stdout, ascii.stdout);

  const {stdout: csv} = await exp(folder, [...schedule, '--csv']);
  const rows = csv.split('\n');
  t.equal(rows[0], 'step,epoch,learningRate');
  t.same(rows[1], '1,1,0.01');
  t.equal(rows.length, 10);
  const saved = await exp(folder, [...schedule, '--csv', '--out', 'rates.csv']);
  t.equal(readText(folder, 'rates.csv'), `${saved.stdout}\n`, 'a file beside what is printed');
  const json = await exp(folder, [...schedule, '--json', '--out', 'rates.svg']);
  t.match(readText(folder, 'rates.svg'), /^<svg[\s\S]*<title>tiny: linear, adam at 0\.01<\/title>[\s\S]*<\/svg>\n$/);
  t.match(JSON.parse(json.stdout), {schedule: 'linear', numSteps: 9, points: [{step: 1, learningRate: 0.01}]});
});

t.test('errors are for people', async (t) => {
  const folder = withTinySpec(t.testdir({}));
  const {exitCode, stderr} = await exp(folder, ['show-schedule', 'tiny.yaml', 'training.schedule=StepLR']);
  t.equal(exitCode, 2);
  t.match(stderr, /there is no schedule `StepLR`[\s\S]*did you mean `step`\?/);
  const both = await exp(folder, [...schedule, '--csv', '--json']);
  t.equal(both.exitCode, 2);
  const png = await exp(folder, [...schedule, '--out', 'rates.png']);
  t.equal(png.exitCode, 2);
  t.equal(png.stderr, 'error: --out rates.png: a curve is written as .svg or .csv\nhint:  name the file rates.svg');
  const nowhere = await exp(folder, [...schedule, '--out', 'no/such/rates.svg']);
  t.match(nowhere.stderr, /no\/such\/rates\.svg cannot be written/);
});
