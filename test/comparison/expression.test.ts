import t from 'tap';
import type {Value} from '../../src/comparison/compared-run.js';
import {evaluate, parseExpression} from '../../src/comparison/expression.js';

const values: Readonly<Record<string, Value>> = {
  'training.batchSize': 64,
  val_accuracy: 0.98,
  'max val_accuracy': 0.99,
  'val_loss@5': 0.2,
  state: 'finished',
  'model.layers.0.useBias': true,
  'model.layers.0.units': 8,
};
const baseline: Readonly<Record<string, Value>> = {val_accuracy: 0.985, val_loss: 0.3};
const told = (source: string): Value | undefined =>
  evaluate(parseExpression(source, '--where'), {
    read: ({text, name}) => values[text] ?? values[name],
    ofBaseline: ({name}) => baseline[name],
  });

t.test('conditions', async (t) => {
  const cases: Readonly<Record<string, Value | undefined>> = {
    'training.batchSize == 64 && val_accuracy > 0.97': true,
    'training.batchSize == 64 && val_accuracy > 0.98': false,
    'val_accuracy >= .98 || nothing > 1': true,
    '!(state == "finished")': false,
    "state != 'failed'": true,
    'max val_accuracy > val_accuracy': true,
    'val_loss@5 * 2 + 1 == 1.4': true,
    '1 + 2 * 3 == 7': true,
    '(1 + 2) * 3 == 9': true,
    '8 / 4 / 2 == 1': true,
    '10 - 4 - 3 == 3': true,
    '-val_accuracy < -0.5': true,
    '1e-3 < 2E-3': true,
    'model.layers[0].useBias': true,
    'model.layers[0].units == 8 && model.layers[0].useBias == true': true,
    'true && !false': true,
    '1 == 1 || x && x': true,
    'val_accuracy < baseline - 0.004': true,
    'val_accuracy < baseline - 0.006': false,
    'baseline - val_accuracy > 0.004': true,
    'val_accuracy / baseline < 1': true,
    'baseline.val_loss > 0.2': true,
  };
  for (const [source, expected] of Object.entries(cases)) t.equal(told(source), expected, source);
});

t.test('contains looks into texts and lists', async (t) => {
  const facts: Readonly<Record<string, Value>> = {
    tags: '["good","needs review","v1"]',
    note: 'Loss SPIKES at epoch 3',
    'training.metrics': '["accuracy","f1"]',
    'data.shape': '[28,28]',
    name: '[draft] net',
    rate: 0.125,
  };
  const holds = (source: string): Value | undefined =>
    evaluate(parseExpression(source, '--where'), {read: ({name}) => facts[name]});
  const cases: Readonly<Record<string, boolean>> = {
    'tags contains "good"': true,
    'tags contains "goo"': false,
    'tags contains "GOOD"': false,
    'tags contains "needs review" && note contains "spikes"': true,
    '!(tags contains "bad")': true,
    'note contains "epoch 3" || 1 > 2': true,
    'note contains "["': false,
    'training.metrics contains "f1"': true,
    'data.shape contains 28': true,
    'name contains "DRAFT"': true,
    'rate contains 12': true,
    'nothing contains "x"': false,
    '!(nothing contains "x")': true,
  };
  for (const [source, expected] of Object.entries(cases)) t.equal(holds(source), expected, source);
  t.throws(() => holds('tags contains'), {message: /expected a value; got the end/});
  t.throws(() => holds('contains "x"'), {message: /expected a value; got "contains"/});
  t.throws(() => holds('tags contains "a" contains "b"'), {message: /expected && or \|\| between two comparisons/});
  t.equal(evaluate(parseExpression('containsMore', '--where'), {read: ({name}) => name}), 'containsMore');
});

t.test('what is missing makes a comparison false, whichever way round, and never true', async (t) => {
  for (const source of ['no > 1', 'no < 1', 'no == 1', 'no != 1', 'no + 1 > 0', '"a" < "b"', 'state > 1']) {
    t.equal(told(source), false, source);
  }
});

t.test('mistakes are told with their place', async (t) => {
  const cases: readonly (readonly [source: string, at: number, what: string])[] = [
    ['val_accuracy >', 15, 'expected a value; got the end'],
    ['(a > 1', 7, 'expected ")"; got the end'],
    ['a > 1 b', 7, 'expected an operator or the end; got "b"'],
    ['a = 1', 3, '"=" means nothing here'],
    ['a > 1; process.exit()', 6, '";" means nothing here'],
    ['1 < a < 2', 7, 'expected && or || between two comparisons; got "<"'],
    ['', 1, 'expected a value; got the end'],
    ['a > "b', 5, '"\\"" means nothing here'],
    ['&& a', 1, 'expected a value; got "&&"'],
  ];
  for (const [source, at, what] of cases) {
    const message = `--where, at character ${at}: ${what}\n  ${source}\n  ${' '.repeat(at - 1)}^`;
    t.throws(() => parseExpression(source, '--where'), {code: 'USAGE', message}, source);
  }
});
