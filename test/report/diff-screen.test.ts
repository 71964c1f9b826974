import t from 'tap';
import type {RunDiff} from '../../src/comparison/diff.js';
import {diffScreen} from '../../src/report/diff-screen.js';
import {createStyle} from '../../src/report/style.js';
import {widthOf} from '../../src/report/text.js';

const style = createStyle(false);
const run = (id: string) => ({id, path: `runs/${id}`, state: 'finished', warnings: []}) as const;
const alike: RunDiff = {
  a: run('one'),
  b: run('two'),
  spec: [],
  metrics: [],
  sameMetrics: ['last loss'],
  facts: {outcome: [], data: [], versions: [], environment: [], git: undefined},
};

t.test('runs that are alike', async (t) => {
  t.equal(
    diffScreen(alike, {style, width: 80}),
    'A  one  finished\nB  two  finished\n\n' +
      'the same in both: spec, metrics, outcome, data, versions, environment\nnot recorded in both: git\n',
  );
});

const different: RunDiff = {
  ...alike,
  spec: [
    {
      key: 'training.epochs',
      a: {value: 5, origin: {kind: 'file', file: 'x.yaml', line: 4}},
      b: {value: 6, origin: {kind: 'override', text: 'training.epochs=6'}},
    },
    {key: 'model.layers.2', b: {value: {type: 'dropout', rate: 0.2}, origin: {kind: 'default'}}},
    {key: 'model.layers.2.units', keyInB: 'model.layers.3.units', a: {value: 1}, b: {value: 2}},
  ],
  metrics: [
    {moment: 'best', metric: 'val_loss', a: 0.5, b: 0.25, delta: -0.25, goal: 'minimize'},
    {moment: 'last', metric: 'accuracy', a: 0.5, b: 0.25, delta: -0.25, goal: 'maximize'},
    {moment: 'test', metric: 'test_loss', a: undefined, b: Number.NaN, goal: 'minimize'},
  ],
  facts: {...alike.facts, data: [{key: 'numTrain', a: 10, b: undefined}]},
};

t.test('differences with where values came from and what they mean', async (t) => {
  const screen = diffScreen(different, {style, width: 80});
  t.match(screen, '  training.epochs\n    A  5  (x.yaml:4)\n    B  6  (override training.epochs=6)\n');
  t.match(screen, '  model.layers.2\n    A  none\n    B  {"type":"dropout","rate":0.2}  (default)\n');
  t.match(screen, '  model.layers.2.units  (in B: model.layers.3.units)\n');
  t.match(screen, /best val_loss +0\.5000 +0\.2500 +-0\.2500 +B is better\n/);
  t.match(screen, /last accuracy +0\.5000 +0\.2500 +-0\.2500 +A is better\n/);
  t.match(screen, /test_loss +none +NaN\n/);
  t.match(screen, 'data\n  numTrain\n    A  10\n    B  none\n');
  t.match(screen, 'the same in both: outcome, versions, environment, last loss\n');
});

t.test('fits narrow terminals, and shows hostile text as text', async (t) => {
  const evil = `\u001b[2J\u202e${'x'.repeat(5000)}`;
  const hostile: RunDiff = {
    ...different,
    a: run(evil),
    spec: [{key: evil, a: {value: evil}, b: {value: {[evil]: evil}, origin: {kind: 'override', text: evil}}}],
    facts: {...alike.facts, environment: [{key: evil, a: evil, b: 1e308}]},
  };
  for (const diff of [different, hostile]) {
    for (const width of [20, 40, 120]) {
      const screen = diffScreen(diff, {style, width});
      t.notMatch(screen, /(?!\n)[\p{Cc}\u202E]/u);
      t.ok(screen.length < 8000);
      if (width >= 40) for (const line of screen.split('\n')) t.ok(widthOf(line) <= width, `${width}: ${line}`);
    }
  }
});
