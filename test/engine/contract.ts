import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import type {SessionFactory, SessionOptions} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import type {BuiltModel} from '../../src/model/built-model.js';
import {Rng} from '../../src/support/random.js';
import {type LossSpec, lossFunction} from '../../src/training/losses/registry.js';
import {type OptimizerSpec, optimizerRule} from '../../src/training/optimizers/registry.js';
import type {BatchResult, TrainingSession, TrainingState} from '../../src/training/session.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError, tensorDataOf} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

type Arrays = Readonly<Record<string, ReferenceArray>>;

/** test/reference/network.py says what these are. */
interface NetworkReference {
  readonly seed: number;
  readonly convolutional: {
    readonly layers: readonly WrittenLayer[];
    readonly inputShape: number[];
    readonly start: Arrays;
    readonly batches: readonly {readonly inputs: ReferenceArray; readonly targets: ReferenceArray}[];
    readonly cases: readonly {
      readonly optimizer: OptimizerSpec;
      readonly steps: readonly {readonly loss: number; readonly outputs: ReferenceArray}[];
      readonly weights: Arrays;
      readonly evaluation: {readonly loss: number; readonly outputs: ReferenceArray};
    }[];
  };
  readonly linear: {
    readonly optimizer: OptimizerSpec;
    readonly inputs: ReferenceArray;
    readonly cases: readonly {
      readonly loss: LossSpec['type'];
      readonly targets: ReferenceArray;
      readonly start: Arrays;
      readonly losses: number[];
      readonly weights: Arrays;
    }[];
  };
}

const reference = readReference<NetworkReference>('network');
const tolerance = 1e-4;

const batchOf = (inputs: ReferenceArray, targets: ReferenceArray): Batch =>
  plainBatch(inputs.shape[0]!, inputs.values, targets.values);

const batches = reference.convolutional.batches.map(({inputs, targets}) => batchOf(inputs, targets));

/** A copy, because a session may overwrite its outputs with the next call. */
const copyOf = ({loss, outputs}: BatchResult) => ({loss, outputs: Float32Array.from(outputs.output!)});

/** All arrays of a state by name, for comparing. */
const valuesOf = ({weights, slots}: TrainingState): Record<string, number[]> =>
  Object.fromEntries([...weights, ...slots].map(([name, {values}]) => [name, [...values]]));

/** The state's weights set to those of a reference, slots as they are. */
async function writeWeights(session: TrainingSession, arrays: Arrays): Promise<void> {
  const {slots} = await session.readState();
  const weights = new Map(Object.entries(arrays).map(([name, array]) => [name, tensorDataOf(array)]));
  await session.writeState({weights, slots});
}

interface Opened {
  readonly session: TrainingSession;
  readonly model: BuiltModel;
  close(): Promise<void>;
}

/**
 * What every engine has to do, checked against PyTorch and against itself.
 * The factory is called with models that live on TensorFlow.js's plain `cpu` backend, unless it loads another one itself.
 */
export function sessionContract(name: string, factory: SessionFactory): void {
  async function open(
    layers: readonly WrittenLayer[],
    inputShape: number[],
    optimizer: OptimizerSpec,
    loss: LossSpec,
    targetShape: number[],
  ): Promise<Opened> {
    const model = await buildModel(modelOf(...layers), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(1)});
    const options: SessionOptions = {
      model,
      outputs: plainOutputs(lossFunction(loss), targetShape),
      rule: optimizerRule(optimizer),
      rng: Rng.fromSeed(reference.seed),
    };
    const session = await factory(options);
    const close = async (): Promise<void> => {
      await session.dispose();
      model.network.dispose();
    };
    return {session, model, close};
  }

  /** The convolutional network of the reference, with its weights. */
  async function openConvolutional(optimizer = reference.convolutional.cases[0]!.optimizer): Promise<Opened> {
    const {layers, inputShape, start} = reference.convolutional;
    const opened = await open(layers, inputShape, optimizer, {type: 'sparseSoftmaxCrossEntropy'}, []);
    await writeWeights(opened.session, start);
    return opened;
  }

  t.test(`${name} session`, async (t) => {
    await loadEagerBackend('cpu');

    for (const {optimizer, steps, weights, evaluation} of reference.convolutional.cases) {
      t.test(`three steps of a convolutional network with ${optimizer.type} agree with PyTorch`, async (t) => {
        const {session, close} = await openConvolutional(optimizer);
        const {learningRate} = optimizer;
        for (const [index, expected] of steps.entries()) {
          const {loss, outputs} = await session.step(batches[index]!, {learningRate, step: index + 1});
          t.ok(relativeError([loss], [expected.loss]) <= tolerance, `loss of step ${index + 1}: ${loss}`);
          t.ok(relativeError(outputs.output!, expected.outputs.values) <= tolerance, `outputs of step ${index + 1}`);
        }
        const state = await session.readState();
        t.same([...state.weights.keys()].sort(), Object.keys(weights).sort());
        for (const [weight, {values, shape}] of Object.entries(weights)) {
          const data = state.weights.get(weight)!;
          t.same(data.shape, shape);
          t.ok(relativeError(data.values, values) <= tolerance, `${weight}: ${relativeError(data.values, values)}`);
        }
        const {loss, outputs} = await session.evaluate(batches[0]!);
        t.ok(relativeError([loss], [evaluation.loss]) <= tolerance, `loss in inference ${loss}`);
        t.ok(relativeError(outputs.output!, evaluation.outputs.values) <= tolerance, 'outputs in inference');
        await close();
      });
    }

    for (const {loss, targets, start, losses, weights} of reference.linear.cases) {
      t.test(`three steps of one dense layer with ${loss} agree with PyTorch`, async (t) => {
        const {optimizer, inputs} = reference.linear;
        const layers: WrittenLayer[] = [{type: 'dense', units: 3}];
        const {session, close} = await open(layers, [4], optimizer, {type: loss} as LossSpec, targets.shape.slice(1));
        await writeWeights(session, start);
        for (const [index, expected] of losses.entries()) {
          const hyper = {learningRate: optimizer.learningRate, step: index + 1};
          const result = await session.step(batchOf(inputs, targets), hyper);
          t.ok(relativeError([result.loss], [expected]) <= tolerance, `loss of step ${index + 1}: ${result.loss}`);
        }
        const state = await session.readState();
        for (const [weight, {values}] of Object.entries(weights)) {
          t.ok(relativeError(state.weights.get(weight)!.values, values) <= tolerance, weight);
        }
        await close();
      });
    }

    t.test('slots start at zero and are named after their weights', async (t) => {
      const {session, model, close} = await openConvolutional();
      const {slots} = await session.readState();
      const trainable = model.weights.filter((weight) => weight.trainable);
      t.same([...slots.keys()].sort(), trainable.flatMap((weight) => [`${weight.name}/m`, `${weight.name}/v`]).sort());
      for (const [slot, {values}] of slots)
        t.ok(
          values.every((value) => value === 0),
          slot,
        );
      await close();
    });

    t.test('weight decay that leaves out biases and normalization does so, and decays the rest', async (t) => {
      const sgd = {type: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false, excludeBiasAndNorm: true} as const;
      const [plain, decayed] = await Promise.all(
        [0, 0.5].map(async (weightDecay) => {
          const {session, close} = await openConvolutional({...sgd, weightDecay});
          await session.step(batches[0]!, {learningRate: 0.1, step: 1});
          const {weights} = await session.readState();
          await close();
          return weights;
        }),
      );
      for (const [weight, {shape, values}] of plain!) {
        const start = reference.convolutional.start[weight]!.values;
        const expected = [...values].map((value, i) => (shape.length > 1 ? value - 0.1 * 0.5 * start[i]! : value));
        t.ok(relativeError(decayed!.get(weight)!.values, expected) <= 1e-5, weight);
      }
    });

    t.test('evaluation changes nothing, repeats exactly, and takes any batch size', async (t) => {
      const {session, close} = await openConvolutional();
      await session.step(batches[0]!, {learningRate: 0.01, step: 1});
      const before = valuesOf(await session.readState());
      const first = copyOf(await session.evaluate(batches[1]!));
      const small = copyOf(await session.evaluate(batches[2]!));
      const again = copyOf(await session.evaluate(batches[1]!));
      t.same(again, first);
      t.equal(small.outputs.length, batches[2]!.size * 3);
      t.same(valuesOf(await session.readState()), before);
      const {inputs, targets} = batches[1]!;
      const one = plainBatch(1, inputs.input!.slice(0, 128), targets.output!.slice(0, 1));
      const single = await session.evaluate(one);
      t.ok(
        relativeError(single.outputs.output!, [...first.outputs.slice(0, 3)]) <= 1e-5,
        'an example alone and in a batch',
      );
      await close();
    });

    t.test('equal sessions give equal numbers, and the step number decides the noise', async (t) => {
      const losses: number[][] = [];
      for (const firstStep of [1, 1, 4]) {
        const {session, close} = await openConvolutional();
        const seen: number[] = [];
        for (const [index, batch] of batches.entries()) {
          seen.push((await session.step(batch, {learningRate: 0.01, step: firstStep + index})).loss);
        }
        losses.push(seen);
        await close();
      }
      t.same(losses[0], losses[1]);
      t.not(losses[0]![0], losses[2]![0]);
    });

    t.test('a state read is a copy, and written back it continues exactly', async (t) => {
      const {session, close} = await openConvolutional();
      await session.step(batches[0]!, {learningRate: 0.01, step: 1});
      const state = await session.readState();
      const before = valuesOf(state);
      const first = copyOf(await session.step(batches[1]!, {learningRate: 0.01, step: 2}));
      const after = valuesOf(await session.readState());
      t.same(valuesOf(state), before, 'the copy does not change');
      t.notSame(after, before);

      await session.writeState(state);
      t.same(valuesOf(await session.readState()), before);
      t.same(copyOf(await session.step(batches[1]!, {learningRate: 0.01, step: 2})), first);
      t.same(valuesOf(await session.readState()), after);

      const other = await openConvolutional();
      await other.session.writeState(state);
      t.same(copyOf(await other.session.step(batches[1]!, {learningRate: 0.01, step: 2})), first, 'in another session');
      await other.close();
      await close();
    });

    t.test('a state of another model is refused', async (t) => {
      const {session, close} = await openConvolutional();
      const {weights, slots} = await session.readState();
      const missing = new Map([...weights].filter(([weight]) => weight !== 'dense/bias'));
      await t.rejects(session.writeState({weights: missing, slots}), /dense\/bias/);
      const more = new Map([...weights, ['extra/kernel', tensorDataOf({shape: [1], values: [1]})]]);
      await t.rejects(session.writeState({weights: more, slots}), /extra\/kernel/);
      const reshaped = new Map([...weights, ['dense/bias', tensorDataOf({shape: [2], values: [1, 2]})]]);
      await t.rejects(session.writeState({weights: reshaped, slots}));
      await close();
    });

    t.test('syncModel brings the trained weights into the model', async (t) => {
      const {session, model, close} = await openConvolutional();
      for (const [index, batch] of batches.entries()) await session.step(batch, {learningRate: 0.01, step: index + 1});
      await session.syncModel();
      const {weights} = await session.readState();
      for (const {name: weight, variable} of model.weights) {
        t.same([...(await variable.read().data())], [...weights.get(weight)!.values], weight);
      }
      await close();
    });

    t.test('a diverged step reports its loss instead of throwing', async (t) => {
      const {session, close} = await openConvolutional({
        ...reference.convolutional.cases[1]!.optimizer,
        learningRate: 1e30,
      });
      const losses: number[] = [];
      for (let step = 1; step <= 4; step++) {
        losses.push((await session.step(batches[0]!, {learningRate: 1e30, step})).loss);
      }
      t.ok(
        losses.some((loss) => !Number.isFinite(loss)),
        losses.join(' '),
      );
      await close();
    });

    t.test('no tensor is left over', async (t) => {
      const empty = tf.memory().numTensors;
      const {session, close} = await openConvolutional();
      const run = async (step: number): Promise<void> => {
        await session.step(batches[step % 3]!, {learningRate: 0.01, step});
        await session.evaluate(batches[step % 3]!);
        await session.writeState(await session.readState());
      };
      for (let step = 1; step <= 3; step++) await run(step);
      const before = tf.memory().numTensors;
      for (let step = 4; step <= 9; step++) await run(step);
      t.equal(tf.memory().numTensors, before);
      await close();
      t.equal(tf.memory().numTensors, empty, 'after closing');
    });
  });
}
