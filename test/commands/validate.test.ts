import {execa} from 'execa';
import t from 'tap';

/** The built command line, as users run it. */
const exp = (...words: string[]) => execa('node', ['bin/exp.js', ...words], {reject: false, env: {NO_COLOR: '1'}});

t.test('valid specs: a line each, a sum, exit 0', async (t) => {
  const {stdout, stderr, exitCode} = await exp('validate', 'experiments/1-xor.yaml', 'experiments/mnist-cnn.yaml');
  t.equal(exitCode, 0);
  t.equal(stderr, '');
  t.same(stdout.split('\n'), [
    '✓ experiments/1-xor.yaml: 42 parameters, 4 training examples',
    '✓ experiments/mnist-cnn.yaml: 3,199,106 parameters, 60,000 training examples',
    '2 specs, all valid',
  ]);
});

t.test('bad specs: every mistake of every file, exit 2', async (t) => {
  const {stdout, exitCode} = await exp(
    ...['validate', 'test/spec/bad/key-wrong-level.yaml', 'experiments/1-xor.yaml', 'experiments/none.yaml'],
  );
  t.equal(exitCode, 2);
  t.match(stdout, 'key-wrong-level.yaml:15:1  unknown key `epochs`');
  t.match(stdout, 'key-wrong-level.yaml:16:1  unknown key `learningRate`');
  t.match(stdout, '✓ experiments/1-xor.yaml');
  t.match(stdout, '✗ experiments/none.yaml does not exist');
  t.match(stdout, /3 specs, 2 with mistakes$/);
});

t.test('--json gives programs the same', async (t) => {
  const {stdout, exitCode} = await exp('validate', '--json', 'experiments/1-xor.yaml', 'training.batchSize=5');
  t.equal(exitCode, 2);
  const {valid, specs} = JSON.parse(stdout);
  t.equal(valid, false);
  t.match(specs[0].diagnostics, [
    {file: '<override>', line: 1, col: 20, path: 'training.batchSize', hint: 'write 4 or less'},
  ]);
});
