import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {parse} from 'csv-parse/sync';
import {execa} from 'execa';
import t, {type Test} from 'tap';

const root = path.resolve(import.meta.dirname, '..');
const experiments = readdirSync(path.join(root, 'experiments')).filter((name) => name.endsWith('.yaml'));
const exp = (...args: readonly string[]) =>
  execa(process.execPath, ['bin/exp.js', ...args], {cwd: root, reject: false, env: {NO_COLOR: '1'}});

/** Trains a lesson through the command line into a folder of its own and reads what it left there. */
async function train(t: Test, spec: string, ...overrides: readonly string[]) {
  const runsDir = t.testdir({});
  const {exitCode, stderr} = await exp('run', `experiments/${spec}`, ...overrides, '--quiet', '--runs-dir', runsDir);
  t.equal(exitCode, 0, stderr);
  const [folder] = readdirSync(runsDir);
  const read = (name: string): string => readFileSync(path.join(runsDir, folder!, name), 'utf8');
  const epochs: Record<string, string>[] = parse(read('metrics.csv'), {columns: true});
  return {epochs, summary: JSON.parse(read('summary.json'))};
}

t.before(async () => {
  // Lesson 5 says so in its first lines: its images have to be written before anything reads them.
  await execa(process.execPath, ['experiments/data/write-digits.js'], {cwd: root});
});

t.test('every experiment is valid and names the schema that editors read', async (t) => {
  t.ok(experiments.length >= 12);
  const {exitCode, stdout, stderr} = await exp('validate', ...experiments.map((name) => `experiments/${name}`));
  t.equal(exitCode, 0, `${stdout}${stderr}`);
  for (const name of experiments) {
    const [firstLine] = readFileSync(path.join(root, 'experiments', name), 'utf8').split('\n');
    t.equal(firstLine, '# yaml-language-server: $schema=../schemas/experiment.schema.json', name);
  }
});

t.test('mnist-cnn is the network of the lesson', async (t) => {
  const {exitCode, stdout} = await exp('run', 'experiments/mnist-cnn.yaml', '--dry-run');
  t.equal(exitCode, 0);
  // 5·5·1·32+32 + 5·5·32·64+64 + 7·7·64·1000+1000 + 1000·10+10
  t.match(stdout, /3,199,106/);
});

t.test('1-xor learns its four points', async (t) => {
  const {epochs} = await train(t, '1-xor.yaml');
  t.equal(epochs.length, 200);
  t.equal(Number(epochs.at(-1)!.accuracy), 1);
});

t.test('2-iris-mlp tells the species apart', async (t) => {
  const {epochs, summary} = await train(t, '2-iris-mlp.yaml');
  t.equal(epochs.length, 100);
  t.ok(Number(epochs.at(-1)!.accuracy) >= 0.95, 'training accuracy');
  t.equal(Object.keys(epochs[0]!).includes('val_accuracy'), true);
  t.ok(summary.metrics.test.test_accuracy >= 0.9, 'test accuracy');
});

t.test('11-cars-two-outputs learns a number and a class', async (t) => {
  const {epochs, summary} = await train(t, '11-cars-two-outputs.yaml', 'training.epochs=60');
  const {test} = summary.metrics;
  t.ok(
    test.test_mpg_meanAbsoluteError < 3.5,
    `off by ${test.test_mpg_meanAbsoluteError}; the mean of all cars is off by 6.5`,
  );
  t.ok(test.test_origin_accuracy > 0.65, `${test.test_origin_accuracy} are right; 63 % are from the USA`);
  for (const {loss, mpg_loss: mpg, origin_loss: origin} of epochs) {
    t.ok(
      Math.abs(Number(loss) - Number(mpg) - 5 * Number(origin)) < 1e-5 * Number(loss),
      'the loss is the weighted sum',
    );
  }
});

t.test('12-digits-autoencoder gives images back better than the mean image does', async (t) => {
  const {summary} = await train(
    t,
    '12-digits-autoencoder.yaml',
    'training.epochs=1',
    'data.limit={train: 12000, test: 2000}',
  );
  // The mean training image leaves an error of 0.0673 on the test images.
  t.ok(summary.metrics.test.test_loss < 0.05, `${summary.metrics.test.test_loss}`);
});

t.test('mnist-quick reaches 95 % on the test images', async (t) => {
  const {epochs, summary} = await train(t, 'mnist-quick.yaml');
  t.equal(epochs.length, 1);
  t.ok(summary.metrics.test.test_accuracy >= 0.95, String(summary.metrics.test.test_accuracy));
});

t.test('5-image-folder learns from a thousand images', async (t) => {
  const {summary} = await train(t, '5-image-folder.yaml', 'training.epochs=8');
  t.ok(summary.metrics.test.test_accuracy >= 0.8, String(summary.metrics.test.test_accuracy));
});

t.test('6-penguins-table fills gaps and tells the species apart', async (t) => {
  const {summary} = await train(t, '6-penguins-table.yaml');
  t.ok(summary.metrics.test.test_accuracy >= 0.95, String(summary.metrics.test.test_accuracy));
});

t.test('7-cars-regression explains most of the variance', async (t) => {
  const {epochs, summary} = await train(t, '7-cars-regression.yaml');
  t.ok(epochs.length < 150, 'it stops by itself');
  t.ok(summary.metrics.test.test_r2 >= 0.83, String(summary.metrics.test.test_r2));
});

t.test('8-cars-two-inputs uses numbers and words', async (t) => {
  const {summary} = await train(t, '8-cars-two-inputs.yaml');
  t.ok(summary.metrics.test.test_accuracy >= 0.9, String(summary.metrics.test.test_accuracy));
});

t.test('9-authors-lstm does better than guessing with a third of the lines', async (t) => {
  const {summary} = await train(t, '9-authors-lstm.yaml', 'data.limit.train=1200', 'training.epochs=2');
  t.ok(summary.metrics.test.test_accuracy >= 0.6, String(summary.metrics.test.test_accuracy));
});

t.test('10-alice-transformer learns which letters are frequent from a few windows', async (t) => {
  const overrides = ['data.limit.train=320', 'data.limit.test=32', 'training.epochs=3'];
  const {summary} = await train(t, '10-alice-transformer.yaml', ...overrides);
  // ln 74 is the loss of guessing; a table of the letters' frequencies has 3.16
  t.ok(summary.metrics.test.test_loss <= 3.4, String(summary.metrics.test.test_loss));
});

t.test('transfer: what the digits 0 to 4 have taught helps with 5 to 9', async (t) => {
  const runsDir = t.testdir({});
  const run = async (spec: string, ...overrides: readonly string[]) => {
    const {exitCode, stderr} = await exp(
      'run',
      `experiments/transfer/${spec}`,
      ...overrides,
      '-q',
      '--runs-dir',
      runsDir,
    );
    t.equal(exitCode, 0, stderr);
    const [folder] = readdirSync(runsDir).filter((name) => name.startsWith(spec.slice(2, -5)));
    const read = (name: string) => JSON.parse(readFileSync(path.join(runsDir, folder!, name), 'utf8'));
    return {folder, plan: read('plan.json'), accuracy: read('summary.json').metrics.test.test_accuracy};
  };
  const first = await run('1-digits-0-4.yaml', 'data.limit.train=6000');
  const second = await run('2-digits-5-9.yaml', 'training.epochs=15');
  t.equal(second.plan.init.run, first.folder);
  t.same(second.plan.layers.filter((layer: {isFrozen?: boolean}) => layer.isFrozen).length, 2);
  t.ok(second.accuracy >= 0.85, String(second.accuracy));
  const {exitCode, stdout} = await exp('validate', 'experiments/transfer/2-digits-5-9.yaml', '--runs-dir', runsDir);
  t.equal(exitCode, 0, stdout);
});

for (const spec of ['3-mnist-mlp.yaml', '4-resnet20-blocks.yaml', 'mnist-cnn.yaml']) {
  t.test(`${spec} runs for two batches`, async (t) => {
    const {exitCode, stderr} = await exp('run', `experiments/${spec}`, '--smoke', '--quiet');
    t.equal(exitCode, 0, stderr);
  });
}
