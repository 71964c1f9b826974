import * as tf from '@tensorflow/tfjs-core';
import type {LayerVariable} from '@tensorflow/tfjs-layers/dist/variables.js';
import type {Batch} from '../../data/dataset.js';
import type {CallContext, NoiseRequest} from '../../model/call-context.js';
import {forward} from '../../model/forward.js';
import type {Rng} from '../../support/random.js';
import {type Shape, sizeOf} from '../../support/tensor.js';
import {clippedRule, clippingScaleOf} from '../../training/optimizers/clipping.js';
import {scalarsOfRules} from '../../training/optimizers/rule.js';
import {tensorMath} from '../../training/optimizers/tensor-math.js';
import type {BatchResult, StepHyper, TrainingSession, TrainingState, UpdatePart} from '../../training/session.js';
import {checkClassNumbers, numClassesOfInputs} from '../class-numbers.js';
import {explainFailure} from '../explain-failure.js';
import {registerComparisonGradients} from '../gradients.js';
import {fillNoise, noiseStream} from '../noise.js';
import type {SessionOptions} from '../options.js';
import {eagerDevice} from './backends.js';
import {EagerWeights} from './weights.js';

/** A session in which TensorFlow.js itself computes each step, on the backend that is active now (`loadEagerBackend`). */
export async function createEagerSession(options: SessionOptions): Promise<TrainingSession> {
  registerComparisonGradients();
  return new EagerSession(options);
}

/** Runs a function whose result holds no tensors and disposes what it made. */
function tidied<Result>(run: () => Result): Result {
  let result: {readonly value: Result} | undefined;
  tf.tidy(() => {
    result = {value: run()};
  });
  return result!.value;
}

/** Tensors of a forward pass; losses and outputs in the order of the network's outputs. */
interface Forward {
  readonly loss: tf.Scalar;
  readonly losses: readonly tf.Tensor[];
  readonly outputs: readonly tf.Tensor[];
}

class EagerSession implements TrainingSession {
  readonly engine = 'eager';
  readonly device = eagerDevice();
  readonly #math = tensorMath(tf);
  readonly #readsAtOnce = tf.getBackend() !== 'webgpu';
  readonly #weights: EagerWeights;
  readonly #numClasses: ReadonlyMap<string, number>;
  #sums: tf.NamedTensorMap = {};

  constructor(private readonly options: SessionOptions) {
    this.#weights = new EagerWeights(options.model.weights, clippedRule(options.rule, options.clipping));
    this.#numClasses = this.#readsAtOnce ? new Map() : numClassesOfInputs(options.model);
  }

  step(batch: Batch, {learningRate, step, part}: StepHyper): BatchResult | Promise<BatchResult> {
    const rng = noiseStream(this.options.rng, part);
    return this.#run((keep) => {
      const moved: {variable: LayerVariable; value: tf.Tensor}[] = [];
      const context: CallContext = {
        training: true,
        noise: (request) => noiseTensor(request, rng, step),
        assignAfterStep: (variable, value) => moved.push({variable, value: keep(value)}),
      };
      const held: Forward[] = [];
      const loss = () => {
        const result = this.#forward(batch, context);
        held.push({...result, losses: result.losses.map(keep), outputs: result.outputs.map(keep)});
        return result.loss;
      };
      const variables = this.#weights.trainable.map(({variable}) => variable);
      const {value, grads} = tf.variableGrads(loss, variables);
      const gathered = part ? this.#accumulate(grads, part) : grads;
      if (!part || part.isLast) this.#update(gathered, learningRate, step);
      for (const {variable, value} of moved) variable.write(value);
      return {...held[0]!, loss: value};
    });
  }

  evaluate(batch: Batch): BatchResult | Promise<BatchResult> {
    return this.#run(() => this.#forward(batch, {training: false}));
  }

  /** Computes on the device and reads the numbers back: at once where that is possible, else later, as from a GPU. */
  #run(compute: (keep: (value: tf.Tensor) => tf.Tensor) => Forward): BatchResult | Promise<BatchResult> {
    const kept: tf.Tensor[] = [];
    const keep = (value: tf.Tensor): tf.Tensor => {
      const held = tf.keep(tf.clone(value));
      kept.push(held);
      return held;
    };
    let later: Promise<BatchResult> | undefined;
    try {
      return tidied(() => {
        const {loss, losses, outputs} = compute(keep);
        const tensors = [loss, ...(outputs.length > 1 ? losses : []), ...outputs];
        if (this.#readsAtOnce) return this.#result(tensors.map((tensor) => tensor.dataSync<'float32'>()));
        later = this.#readLater(tensors.map(keep), kept);
        return later;
      });
    } catch (error) {
      throw explainFailure(error);
    } finally {
      if (!later) tf.dispose(kept);
    }
  }

  async #readLater(tensors: readonly tf.Tensor[], kept: readonly tf.Tensor[]): Promise<BatchResult> {
    try {
      return this.#result(await Promise.all(tensors.map((tensor) => tensor.data<'float32'>())));
    } finally {
      tf.dispose([...kept]);
    }
  }

  readState(): Promise<TrainingState> {
    return this.#weights.read();
  }

  async writeState(state: TrainingState): Promise<void> {
    this.#weights.write(state);
  }

  /** The model's own weights are the ones trained. */
  async syncModel(): Promise<void> {}

  async dispose(): Promise<void> {
    this.#weights.dispose();
    tf.dispose(this.#sums);
  }

  #forward(batch: Batch, context: CallContext): Forward {
    const {model, outputs: trained} = this.options;
    checkClassNumbers(this.#numClasses, batch);
    const tensorOf = (values: Float32Array, shape: Shape): tf.Tensor =>
      tf.tensor(values, [batch.size, ...shape], 'float32');
    const inputs = Object.entries(model.inputShapes).map(([name, shape]) => tensorOf(batch.inputs[name]!, shape));
    const outputs = forward(model.network, inputs, context);
    const losses = trained.map(({name, loss, targetShape, isWeighted}, index) => {
      const weights = isWeighted ? tensorOf(batch.weights[name]!, []) : undefined;
      return loss(tf, tensorOf(batch.targets[name]!, targetShape), outputs[index]!, weights);
    });
    const total = losses
      .map((loss, index) => (trained[index]!.weight === 1 ? loss : tf.mul<tf.Scalar>(loss, trained[index]!.weight)))
      .reduce((sum, loss) => tf.add(sum, loss));
    return {loss: model.penalty ? tf.add(total, model.penalty()) : total, losses, outputs};
  }

  /** @param values of the loss, of each output's own loss where there are several, and of the outputs */
  #result(values: readonly Float32Array[]): BatchResult {
    const names = this.options.outputs.map(({name}) => name);
    const numLosses = names.length > 1 ? names.length : 0;
    return {
      loss: values[0]![0]!,
      losses: numLosses > 0 ? Object.fromEntries(names.map((name, i) => [name, values[1 + i]![0]!])) : undefined,
      outputs: Object.fromEntries(names.map((name, i) => [name, values[1 + numLosses + i]!])),
    };
  }

  /** Adds gradients by their share to those of the parts before; kept until the next update begins. */
  #accumulate(gradients: tf.NamedTensorMap, {index, share}: UpdatePart): tf.NamedTensorMap {
    const before = this.#sums;
    const sums = Object.entries(gradients).map(([name, gradient]) => {
      const own = tf.mul(gradient, share);
      const earlier = index === 0 ? undefined : before[name];
      return [name, tf.keep(earlier ? tf.add(earlier, own) : own)] as const;
    });
    this.#sums = Object.fromEntries(sums);
    tf.dispose(before);
    return this.#sums;
  }

  /** One application of the rule to every weight that the loss depends on. */
  #update(gradients: tf.NamedTensorMap, learningRate: number, step: number): void {
    const scalarsOf = scalarsOfRules(learningRate, step);
    const scaleOf = this.#clippingScale(Object.values(gradients));
    for (const {variable, rule, slots} of this.#weights.trainable) {
      const gradient = gradients[variable.name];
      if (!gradient) continue;
      const scalars = scalarsOf(rule).map((value) => tf.scalar(value));
      const next = rule.update<tf.Tensor>(this.#math, {
        parameter: variable,
        gradient,
        slots,
        scalars: scaleOf ? [...scalars.slice(0, -1), scaleOf(gradient)] : scalars,
      });
      variable.assign(next.parameter);
      next.slots.forEach((value, index) => {
        slots[index]!.assign(value);
      });
    }
  }

  /** What a gradient is to be multiplied by, when clipping goes by norms. */
  #clippingScale(gradients: readonly tf.Tensor[]): ((gradient: tf.Tensor) => tf.Tensor) | undefined {
    const {clipping} = this.options;
    if (!clipping || clipping.by === 'value') return undefined;
    const scaleOf = (tensors: readonly tf.Tensor[]): tf.Tensor => {
      const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
      return clippingScaleOf(this.#math, clipping, tf.sqrt(tf.addN(squares)));
    };
    if (clipping.by === 'norm') return (gradient) => scaleOf([gradient]);
    const common = scaleOf(gradients);
    return () => common;
  }
}

function noiseTensor(request: NoiseRequest, rng: Rng, step: number): tf.Tensor {
  const values = new Float32Array(sizeOf(request.shape));
  fillNoise(request, rng, step, values);
  return tf.tensor(values, [...request.shape], 'float32');
}
