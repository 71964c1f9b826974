import * as tf from '@tensorflow/tfjs-core';
import type {NamedWeight} from '../../model/built-model.js';
import type {TensorData} from '../../support/tensor.js';
import type {TrainingState} from '../../training/session.js';

/** A model's weights and their optimizer slots as TensorFlow.js variables. The slots are owned here, the weights by the model. */
export class EagerWeights {
  readonly trainable: readonly {readonly variable: tf.Variable; readonly slots: readonly tf.Variable[]}[];
  readonly #weights = new Map<string, tf.Variable>();
  readonly #slots = new Map<string, tf.Variable>();

  constructor(weights: readonly NamedWeight[], slotNames: readonly string[]) {
    for (const {name, variable} of weights) this.#weights.set(name, variable.read() as tf.Variable);
    this.trainable = weights
      .filter(({trainable}) => trainable)
      .map(({name}) => {
        const variable = this.#weights.get(name)!;
        const slots = slotNames.map((slot) => {
          const zeros = tf.zeros(variable.shape);
          const made = tf.variable(zeros, false);
          zeros.dispose();
          this.#slots.set(`${name}/${slot}`, made);
          return made;
        });
        return {variable, slots};
      });
  }

  async read(): Promise<TrainingState> {
    return {weights: await readAll(this.#weights), slots: await readAll(this.#slots)};
  }

  /** @throws Error when names or shapes differ from this model's */
  write(state: TrainingState): void {
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

function assignAll(variables: ReadonlyMap<string, tf.Variable>, state: ReadonlyMap<string, TensorData>): void {
  const stranger = [...state.keys()].find((name) => !variables.has(name));
  if (stranger !== undefined) throw new Error(`the state holds ${stranger}, which this model lacks`);
  for (const [name, variable] of variables) {
    const data = state.get(name);
    if (!data) throw new Error(`the state lacks ${name}`);
    tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(data.values), [...data.shape])));
  }
}
