import t from 'tap';
import {jsonForHtml, pageDocument} from '../../../src/report/html/document.js';
import {matrixOf} from '../../../src/report/page/confusion-matrix.js';
import {curveOf, metricsOf} from '../../../src/report/page/curve-data.js';
import type {Overview, PageData, RowData, RunData} from '../../../src/report/page/data.js';
import {parseFilter, sortRows} from '../../../src/report/page/filter.js';
import {pack, unpack} from '../../../src/report/page/pack.js';
import {yamlOf} from '../../../src/report/page/yaml-text.js';

const columns: Overview['columns'] = [
  {title: 'learningRate', name: 'training.optimizer.learningRate', kind: 'setting'},
  {title: 'val_accuracy', name: 'val_accuracy', goal: 'maximize', kind: 'metric'},
];
const row = (label: string, ...values: (number | string | null)[]): RowData => ({
  label,
  name: label,
  state: 'finished',
  runs: [label],
  cells: values.map((value) => ({text: String(value), value})),
});
const rows = [row('a', 0.1, 0.9), row('b', 0.01, 'NaN'), row('c', 'adam', 0.95), row('d', null, null)];
const labels = (list: readonly RowData[]): string => list.map(({label}) => label).join('');
const filtered = (text: string): string => labels(rows.filter(parseFilter(text, {columns})));

t.test('a filter of words and comparisons', async (t) => {
  t.equal(filtered(''), 'abcd');
  t.equal(filtered('  ADAM '), 'c');
  t.equal(filtered('val_accuracy>0.9'), 'c');
  t.equal(filtered('val_accuracy>=0.9'), 'ac');
  t.equal(filtered('learningrate=0.1'), 'a');
  t.equal(filtered('optimizer.learning<1 val_acc<=0.9'), 'a', 'any part of the name, and both have to hold');
  t.equal(filtered('learningRate!=adam'), 'abd');
  t.equal(filtered('>'), '', 'a word like any other');
  t.equal(filtered('nothing>1'), '');
});

t.test('an order: numbers, texts, and what has no number last, both ways', async (t) => {
  t.equal(labels(sortRows(rows, {by: 1, isDescending: true})), 'cabd');
  t.equal(labels(sortRows(rows, {by: 1, isDescending: false})), 'acbd');
  t.equal(labels(sortRows(rows, {by: 0, isDescending: false})), 'bacd');
  t.equal(labels(sortRows(rows, {by: 'run', isDescending: true})), 'dcba');
  t.equal(labels(rows), 'abcd', 'the rows stay as they are');
});

const series = (entries: RunData['epochs']['columns']): RunData['epochs'] => ({
  columns: entries,
  length: Object.values(entries)[0]?.length ?? 0,
  every: 1,
});
const run = (id: string, loss: readonly (number | null)[], rest: Partial<RunData> = {}): RunData => ({
  ...{id, name: id, path: id, state: 'finished', warnings: [], facts: [], values: [], texts: [], settings: []},
  ...{tables: [], tablesLeftOut: []},
  epochs: series({
    epoch: loss.map((_, index) => index + 1),
    step: loss.map((_, index) => 10 * (index + 1)),
    learningRate: loss.map(() => 0.1),
    val_loss: loss,
  }),
  steps: series({}),
  ...rest,
});

t.test('a curve is the mean over seeds, epoch by epoch', async (t) => {
  const runs = [run('a', [3, 2, null]), run('b', [5, 4])];
  const points = curveOf(runs, 'val_loss', {x: 'step', smooth: 0});
  t.same(
    points.map(({x, value}) => [x, value]),
    [
      [10, 4],
      [20, 3],
      [30, Number.NaN],
    ],
  );
  t.equal(points[0]!.std, Math.SQRT2);
  t.same(metricsOf(runs), ['loss'], 'a learning rate that stays is no metric');
  t.same(curveOf(runs, 'val_loss', {x: 'time', smooth: 0}), [], 'without times');
  // m1 = 3; m2 = (0.5 · 3 · 0.5 + 0.5 · 2) / (1 − 0.25) = 7/3
  t.same(curveOf([runs[0]!], 'val_loss', {x: 'epoch', smooth: 0.5})[1]!.value, 7 / 3);
});

t.test('what runs have in common is written once, and nothing is lost', async (t) => {
  const shared = {layers: [{units: 3}], seed: 1};
  const data: PageData = {
    ...{mode: 'report', title: 't', createdAt: '', version: '0', overview: {columns, rows, notes: [], settings: []}},
    runs: [run('a', [1], {spec: shared}), run('b', [1], {spec: {...shared, seed: 2}, plan: {n: 1}}), run('c', [1])],
  };
  const packed = pack(data);
  t.same(packed.pool, [[{units: 3}], 1, 2], 'a member of a spec has one place, and so has an equal one of a plan');
  t.same(unpack(JSON.parse(JSON.stringify(packed))), data);
});

t.test('data inside a document cannot end their element', async (t) => {
  const text = '</script><!--<script>&\u2028\u2029';
  const json = jsonForHtml({[text]: text});
  t.notMatch(json, /[<>&\u2028\u2029]/);
  t.same(JSON.parse(json), {[text]: text});
  const {html, policy} = pageDocument({data: undefined, title: '<b>"&'}, {script: 'a()', style: 'b{}'}, false);
  t.match(html, '<title>&lt;b&gt;&quot;&amp;</title>');
  // printf 'a()' | openssl dgst -sha256 -binary | base64
  t.match(policy, "script-src 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='");
  t.notMatch(policy, 'connect-src');
});

t.test('matrices of the same classes add up; others are no matrices', async (t) => {
  const table = (counts: readonly (readonly string[])[], names = ['x', 'y']) => ({
    ...{name: 'confusion-matrix', split: 'test', header: ['', ...names]},
    rows: counts.map((list, index) => [names[index]!, ...list]),
  });
  const [one, two] = [
    table([
      ['1', '2'],
      ['0', '3'],
    ]),
    table([
      ['5', '0'],
      ['1', '1'],
    ]),
  ];
  t.same(matrixOf([one, two])?.counts, [
    [6, 2],
    [1, 4],
  ]);
  t.equal(
    matrixOf([
      one,
      table(
        [
          ['1', '2'],
          ['0', '3'],
        ],
        ['x', 'z'],
      ),
    ]),
    undefined,
  );
  t.equal(
    matrixOf([
      table([
        ['a', '2'],
        ['0', '3'],
      ]),
    ]),
    undefined,
  );
});

t.test('a spec as YAML, for reading', async (t) => {
  const spec = {
    name: 'a b',
    on: 'yes',
    seed: 1,
    layers: [{type: 'dense', units: 3}, {type: 'x'}],
    tags: ['1', 'c'],
    empty: {},
  };
  t.equal(
    yamlOf(spec),
    'name: a b\n"on": "yes"\nseed: 1\nlayers:\n  - type: dense\n    units: 3\n  - type: x\ntags: ["1", c]\nempty: {}',
  );
});
