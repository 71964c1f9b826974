import * as tf from '@tensorflow/tfjs-core';
import type {NamedWeight} from '../../model/built-model.js';
import {formatShape, type TensorData} from '../../support/tensor.js';
import {type RuleChoice, slotShapes, type UpdateRule} from '../../training/optimizers/rule.js';
import type {TrainingState} from '../../training/session.js';

/** A weight that is trained, how, and its slots in the rule's order. */
export interface TrainedVariable {
  readonly variable: tf.Variable;
  readonly rule: UpdateRule;
  readonly slots: readonly tf.Variable[];
}

/** A model's weights and their optimizer slots as TensorFlow.js variables. The slots are owned here, the weights by the model. */
export class EagerWeights {
  readonly trainable: readonly TrainedVariable[];
  readonly #weights = new Map<string, tf.Variable>();
  readonly #slots = new Map<string, tf.Variable>();

  constructor(weights: readonly NamedWeight[], rules: RuleChoice) {
    for (const {name, variable} of weights) this.#weights.set(name, variable.read() as tf.Variable);
    this.trainable = weights
      .filter(({trainable}) => trainable)
      .map(({name, role}) => {
        const variable = this.#weights.get(name)!;
        const rule = rules({shape: variable.shape, role});
        const slots = slotShapes(rule, variable.shape).map((slot) => {
          const zeros = tf.zeros([...slot.shape]);
          const made = tf.variable(zeros, false);
          zeros.dispose();
          this.#slots.set(`${name}/${slot.name}`, made);
          return made;
        });
        return {variable, rule, slots};
      });
  }

  async read(): Promise<TrainingState> {
    return {weights: await readAll(this.#weights), slots: await readAll(this.#slots)};
  }

  /** @throws Error when names or shapes differ from this model's; then nothing was written */
  write(state: TrainingState): void {
    checkAll(this.#weights, state.weights);
    checkAll(this.#slots, state.slots);
    assignAll(this.#weights, state.weights);
    assignAll(this.#slots, state.slots);
  }

  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose();
    this.#slots.clear();
  }
}

async function readAll(variables: ReadonlyMap<string, tf.Variable>): Promise<Map<string, TensorData>> {
  const state = new Map<string, TensorData>();
  for (const [name, variable] of variables) {
    state.set(name, {shape: [...variable.shape], values: Float32Array.from(await variable.data())});
  }
  return state;
}

function checkAll(variables: ReadonlyMap<string, tf.Variable>, state: ReadonlyMap<string, TensorData>): void {
  for (const name of state.keys())
    if (!variables.has(name)) throw new Error(`the state holds ${name}; the model lacks it`);
  for (const [name, {shape}] of variables) {
    const data = state.get(name);
    if (!data) throw new Error(`the state lacks ${name}`);
    if (data.shape.join() === shape.join()) continue;
    throw new Error(`the state holds ${name} as ${formatShape(data.shape)}; the model's is ${formatShape(shape)}`);
  }
}

function assignAll(variables: ReadonlyMap<string, tf.Variable>, state: ReadonlyMap<string, TensorData>): void {
  for (const [name, {shape, values}] of state) {
    tf.tidy(() => variables.get(name)!.assign(tf.tensor(Float32Array.from(values), [...shape])));
  }
}
