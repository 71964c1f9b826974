/**
 * Where the time of a compiled training step goes: ONNX Runtime's own profile of the graph, by operator and by node (a node is named
 * after the layer it comes from), and beside it the optimizer's kernel and the feeding of the batch.
 *
 *   node --import tsx bench/profile-step.ts --spec experiments/mnist-cnn.yaml --batch-size 32 --steps 100
 */
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {availableParallelism, tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {describeMachine} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', default: 'experiments/mnist-cnn.yaml'},
    'batch-size': {type: 'string'},
    steps: {type: 'string', default: '100'},
    threads: {type: 'string'},
    top: {type: 'string', default: '25'},
  },
});
const numSteps = Number(flags.steps);
const overrides = flags['batch-size'] ? [`training.batchSize=${flags['batch-size']}`] : [];
const experiment = await loadExperiment({path: flags.spec}, {overrides});
const {batchSize} = experiment.spec.training;
const {session, dispose} = await prepareExperiment(experiment, console.warn);
const graph = session.stepGraphs?.(batchSize).get('optimized');
if (!graph) throw new Error('the engine compiles no graph');
await dispose();

// The package's own binding, for it can profile.
const require = createRequire(import.meta.url);
const ort = require('onnxruntime-node/dist/binding.js');
const {Tensor} = require('onnxruntime-node');
ort.initOrt();
const native = new ort.binding.InferenceSession();
const folder = mkdtempSync(path.join(tmpdir(), 'exp-profile-'));
native.loadModel(graph.buffer as ArrayBuffer, graph.byteOffset, graph.byteLength, {
  executionProviders: ['cpu'],
  intraOpNumThreads: flags.threads ? Number(flags.threads) : availableParallelism(),
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  enableProfiling: true,
  profileFilePrefix: path.join(folder, 'step'),
});
const bind = (
  metadata: readonly {name: string; isTensor: boolean; shape?: readonly (number | string)[]}[],
  value: number,
) =>
  Object.fromEntries(
    metadata.map(({name, shape = []}) => {
      const dims = shape.map(Number);
      const values = new Float32Array(dims.reduce((product, size) => product * size, 1)).map(
        (_, index) => value * Math.sin(index + 1),
      );
      return [name, new Tensor('float32', name.startsWith('target:') ? values.fill(0) : values, dims)];
    }),
  );
const feeds = bind(native.inputMetadata, 0.05);
const fetches = bind(native.outputMetadata, 0);
const warmup = 10;
const start = {millis: 0};
for (let step = 0; step < warmup + numSteps; step++) {
  if (step === warmup) start.millis = performance.now();
  native.run(feeds, fetches, {logSeverityLevel: 4});
}
const millisPerStep = (performance.now() - start.millis) / numSteps;
native.endProfiling();

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: unknown;
    readonly output_type_shape?: unknown;
  };
}
const file = readdirSync(folder)[0]!;
const events: ProfileEvent[] = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
rmSync(folder, {recursive: true});
const byOperator = new Map<string, {micros: number; calls: number}>();
const byNode = new Map<string, {micros: number; calls: number; shapes: string}>();
for (const {cat, name, dur, args} of events) {
  if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
  const operator = args?.op_name ?? '?';
  const sums = byOperator.get(operator) ?? {micros: 0, calls: 0};
  byOperator.set(operator, {micros: sums.micros + dur, calls: sums.calls + 1});
  const node = byNode.get(name) ?? {micros: 0, calls: 0, shapes: ''};
  const shapes = `${JSON.stringify(args?.input_type_shape)} → ${JSON.stringify(args?.output_type_shape)}`;
  byNode.set(name, {
    micros: node.micros + dur,
    calls: node.calls + 1,
    shapes: shapes.replaceAll(/"float"|\{|\}|:/g, ''),
  });
}
const total = numSteps + warmup;
console.log(describeMachine());
console.log(
  `${experiment.spec.name}, batch ${batchSize}: ${millisPerStep.toFixed(2)} ms a run of the graph (${byNode.size} nodes), profiling on`,
);
const ranked = <Value extends {micros: number}>(map: Map<string, Value>) =>
  [...map].sort(([, one], [, other]) => other.micros - one.micros);
for (const [operator, {micros, calls}] of ranked(byOperator).slice(0, 15))
  console.log(
    `${(micros / total / 1000).toFixed(3).padStart(9)} ms  ${String(calls / total).padStart(5)} × ${operator}`,
  );
console.log('');
for (const [name, {micros, shapes}] of ranked(byNode).slice(0, Number(flags.top)))
  console.log(`${(micros / total / 1000).toFixed(3).padStart(9)} ms  ${name.replace('_kernel_time', '')}  ${shapes}`);
