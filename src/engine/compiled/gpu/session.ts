import * as tf from '@tensorflow/tfjs-core';
import type {Arrays, Batch} from '../../../data/dataset.js';
import type {NoiseRequest} from '../../../model/call-context.js';
import {type Shape, sizeOf} from '../../../support/tensor.js';
import {clippedRule} from '../../../training/optimizers/clipping.js';
import {scalarsOfRules, type UpdateRule} from '../../../training/optimizers/rule.js';
import type {BatchResult, CompileMillis, StepHyper, TrainingState} from '../../../training/session.js';
import {checkClassNumbers, numClassesOfInputs} from '../../class-numbers.js';
import {fillNoise, noiseStream} from '../../noise.js';
import type {SessionOptions} from '../../options.js';
import {lower} from '../lower.js';
import {optimize} from '../passes/index.js';
import {
  inputOf,
  lossOf,
  outputOf,
  type RecordedStep,
  recordEvaluation,
  recordTraining,
  targetOf,
  weightsOf,
} from '../record-step.js';
import type {BoundTensors, Device, DeviceGraph, HostTensor} from '../runtime/device.js';
import {type CompiledTrainingSession, fill, firstOfEach, numCallsLeftAsTheyAre, stopwatch} from '../shared.js';
import {DeviceState} from './device-state.js';
import {layOut, type Segment} from './layout.js';
import {type DeviceStep, lowerStep, lowerUpdate, resultsOutput, type StepKind, sharesInput} from './step-graph.js';
import {rulesOf, scalarsInput} from './update-nodes.js';

/** A loaded graph, and what of it lies in ordinary memory. */
interface LoadedGraph {
  readonly graph: DeviceGraph;
  readonly step: Pick<DeviceStep, 'reads' | 'writes'>;
  readonly host: Readonly<Record<string, HostTensor>>;
  /** One for every way in which the state's vectors can lie. */
  readonly bound: Map<string, BoundTensors>;
}

/** A graph for one batch size. */
interface BatchGraph extends LoadedGraph {
  /** What a batch fills in, by the names of the data's inputs and the model's outputs. */
  readonly inputs: Arrays;
  readonly targets: Arrays;
  readonly weights: Arrays;
  readonly noise: readonly {readonly request: NoiseRequest; readonly values: Float32Array}[];
  readonly loss: Float32Array;
  readonly losses: Arrays;
  readonly outputs: Arrays;
}

/**
 * Trains a model as a recorded ONNX graph on a device. Weights and optimizer slots stay there, the optimizer is part of the graph, and a step
 * brings a batch there and one vector back: losses and outputs.
 */
export class DeviceSession implements CompiledTrainingSession {
  readonly engine = 'compiled';
  readonly #segments: readonly Segment[];
  readonly #rules: readonly UpdateRule[];
  readonly #scalars: Float32Array;
  readonly #shares = new Float32Array(2);
  readonly #state: DeviceState;
  readonly #numClasses: ReadonlyMap<string, number>;
  readonly #graphs = new Map<string, BatchGraph>();
  #update: LoadedGraph | undefined;
  #compileMillis: CompileMillis | undefined;

  /** @param name of the device, for people */
  constructor(
    private readonly options: SessionOptions,
    private readonly on: Device,
    readonly device: string,
    private readonly hasPasses = true,
  ) {
    const {model, rule, clipping} = options;
    // By norms, the graph scales the gradients before a rule sees them.
    this.#segments = layOut(model.weights, clipping?.by === 'value' ? clippedRule(rule, clipping) : rule);
    this.#rules = rulesOf(this.#segments);
    this.#scalars = new Float32Array(this.#rules.reduce((sum, one) => sum + one.scalars(1, 1).length, 0));
    this.#numClasses = numClassesOfInputs(model);
    this.#state = new DeviceState(on, this.#segments, model.weights);
  }

  prepare(batchSize: number): void {
    this.#graph('training', batchSize);
    this.#record('evaluation', batchSize);
  }

  prepareEvaluation(batchSize: number): void {
    this.#graph('evaluation', batchSize);
  }

  get compileMillis(): CompileMillis | undefined {
    return this.#compileMillis;
  }

  stepGraphs(batchSize: number): ReadonlyMap<string, Uint8Array> {
    const {graph} = recordTraining(this.options, batchSize);
    return new Map([
      ['recorded', lower(graph, 'as recorded')],
      ['optimized', this.#lower(optimize(graph), this.#kindOf('training'), 'after the passes').model],
    ]);
  }

  step(batch: Batch, {learningRate, step, part}: StepHyper): BatchResult {
    const graph = this.#graph('training', batch.size);
    const rng = noiseStream(this.options.rng, part);
    for (const {request, values} of graph.noise) fillNoise(request, rng, step, values);
    const scalarsOf = scalarsOfRules(learningRate, step);
    this.#scalars.set(this.#rules.flatMap((rule) => scalarsOf(rule)));
    this.#shares.set([part?.index === 0 ? 0 : 1, part?.share ?? 1]);
    const result = this.#run(graph, batch);
    // What was computed lies beside the state: unless taken, the weights of the last good step stay.
    if (!Number.isFinite(result.loss)) return result;
    this.#state.take(graph.step.writes);
    if (part?.isLast) this.#runUpdate(batch.size);
    return result;
  }

  evaluate(batch: Batch): BatchResult {
    return this.#run(this.#graph('evaluation', batch.size), batch);
  }

  async readState(): Promise<TrainingState> {
    return this.#state.read();
  }

  async writeState(state: TrainingState): Promise<void> {
    this.#state.write(state);
  }

  async syncModel(): Promise<void> {
    const {weights} = this.#state.read();
    for (const {name, variable} of this.options.model.weights) {
      const {values, shape} = weights.get(name)!;
      tf.tidy(() => void variable.write(tf.tensor(values, [...shape])));
    }
  }

  async dispose(): Promise<void> {
    for (const {graph} of [...this.#graphs.values(), ...(this.#update ? [this.#update] : [])]) graph.dispose();
    this.#graphs.clear();
    this.#update = undefined;
    this.#state.dispose();
  }

  #run(graph: BatchGraph, batch: Batch): BatchResult {
    checkClassNumbers(this.#numClasses, batch);
    fill(graph.inputs, batch.inputs);
    fill(graph.targets, batch.targets);
    fill(graph.weights, batch.weights);
    this.#bound(graph).run();
    return {loss: graph.loss[0]!, losses: firstOfEach(graph.losses), outputs: graph.outputs};
  }

  /** After the last part: the optimizer, from the sums. */
  #runUpdate(batchSize: number): void {
    this.#update ??= this.#loadUpdate(batchSize);
    this.#bound(this.#update).run();
    this.#state.take(this.#update.step.writes);
  }

  #loadUpdate(batchSize: number): LoadedGraph {
    const {graph} = this.#record('training', batchSize);
    const step = lowerUpdate(this.#segments, graph, this.options.clipping);
    return {graph: this.on.load(step.model), step, host: this.#scalarsTensor(), bound: new Map()};
  }

  #scalarsTensor(): Readonly<Record<string, HostTensor>> {
    return {[scalarsInput]: {values: this.#scalars, shape: [this.#scalars.length]}};
  }

  #bound({graph, step, host, bound}: LoadedGraph): BoundTensors {
    const key = this.#state.key;
    const known = bound.get(key);
    if (known) return known;
    const {inputs, outputs} = this.#state.bindings(step.reads, step.writes);
    const results = host[resultsOutput];
    const made = graph.bind({...host, ...inputs}, {...outputs, ...(results && {[resultsOutput]: results})});
    bound.set(key, made);
    return made;
  }

  #graph(mode: Mode, batchSize: number): BatchGraph {
    const key = `${mode}:${batchSize}`;
    const known = this.#graphs.get(key);
    if (known) return known;
    const made = this.#load(mode, batchSize);
    this.#graphs.set(key, made);
    return made;
  }

  #record(mode: Mode, batchSize: number): RecordedStep {
    return (mode === 'training' ? recordTraining : recordEvaluation)(this.options, batchSize);
  }

  #kindOf(mode: Mode): StepKind {
    if (mode === 'evaluation') return 'evaluation';
    return this.options.accumulates ? 'part' : 'update';
  }

  #lower(graph: RecordedStep['graph'], kind: StepKind, name: string): DeviceStep {
    return lowerStep(graph, this.#segments, kind, this.options.clipping, name);
  }

  #load(mode: Mode, batchSize: number): BatchGraph {
    const lap = stopwatch();
    const recorded = this.#record(mode, batchSize);
    const recording = lap();
    const graph = this.hasPasses ? optimize(recorded.graph) : recorded.graph;
    const passes = lap();
    const step = this.#lower(graph, this.#kindOf(mode), `${mode} of ${batchSize} examples`);
    const lowering = lap();
    const loaded = this.on.load(step.model, this.hasPasses && graph.calls.length <= numCallsLeftAsTheyAre);
    this.#compileMillis ??= {recording, passes, lowering, loading: lap()};

    const tensor = (shape: Shape): HostTensor => ({values: new Float32Array(sizeOf(shape)), shape});
    const inputs = Object.fromEntries(step.inputs.map(({name, shape}) => [name, tensor(shape)]));
    const results = tensor([step.results.reduce((sum, {size}) => sum + size, 0)]);
    const made = new Map(
      step.results.map(({name, start, size}) => [name, results.values.subarray(start, start + size)]),
    );
    const {model, outputs} = this.options;
    const names = outputs.map(({name}) => name);
    const arrays = (
      find: (graphName: string) => Float32Array | undefined,
      all: readonly string[],
      graphName: (name: string) => string,
    ): Arrays =>
      Object.fromEntries(
        all.flatMap((name) => {
          const values = find(graphName(name));
          return values ? [[name, values]] : [];
        }),
      );
    const given = (name: string): Float32Array | undefined => inputs[name]?.values;
    const result = (name: string): Float32Array | undefined => made.get(name);
    return {
      graph: loaded,
      step,
      bound: new Map(),
      host: {
        ...inputs,
        ...this.#scalarsTensor(),
        [sharesInput]: {values: this.#shares, shape: [2]},
        [resultsOutput]: results,
      },
      inputs: arrays(given, Object.keys(model.inputShapes), inputOf),
      targets: arrays(given, names, targetOf),
      weights: arrays(given, names, weightsOf),
      noise: [...recorded.noise].map(([name, request]) => ({request, values: inputs[name]!.values})),
      loss: made.get('loss')!,
      losses: arrays(result, names, lossOf),
      outputs: arrays(result, names, outputOf),
    };
  }
}

type Mode = 'training' | 'evaluation';
