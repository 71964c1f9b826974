import {readdirSync} from 'node:fs';
import path from 'node:path';
import {InferenceSession} from 'onnxruntime-node';
import t from 'tap';
import {loadExperiment} from '../../src/experiment/load.js';
import {runExperiment} from '../../src/experiment/run.js';

const text = `
name: graphs
data:
  source: {type: synthetic, pattern: blobs, numExamples: 8, numClasses: 2}
  transforms: [{type: reshape, shape: [2, 1, 1]}]
model:
  layers:
    - {type: conv2d, filters: 2, kernelSize: [2, 1], padding: same, activation: relu}
    - {type: maxPooling2d, poolSize: [2, 1]}
    - {type: flatten}
    - {type: dense, units: 2}
training: {epochs: 1, batchSize: 4, loss: softmaxCrossEntropy, optimizer: adam}
`;

t.test('both graphs of a step load in ONNX Runtime, with the same inputs and outputs', async (t) => {
  const runsDir = t.testdir();
  const loaded = await loadExperiment({text, path: 'graphs.yaml'});
  const ending = await runExperiment(loaded, {runsDir, dumpGraph: true});
  const folder = path.join(runsDir, readdirSync(runsDir)[0]!, 'graph');
  t.strictSame(readdirSync(folder).sort(), ['optimized.onnx', 'recorded.onnx']);
  t.equal(ending.state, 'finished');
  const [optimized, recorded] = await Promise.all(
    ['optimized', 'recorded'].map((name) => InferenceSession.create(path.join(folder, `${name}.onnx`))),
  );
  t.strictSame(optimized!.inputNames, recorded!.inputNames);
  t.strictSame(optimized!.outputNames, recorded!.outputNames);
  t.ok(recorded!.inputNames.includes('conv2d/kernel'));
  t.ok(recorded!.outputNames.includes('gradient:conv2d/kernel'));
});

t.test('without the flag there is no such folder; the eager engine says that it has no graph', async (t) => {
  const runsDir = t.testdir();
  await runExperiment(await loadExperiment({text, path: 'graphs.yaml'}), {runsDir});
  const loaded = await loadExperiment(
    {text, path: 'graphs.yaml'},
    {overrides: ['engine=eager', 'device=cpu', 'name=eager']},
  );
  const warnings: string[] = [];
  const {silentReporter} = await import('../../src/report/reporter.js');
  await runExperiment(loaded, {
    runsDir,
    dumpGraph: true,
    reporter: {...silentReporter, warn: (text) => void warnings.push(text)},
  });
  t.strictSame(warnings, ['there is no graph to dump: the eager engine records none']);
  for (const run of readdirSync(runsDir)) t.notOk(readdirSync(path.join(runsDir, run)).includes('graph'), run);
});
