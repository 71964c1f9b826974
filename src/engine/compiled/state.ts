import type {NamedWeight} from '../../model/built-model.js';
import type {Shape, TensorData} from '../../support/tensor.js';
import type {TrainingState} from '../../training/session.js';
import {Arena, type ArenaTensor} from './arena.js';

/** A weight and, when it is trained, where its gradient and slots live. */
export interface StateTensor {
  readonly name: string;
  readonly weight: ArenaTensor;
  readonly gradient?: ArenaTensor;
  /** Sum of the gradients of an update in parts. */
  readonly sum?: ArenaTensor;
  readonly slots: readonly ArenaTensor[];
}

/** A model's weights, their gradients and their optimizer slots, all in one arena. */
export class CompiledState {
  readonly tensors: readonly StateTensor[];
  readonly memory: WebAssembly.Memory;
  /** Room for a kernel to hand over four numbers. */
  readonly scratch: ArenaTensor;
  readonly #weights = new Map<string, ArenaTensor>();
  readonly #slots = new Map<string, ArenaTensor>();

  /** Starts from the weights' current values. @param accumulates whether there is a sum beside each gradient */
  constructor(weights: readonly NamedWeight[], slotNames: readonly string[], accumulates = false) {
    const numOwn = accumulates ? 3 : 2;
    const shapes = weights.flatMap(({variable, trainable}) =>
      Array<Shape>(trainable ? numOwn + slotNames.length : 1).fill(variable.shape as Shape),
    );
    const arena = new Arena([...shapes, [4]]);
    this.scratch = arena.tensors.at(-1)!;
    const next = arena.tensors.values();
    const take = (): ArenaTensor => next.next().value!;
    this.memory = arena.memory;
    this.tensors = weights.map(({name, variable, trainable}) => {
      const weight = take();
      weight.values.set(variable.read().dataSync() as Float32Array);
      this.#weights.set(name, weight);
      if (!trainable) return {name, weight, slots: []};
      const gradient = take();
      const sum = accumulates ? take() : undefined;
      const slots = slotNames.map((slot) => {
        const tensor = take();
        this.#slots.set(`${name}/${slot}`, tensor);
        return tensor;
      });
      return {name, weight, gradient, ...(sum && {sum}), slots};
    });
  }

  /** A copy. */
  read(): TrainingState {
    return {weights: copyAll(this.#weights), slots: copyAll(this.#slots)};
  }

  /** @throws Error when names or sizes differ from this model's; nothing is written then */
  write(state: TrainingState): void {
    check(this.#weights, state.weights);
    check(this.#slots, state.slots);
    for (const [name, {values}] of this.#weights) values.set(state.weights.get(name)!.values);
    for (const [name, {values}] of this.#slots) values.set(state.slots.get(name)!.values);
  }
}

const copyAll = (tensors: ReadonlyMap<string, ArenaTensor>): Map<string, TensorData> =>
  new Map([...tensors].map(([name, {shape, values}]) => [name, {shape: [...shape], values: values.slice()}]));

function check(tensors: ReadonlyMap<string, ArenaTensor>, state: ReadonlyMap<string, TensorData>): void {
  const stranger = [...state.keys()].find((name) => !tensors.has(name));
  if (stranger !== undefined) throw new Error(`the state holds ${stranger}, which this model lacks`);
  for (const [name, {values}] of tensors) {
    const data = state.get(name);
    if (!data) throw new Error(`the state lacks ${name}`);
    if (data.values.length !== values.length) {
      throw new Error(`the state's ${name} has ${data.values.length} values, this model's ${values.length}`);
    }
  }
}
