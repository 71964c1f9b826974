import type {NamedWeight} from '../../model/built-model.js';
import type {Shape, TensorData} from '../../support/tensor.js';
import {type RuleChoice, slotShapes, type UpdateRule} from '../../training/optimizers/rule.js';
import type {TrainingState} from '../../training/session.js';
import {Arena, type ArenaTensor} from './arena.js';
import {type PreparedUpdate, UpdatePlan} from './wasm/update-kernel.js';

/** A weight, and what training needs beside it. */
export interface StateTensor {
  readonly name: string;
  readonly weight: ArenaTensor;
  /** Left out when the weight is not trained. */
  readonly trained?: TrainedState;
}

export interface TrainedState {
  readonly rule: UpdateRule;
  /** From the gradient, or the sum if there is one. */
  readonly update: PreparedUpdate;
  readonly gradient: ArenaTensor;
  /** Sum of the gradients of an update in parts. */
  readonly sum?: ArenaTensor;
  readonly slots: readonly ArenaTensor[];
}

/** A model's weights, their gradients and their optimizer slots, all in one arena. */
export class CompiledState {
  readonly tensors: readonly StateTensor[];
  readonly memory: WebAssembly.Memory;
  /** Room for kernels to hand over numbers: at least four, and as many as the rules' kernels want. */
  readonly scratch: ArenaTensor;
  readonly #weights = new Map<string, ArenaTensor>();
  readonly #slots = new Map<string, ArenaTensor>();

  /** Starts from the weights' current values. @param accumulates whether there is a sum beside each gradient */
  constructor(weights: readonly NamedWeight[], rules: RuleChoice, accumulates = false) {
    const plans = new Map<UpdateRule, UpdatePlan>();
    let numScratch = 4;
    const wanted = weights.map(({name, variable, trainable, role}) => {
      const shape = variable.shape as Shape;
      if (!trainable) return {name, variable, shape};
      const rule = rules({shape, role});
      const plan = plans.get(rule) ?? new UpdatePlan(rule);
      plans.set(rule, plan);
      numScratch = Math.max(numScratch, plan.numScratch(shape));
      return {name, variable, shape, trained: {rule, slots: slotShapes(rule, shape)}};
    });
    const arena = new Arena([
      ...wanted.flatMap(({shape, trained}) => [
        shape,
        ...(trained ? [shape, ...(accumulates ? [shape] : []), ...trained.slots.map((slot) => slot.shape)] : []),
      ]),
      [numScratch],
    ]);
    this.scratch = arena.tensors.at(-1)!;
    this.memory = arena.memory;
    const kernels = new Map([...plans].map(([rule, plan]) => [rule, plan.compile(this.memory, this.scratch)]));
    const next = arena.tensors.values();
    const take = (): ArenaTensor => next.next().value!;
    this.tensors = wanted.map(({name, variable, trained}) => {
      const weight = take();
      weight.values.set(variable.read().dataSync() as Float32Array);
      this.#weights.set(name, weight);
      if (!trained) return {name, weight};
      const gradient = take();
      const sum = accumulates ? take() : undefined;
      const slots = trained.slots.map((slot) => {
        const tensor = take();
        this.#slots.set(`${name}/${slot.name}`, tensor);
        return tensor;
      });
      const {rule} = trained;
      const update = kernels.get(rule)!([weight, sum ?? gradient, ...slots]);
      return {name, weight, trained: {rule, update, gradient, ...(sum && {sum}), slots}};
    });
  }

  /** A copy. */
  read(): TrainingState {
    return {weights: copyAll(this.#weights), slots: copyAll(this.#slots)};
  }

  /** @throws Error when names or sizes differ from this model's; nothing is written then */
  write(state: TrainingState): void {
    checkState(sizesOf(this.#weights), state.weights);
    checkState(sizesOf(this.#slots), state.slots);
    for (const [name, {values}] of this.#weights) values.set(state.weights.get(name)!.values);
    for (const [name, {values}] of this.#slots) values.set(state.slots.get(name)!.values);
  }
}

const copyAll = (tensors: ReadonlyMap<string, ArenaTensor>): Map<string, TensorData> =>
  new Map([...tensors].map(([name, {shape, values}]) => [name, {shape: [...shape], values: values.slice()}]));

const sizesOf = (tensors: ReadonlyMap<string, ArenaTensor>): ReadonlyMap<string, number> =>
  new Map([...tensors].map(([name, {values}]) => [name, values.length]));

/** @param sizes of this model's arrays by name @throws Error when `state` has others */
export function checkState(sizes: ReadonlyMap<string, number>, state: ReadonlyMap<string, TensorData>): void {
  const stranger = [...state.keys()].find((name) => !sizes.has(name));
  if (stranger !== undefined) throw new Error(`the state holds ${stranger}, which this model lacks`);
  for (const [name, size] of sizes) {
    const data = state.get(name);
    if (!data) throw new Error(`the state lacks ${name}`);
    if (data.values.length !== size)
      throw new Error(`the state's ${name} has ${data.values.length} values, this model's ${size}`);
  }
}
