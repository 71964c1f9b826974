import {availableParallelism} from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type {Arrays, Batch} from '../../data/dataset.js';
import type {NoiseRequest} from '../../model/call-context.js';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {clippedRule, clippingScale} from '../../training/optimizers/clipping.js';
import {scalarsOfRules, type UpdateRule} from '../../training/optimizers/rule.js';
import type {BatchResult, CompileMillis, StepHyper, TrainingState, UpdatePart} from '../../training/session.js';
import type {Provider} from '../device.js';
import {fillNoise, noiseStream} from '../noise.js';
import type {SessionOptions} from '../options.js';
import type {ArenaTensor} from './arena.js';
import {type CompiledGraph, cachedGraph} from './graph-cache.js';
import {lower} from './lower.js';
import {optimize} from './passes/index.js';
import {
  gradientOf,
  inputOf,
  lossOf,
  nextOf,
  outputOf,
  recordEvaluation,
  recordTraining,
  targetOf,
  weightsOf,
} from './record-step.js';
import {blockSize} from './runtime/block-size.js';
import {BoundGraph, type NamedArrays} from './runtime/bound-graph.js';
import {loadOnnxRuntime} from './runtime/onnxruntime.js';
import {type CompiledTrainingSession, fill, firstOfEach, numCallsLeftAsTheyAre, stopwatch} from './shared.js';
import {CompiledState, type StateTensor, type TrainedState} from './state.js';
import {compileSumOfSquares, type SumOfSquares} from './wasm/sum-of-squares.js';
import {type UpdateKernel, UpdatePlan} from './wasm/update-kernel.js';

/** A graph for one batch size with the arrays it reads and writes. */
interface BatchGraph {
  readonly graph: BoundGraph;
  /** What a batch fills in, by the names of the data's inputs and the model's outputs. */
  readonly inputs: Arrays;
  readonly targets: Arrays;
  readonly weights: Arrays;
  readonly loss: Float32Array;
  /** Of each output, where there are several. */
  readonly losses: Arrays;
  readonly outputs: Arrays;
  readonly noise: readonly {readonly request: NoiseRequest; readonly values: Float32Array}[];
  /** Weights with a gradient in this graph; the others have no part in the loss and stay as they are. */
  readonly updated: readonly UpdatedTensor[];
  /** Moving statistics: what the graph computed, and the weight it becomes after the step. */
  readonly assigned: readonly {readonly from: Float32Array; readonly to: Float32Array}[];
}

type UpdatedTensor = Required<StateTensor>;
type Mode = 'training' | 'evaluation';

/** How a step is compiled; people have no need to choose. */
export interface CompileOptions {
  /** What the graphs run on; the processor by default. */
  readonly provider?: Provider;
  /** Which of the provider's devices; the first when left out. */
  readonly deviceIndex?: number | undefined;
  /** How many threads share a step's arithmetic; those of the session's options by default. Another number may change the last bits. */
  readonly numThreads?: number;
  /** Off: the graph runs as it was recorded, without our passes and without ONNX Runtime's. Tests compare the two. */
  readonly passes?: boolean;
}

/**
 * Trains a model as a recorded ONNX graph on onnxruntime-node's CPU provider, the optimizer as a WebAssembly SIMD kernel.
 * A graph is recorded once per batch size and mode, so the last, smaller batch of an epoch has one of its own.
 */
export class CompiledSession implements CompiledTrainingSession {
  readonly engine = 'compiled';
  readonly device: string;
  readonly #options: SessionOptions;
  readonly #numThreads: number;
  readonly #hasPasses: boolean;
  readonly #state: CompiledState;
  readonly #sumOfSquares: SumOfSquares;
  readonly #add: UpdateKernel;
  #compileMillis: CompileMillis | undefined;
  readonly #graphs = new Map<string, BatchGraph>();

  constructor(options: SessionOptions, compile: CompileOptions) {
    const {numThreads = options.numThreads ?? availableParallelism(), passes = true} = compile;
    this.device = `cpu (${numThreads} ${numThreads === 1 ? 'thread' : 'threads'})`;
    this.#options = options;
    this.#numThreads = numThreads;
    this.#hasPasses = passes;
    const rules = clippedRule(options.rule, options.clipping);
    this.#state = new CompiledState(options.model.weights, rules, options.accumulates);
    const {memory, scratch} = this.#state;
    this.#add = new UpdatePlan(weightedSum).compile(memory, scratch);
    this.#sumOfSquares = compileSumOfSquares(memory, scratch);
  }

  prepare(batchSize: number): void {
    this.#graph('training', batchSize);
    this.#compiled('evaluation', batchSize);
  }

  prepareEvaluation(batchSize: number): void {
    this.#graph('evaluation', batchSize);
  }

  get compileMillis(): CompileMillis | undefined {
    return this.#compileMillis;
  }

  stepGraphs(batchSize: number): ReadonlyMap<string, Uint8Array> {
    const {graph} = recordTraining(this.#options, batchSize);
    return new Map([
      ['recorded', lower(graph, 'as recorded')],
      ['optimized', lower(optimize(graph), 'after the passes', {blockSize: blockSize()})],
    ]);
  }

  step(batch: Batch, {learningRate, step, part}: StepHyper): BatchResult {
    const graph = this.#graph('training', batch.size);
    const rng = noiseStream(this.#options.rng, part);
    for (const {request, values} of graph.noise) fillNoise(request, rng, step, values);
    const result = this.#run(graph, batch);
    if (!Number.isFinite(result.loss)) return result; // the weights of the last good step stay
    if (part) this.#accumulate(graph.updated, part);
    if (!part || part.isLast) this.#update(graph.updated, learningRate, step);
    for (const {from, to} of graph.assigned) to.set(from);
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
    this.#options.model.weights.forEach(({variable}, index) => {
      const {values, shape} = this.#state.tensors[index]!.weight;
      tf.tidy(() => void variable.write(tf.tensor(values.slice(), [...shape])));
    });
  }

  async dispose(): Promise<void> {
    for (const {graph} of this.#graphs.values()) graph.dispose();
    this.#graphs.clear();
  }

  #accumulate(updated: readonly UpdatedTensor[], {index, share}: UpdatePart): void {
    for (const {gradient, sum} of updated.map(({trained}) => trained))
      this.#add([sum!, gradient])([index === 0 ? 0 : 1, share]);
  }

  #update(updated: readonly UpdatedTensor[], learningRate: number, step: number): void {
    const scalarsOf = scalarsOfRules(learningRate, step);
    const scales = this.#clippingScales(updated);
    for (const [index, {trained}] of updated.entries()) {
      const scalars = scalarsOf(trained.rule);
      const own = scales ? [...scalars.slice(0, -1), scales[index]!] : scalars;
      trained.update(own);
    }
  }

  /** What each gradient is to be multiplied by, when clipping goes by norms. */
  #clippingScales(updated: readonly UpdatedTensor[]): readonly number[] | undefined {
    const {clipping} = this.#options;
    if (!clipping || clipping.by === 'value') return undefined;
    const squares = updated.map(({trained}) => this.#sumOfSquares(gradientFor(trained)));
    if (clipping.by === 'norm') return squares.map((square) => clippingScale(clipping, Math.sqrt(square)));
    const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
    return squares.map(() => clippingScale(clipping, norm));
  }

  #run(graph: BatchGraph, batch: Batch): BatchResult {
    fill(graph.inputs, batch.inputs);
    fill(graph.targets, batch.targets);
    fill(graph.weights, batch.weights);
    graph.graph.run();
    return {loss: graph.loss[0]!, losses: firstOfEach(graph.losses), outputs: graph.outputs};
  }

  #graph(mode: Mode, batchSize: number): BatchGraph {
    const key = `${mode}:${batchSize}`;
    const known = this.#graphs.get(key);
    if (known) return known;
    const made = this.#compile(mode, batchSize);
    this.#graphs.set(key, made);
    return made;
  }

  /** The step as ONNX, out of the cache where this process has compiled the same one; then it took no time. */
  #compiled(mode: Mode, batchSize: number): CompiledGraph & {readonly millis: Omit<CompileMillis, 'loading'>} {
    const millis = {recording: 0, passes: 0, lowering: 0};
    const make = (): CompiledGraph => {
      const lap = stopwatch();
      const recorded = (mode === 'training' ? recordTraining : recordEvaluation)(this.#options, batchSize);
      millis.recording = lap();
      const graph = this.#hasPasses ? optimize(recorded.graph) : recorded.graph;
      millis.passes = lap();
      const model = lower(graph, `${mode} of ${batchSize} examples`, {blockSize: this.#hasPasses ? blockSize() : 0});
      millis.lowering = lap();
      return {recorded, model, numCalls: graph.calls.length};
    };
    const {graphKey} = this.#options;
    const key = graphKey && JSON.stringify([mode, batchSize, this.#hasPasses, graphKey]);
    return {...(key === undefined ? make() : cachedGraph(key, make)), millis};
  }

  #compile(mode: Mode, batchSize: number): BatchGraph {
    const {recorded, model, numCalls, millis} = this.#compiled(mode, batchSize);
    const inState = new Map<string, Float32Array>();
    for (const {name, weight, trained} of this.#state.tensors) {
      inState.set(name, weight.values);
      if (trained) inState.set(gradientOf(name), trained.gradient.values);
    }
    const bind = (name: string, shape: Shape): NamedArrays[string] => ({
      values: inState.get(name) ?? new Float32Array(sizeOf(shape)),
      shape,
    });
    const inputs: Record<string, NamedArrays[string]> = {};
    for (const {source, shape} of recorded.graph.inputs)
      if (source.kind === 'input') inputs[source.name] = bind(source.name, shape);
    const outputs: Record<string, NamedArrays[string]> = {};
    for (const [name, {shape}] of recorded.graph.outputs) outputs[name] = bind(name, shape);

    const {model: built, outputs: trained} = this.#options;
    const names = trained.map(({name}) => name);
    const arrays = (bound: typeof inputs, all: readonly string[], graphName: (name: string) => string): Arrays =>
      Object.fromEntries(
        all.flatMap((name) => (bound[graphName(name)] ? [[name, bound[graphName(name)]!.values]] : [])),
      );
    const isLeftAsItIs = !this.#hasPasses || numCalls > numCallsLeftAsTheyAre;
    const lap = stopwatch();
    const boundGraph = new BoundGraph(model, inputs, outputs, {
      numThreads: this.#numThreads,
      isRewritten: !isLeftAsItIs,
      spins: this.#numThreads >= availableParallelism(),
    });
    this.#compileMillis ??= {...millis, loading: lap()};
    return {
      graph: boundGraph,
      inputs: arrays(inputs, Object.keys(built.inputShapes), inputOf),
      targets: arrays(inputs, names, targetOf),
      weights: arrays(inputs, names, weightsOf),
      loss: outputs.loss!.values,
      losses: arrays(outputs, names, lossOf),
      outputs: arrays(outputs, names, outputOf),
      noise: [...recorded.noise].map(([name, request]) => ({request, values: inputs[name]!.values})),
      updated: this.#state.tensors.filter(
        (tensor): tensor is UpdatedTensor => outputs[gradientOf(tensor.name)] !== undefined,
      ),
      assigned: this.#state.tensors.flatMap(({name, weight}) => {
        const next = outputs[nextOf(name)];
        return next ? [{from: next.values, to: weight.values}] : [];
      }),
    };
  }
}

/** What the update reads: the gradient, or the sum of the gradients of its parts. */
const gradientFor = ({sum, gradient}: TrainedState): ArenaTensor => sum ?? gradient;

/** parameter · first scalar + gradient · second: what gathers gradients. */
const weightedSum: UpdateRule = {
  slots: [],
  scalars: () => [1, 1],
  update: (math, {parameter, gradient, scalars}) => ({
    parameter: math.add(math.mul(scalars[0]!, parameter), math.mul(scalars[1]!, gradient)),
    slots: [],
  }),
};

/** @throws ExpError ENGINE_UNAVAILABLE, with the reason and what mends it */
export async function createCompiledSession(
  options: SessionOptions,
  compile: CompileOptions = {},
): Promise<CompiledTrainingSession> {
  const {provider = 'cpu', deviceIndex, passes} = compile;
  if (provider !== 'cpu') {
    const {openDevice} = await import('./gpu/open-device.js');
    const {device, name} = await openDevice(provider, deviceIndex);
    const {DeviceSession} = await import('./gpu/session.js');
    return new DeviceSession(options, device, name, passes);
  }
  loadOnnxRuntime();
  return new CompiledSession(options, compile);
}
