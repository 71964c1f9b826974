import {readFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {loadExperiment, type RunOutcome, runExperiment} from '../../src/index.js';

const table = Array.from({length: 48}, (_, i) => {
  const kind = ['red', 'green', 'blue'][i % 3];
  const words = i % 2 ? 'much of it' : 'little of that';
  return [i, kind, words, (i % 5) + (i % 3), i % 2 ? 'yes' : 'no', 2].join(',');
});
const header = 'size,kind,words,price,sold,two';

const spec = ({engine = 'compiled', weight = '', learningRate = 0.1} = {}) => `
name: tables
seed: 3
data:
  source:
    type: csv
    path: table.csv
    targets: {price: price, sold: sold}
    columns:
      size: {type: numeric, scale: standardize}
      kind: {type: categorical, encode: index}
      words: {type: text, tokens: word}
    inputs: {numbers: size, kind: kind, words: words}
    testFraction: 0.25
    ${weight}
  validation: {fraction: 0.25}
model:
  layers:
    - {type: embedding, inputDim: 3, outputDim: 2, inputs: kind}
    - {type: flatten, name: color}
    - {type: embedding, inputDim: 8, outputDim: 2, inputs: words}
    - {type: globalAveragePooling1d, name: meaning}
    - {type: dense, units: 2, inputs: numbers, name: measured}
    - {type: concatenate, inputs: [color, meaning, measured], name: all}
    - {type: dense, units: 2, name: deal}
    - {type: dense, units: 1, name: cost, inputs: all}
training:
  epochs: 3
  batchSize: 8
  outputs:
    deal: {target: sold, loss: sparseSoftmaxCrossEntropy, metrics: [accuracy]}
    cost: {target: price, loss: meanSquaredError, weight: 0.1, metrics: [meanAbsoluteError]}
  optimizer: {type: sgd, learningRate: ${learningRate}}
engine: ${engine}
device: cpu
`;

async function train(t: Test, text: string) {
  const folder = t.testdir({'table.csv': [header, ...table, ''].join('\n')});
  const runsDir = path.join(folder, 'runs');
  const outcome: RunOutcome = await runExperiment(
    await loadExperiment({text, path: path.join(folder, 'spec.yaml')}, {env: {}}),
    {runsDir},
  );
  if (outcome.state !== 'finished') throw new Error(outcome.state);
  const read = (name: string): string => readFileSync(path.join(outcome.path!, name), 'utf8');
  const {final, test} = outcome.summary.metrics;
  const metrics = {...final, ...test} as Readonly<Record<string, number>>;
  return {metrics, resolved: read('resolved.yaml'), plan: JSON.parse(read('plan.json'))};
}

const near = (t: Test, actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>) => {
  t.same(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    t.ok(Math.abs(actual[name]! - value) <= 1e-5 * Math.abs(value), `${name}: ${actual[name]} is ${value}`);
  }
};

t.test('several inputs and targets of a table train alike on both engines', async (t) => {
  const compiled = await train(t, spec());
  const eager = await train(t, spec({engine: 'eager'}));
  t.ok(Object.keys(compiled.metrics).length >= 15, Object.keys(compiled.metrics).join(', '));
  near(t, eager.metrics, compiled.metrics);
});

t.test('the resolved spec is the same experiment; the plan has what was learnt', async (t) => {
  const first = await train(t, spec());
  const again = await train(t, first.resolved);
  t.equal(again.resolved, first.resolved);
  t.same(again.metrics, first.metrics);
  const {fitted} = first.plan;
  t.same(fitted['data.source'].inputs, {numbers: ['size'], kind: ['kind'], words: ['words']});
  t.same(fitted['data.source'].columns.kind.categories, ['blue', 'green', 'red']);
});

t.test('a row of weight 2 counts twice: at half the learning rate only the losses differ', async (t) => {
  const plain = await train(t, spec({learningRate: 0.1}));
  const heavy = await train(t, spec({learningRate: 0.05, weight: 'weight: two'}));
  const doubled = Object.entries(plain.metrics).map(([name, value]) => [name, /loss$/.test(name) ? 2 * value : value]);
  near(t, heavy.metrics, Object.fromEntries(doubled));
});
