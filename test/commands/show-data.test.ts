import {existsSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {exp, withTinySpec} from './cli.js';

const mnist = path.resolve(import.meta.dirname, '../../experiments/mnist-quick.yaml');

t.test('draws what a spec trains on', async (t) => {
  const folder = t.testdir({});
  const {exitCode, stdout, stderr} = await exp(folder, [
    'show-data',
    mnist,
    'data.augment=[{type: zoom}]',
    '--examples',
    '4',
  ]);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  t.equal(stdout, 'data.png: 4 examples, each as stored and in 7 epochs, 726 × 410 pixels');
  t.ok(existsSync(path.join(folder, 'data.png')));
  const json = await exp(folder, ['show-data', mnist, '--examples', '4', '--out', 'other.png', '--json']);
  t.strictSame(JSON.parse(json.stdout), {path: 'other.png', width: 366, height: 107, numExamples: 4, numEpochs: 0});
});

t.test('errors are for people', async (t) => {
  const folder = withTinySpec(t.testdir({}));
  const plain = await exp(folder, ['show-data', 'tiny.yaml']);
  t.equal(plain.exitCode, 2);
  t.equal(
    plain.stderr,
    'error: exp show-data draws pictures [height, width, 1 or 3]; this source gives examples of shape [2]',
  );
  const wrong = await exp(folder, ['show-data', 'tiny.yaml', 'data.augment=[{type: rotat}]']);
  t.equal(wrong.exitCode, 2);
  t.match(wrong.stderr, /did you mean `rotate`\?/);
});
