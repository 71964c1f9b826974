import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {augmentations} from '../../src/data/augment/index.js';
import {sources} from '../../src/data/sources/index.js';
import {transforms} from '../../src/data/transforms/index.js';

const root = path.resolve(import.meta.dirname, '../..');
const exp = (...args: string[]) =>
  execa(process.execPath, ['bin/exp.js', 'datasets', ...args], {cwd: root, reject: false, env: {NO_COLOR: '1'}});

t.test('lists every source, transform and augmentation', async (t) => {
  for (const [flags, registry] of [
    [[], sources],
    [['--transforms'], transforms],
    [['--augmentations'], augmentations],
  ] as const) {
    const {stdout, stderr, exitCode} = await exp(...flags);
    t.equal(exitCode, 0);
    t.equal(stderr, '');
    const names = stdout.split('\n').flatMap((line) => /^(\w+) {2}/.exec(line)?.[1] ?? []);
    t.strictSame(names, Object.keys(registry));
    const {stdout: json} = await exp('--json', ...flags);
    t.strictSame(
      (JSON.parse(json) as {type: string}[]).map(({type}) => type),
      Object.keys(registry),
    );
  }
});

t.test('documents one source with its arguments', async (t) => {
  const {stdout, exitCode} = await exp('iris');
  t.equal(exitCode, 0);
  t.equal(
    stdout,
    `iris  Iris flowers: 150 rows of 4 lengths in cm, 3 species. Comes with exp.

  inputs   [4]: sepal length, sepal width, petal length, petal width (cm)
  targets  3 classes, 50 rows each: setosa, versicolor, virginica
  origin   Fisher 1936, public domain; the numbers of the paper, as in R and
           scikit-learn

  testFraction  number in (0, 1)  default 0.2
      Part of the rows that becomes the test set, the same part of each species.
  splitSeed  integer ≥ 0  default 0
      Decides which rows are test rows; not the seed of the experiment, so that
      all seeds meet the same test set.

  example
    data:
      source: {type: iris}
      transforms: [{type: normalize, fit: train}]`,
  );
});

t.test('a misspelt name', async (t) => {
  const {stderr, exitCode} = await exp('minst');
  t.equal(exitCode, 2);
  t.equal(stderr, 'error: there is no data source `minst`\nhint:  did you mean `mnist`?');
});
