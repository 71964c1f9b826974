import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import t from 'tap';
import {loadExperiment} from '../../src/experiment/load.js';
import {predictRun} from '../../src/experiment/predict-run.js';
import {runExperiment} from '../../src/experiment/run.js';
import {readRun} from '../../src/runs/run.js';

/** Names of what every object inherits. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'];

/** Nothing that a spec or a file holds may reach what all objects share. */
function isUnpolluted(t: Pick<Tap, 'strictSame' | 'equal'>): void {
  t.strictSame(Object.keys(Object.prototype), []);
  t.equal(({} as {polluted?: unknown}).polluted, undefined);
  t.equal(Object.getPrototypeOf({}), Object.prototype);
}

const rows = Array.from({length: 60}, (_, i) => inherited.map((_, column) => ((i * 7 + column * 3) % 10) / 10));
/** Two classes, called as badly as the columns. */
const classes = rows.map((row) => (row[0]! + row[1]! > 0.9 ? '__proto__' : 'constructor'));

const specOf = (source: string): string => `name: names
data:
  source: ${source}
  validation: {fraction: 0.2}
model: {layers: [{type: dense, units: 2, name: constructor}]}
training: {epochs: 2, batchSize: 8, loss: softmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.1}, metrics: [accuracy, confusionMatrix, {type: precision, average: none}]}
checkpoint: {monitor: val_accuracy}
`;

async function trainAndPredict(t: Tap, source: string, files: Record<string, string>, input: string): Promise<string> {
  const folder = path.join(t.testdir({}), 'experiment');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(folder, 'spec.yaml'), specOf(source));
  const runsDir = path.join(folder, 'runs');
  const ending = await runExperiment(await loadExperiment({path: path.join(folder, 'spec.yaml')}), {runsDir});
  t.equal(ending.state, 'finished');
  const run = readRun(ending.path!);
  t.strictSame(run.warnings, []);
  t.equal(run.metrics().length, 2);
  const stdout = new PassThrough();
  const warn = (message: string): void => void t.fail(message);
  await predictRun({run: ending.path!, runsDir, input: path.join(folder, input), stdout, warn});
  t.match(
    readFileSync(path.join(ending.path!, 'confusion-matrix.validation.csv'), 'utf8'),
    /__proto__.*\n|constructor/,
  );
  isUnpolluted(t);
  return String(stdout.read());
}

type Tap = Pick<typeof t, 'testdir' | 'equal' | 'strictSame' | 'match' | 'fail'>;

t.test('columns and classes of a CSV file', async (t) => {
  const header = inherited.join(',');
  const csv = `${header},y\n${rows.map((row, i) => [...row, classes[i]].join(',')).join('\n')}\n`;
  const output = await trainAndPredict(
    t,
    '{type: csv, path: t.csv, target: y}',
    {'t.csv': csv, 'new.csv': csv},
    'new.csv',
  );
  t.match(output, /^row,class,probability,probability___proto__,probability_constructor\n0,(__proto__|constructor),/);
});

t.test('keys and classes of JSON lines; what an object inherits is no value', async (t) => {
  const line = (row: readonly number[], y: string | undefined): string =>
    `{${row.map((value, i) => `${JSON.stringify(inherited[i])}: ${value}`).join(', ')}, "y": ${JSON.stringify(y)}}`;
  const jsonl = rows.map((row, i) => line(row, classes[i])).join('\n');
  const output = await trainAndPredict(
    t,
    '{type: jsonl, path: t.jsonl, target: y}',
    {'t.jsonl': jsonl, 'new.jsonl': jsonl},
    'new.jsonl',
  );
  t.match(output, /^row,class,probability,probability___proto__,probability_constructor\n/);

  const folder = t.testdir({
    't.jsonl': `${jsonl}\n{"y": "constructor"}\n`,
    'spec.yaml': specOf('{type: jsonl, path: t.jsonl, target: y}'),
  });
  await t.rejects(loadExperiment({path: path.join(folder, 'spec.yaml')}), /t\.jsonl:61 column "__proto__" is missing/);
});

t.test('keys of the spec', async (t) => {
  const base = specOf('{type: iris}').replace('units: 2', 'units: 3');
  const load = (text: string, overrides: string[] = []) => loadExperiment({path: 'x.yaml', text}, {overrides});
  for (const key of inherited) {
    await t.rejects(load(`${base}${key}: {polluted: 1}\n`), new RegExp(`unknown key \`${key}\``), key);
    await t.rejects(load(base, [`${key}.polluted=1`]), new RegExp(`unknown key \`${key}\``), `${key} as an override`);
    await t.rejects(load(base, [`training.${key}.polluted=1`]), new RegExp(`unknown key \`${key}\``));
    await t.rejects(load(base, [`training.optimizer.type=${key}`]), new RegExp(`there is no optimizer \`${key}\``));
    await t.rejects(load(base, [`training.metrics=[${key}]`]), new RegExp(`there is no metric \`${key}\``));
    await t.rejects(load(base, [`model.layers.0.type=${key}`]), new RegExp(`there is no layer \`${key}\``));
    await t.rejects(load(base, [`data.source.type=${key}`]), new RegExp(`there is no source \`${key}\``));
    await t.rejects(load(base, [`device=${key}`]), /device must be/);
    await t.rejects(load(base, [`training.batchSize=\${${key}}`]), /names a key that this spec does not set/);
    await t.rejects(load(base, [`training.batchSize=\${training.${key}}`]), /names a key that this spec does not set/);
    await t.rejects(load(base, [`training.batchSize=\${env:${key}}`]), /environment variable \S+ is not set/);
    await t.rejects(load(base, [`training.earlyStopping={monitor: ${key}}`]), /monitor/);
    await t.rejects(load(base, [`training.outputs={${key}x: {loss: hinge}}`]), /no layer has that name/);
  }
  const blocks = `model:\n  blocks: {constructor: {parameters: {toString: 3}, layers: [{type: dense, units: "\${toString}"}]}}\n  layers: [{block: constructor, toString: 3}]\n`;
  const loaded = await load(base.replace(/model: .*\n/, blocks));
  t.equal(loaded.spec.model.layers.length, 1);
  isUnpolluted(t);
});
