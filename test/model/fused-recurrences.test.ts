import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import type {RecurrentCell} from '../../src/model/layers/recurrent/cell.js';
import {runFused} from '../../src/model/layers/recurrent/fused.js';
import {gruResetAfterCell} from '../../src/model/layers/recurrent/gru-cell.js';
import {lstmCell} from '../../src/model/layers/recurrent/lstm-cell.js';
import {simpleRnnCell} from '../../src/model/layers/recurrent/simple-rnn-cell.js';
import {Rng} from '../../src/support/random.js';
import {type Input, inputOf, largestDifference, runCompiled, runEagerly} from '../engine/compiled/run-compiled.js';

const cells: Readonly<Record<string, RecurrentCell>> = {
  lstm: lstmCell,
  gru: gruResetAfterCell,
  simpleRnn: simpleRnnCell,
};

interface Case {
  readonly cell: RecurrentCell;
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
  readonly useBias: boolean;
  readonly hasMask: boolean;
  readonly goBackwards: boolean;
  readonly givesAll: boolean;
  /** Whether the last states are read as well as the outputs. */
  readonly readsStates: boolean;
}

/** x, kernel, recurrent kernel, then the bias, the mask and the first states. */
function inputsOf(given: Case, name: string): readonly Input[] {
  const {cell, batch, time, features, units, useBias, hasMask} = given;
  const width = cell.numGates * units;
  const shapes = [
    [batch, time, features],
    [features, width],
    [units, width],
  ];
  if (useBias) shapes.push(cell.hasRecurrentBias ? [2, width] : [width]);
  for (const _state of cell.states) shapes.push([batch, units]);
  const drawn = shapes.map((shape, index) => {
    const {values} = inputOf(shape, `${name} ${index}`);
    return {shape, values: values.map((value) => value / 2)};
  });
  const mask = inputOf([batch, units], `${name} mask`).values.map((value) => (value > 0 ? 1.5 : 0));
  return hasMask ? [...drawn, {shape: [batch, units], values: mask}] : drawn;
}

function read(given: Case, tensors: readonly tf.Tensor[]) {
  const [x, kernel, recurrentKernel, ...rest] = tensors as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D, ...tf.Tensor2D[]];
  const bias = given.useBias ? rest.shift() : undefined;
  const start = rest.splice(0, given.cell.states.length);
  // A mask is noise: nothing flows back into it.
  const [mask] = rest;
  return {x, kernel, recurrentKernel, bias, start, mask};
}

/** Everything asked for as one tensor: outputs, then the states that are read. */
const together = (output: tf.Tensor, states: readonly tf.Tensor[], {batch, readsStates}: Case): tf.Tensor =>
  tf.concat([tf.reshape(output, [batch, -1]), ...(readsStates ? states : [])], 1);

const fused =
  (given: Case) =>
  (...tensors: tf.Tensor[]): tf.Tensor => {
    const {mask, ...parts} = read(given, tensors);
    const {goBackwards, givesAll} = given;
    const {output, states} = runFused(tf, given.cell.fused!, {...parts, stateMask: mask, goBackwards, givesAll});
    return together(output, states, given);
  };

/** Step by step as the cell says, differentiated by TensorFlow.js. */
const unfused =
  (given: Case) =>
  (...tensors: tf.Tensor[]): tf.Tensor => {
    const {x, kernel, recurrentKernel, bias, start, mask} = read(given, tensors);
    const [inputBias, recurrentBias] = bias && given.cell.hasRecurrentBias ? tf.unstack(bias) : [bias];
    const step = given.cell.start(tf, {
      units: given.units,
      recurrentKernel,
      recurrentBias,
      activate: (sums) => tf.tanh(sums),
      activateGate: (sums) => tf.sigmoid(sums),
      dropState: (h) => (mask ? tf.mul(h, mask) : h),
    });
    let states: readonly tf.Tensor2D[] = start;
    const outputs: tf.Tensor2D[] = [];
    for (let i = 0; i < given.time; i++) {
      const place = given.goBackwards ? given.time - 1 - i : i;
      const input = tf.reshape(tf.slice(x, [0, place, 0], [-1, 1, -1]), [given.batch, given.features]);
      const product = tf.matMul(input, kernel) as tf.Tensor2D;
      states = step(inputBias ? tf.add<tf.Tensor2D>(product, inputBias) : product, states);
      outputs.push(states[0]!);
    }
    return together(given.givesAll ? tf.concat(outputs, 1) : outputs.at(-1)!, states, given);
  };

/** The gradients of the mask are left out: the fused form has none. */
const compared = (given: Case, results: readonly Float32Array[]): readonly Float32Array[] =>
  given.hasMask ? results.slice(0, -1) : results;

t.test('the gradients written by hand are those of the steps, on both engines', async (t) => {
  const rng = Rng.fromSeed(11);
  const upTo = (largest: number): number => 1 + Math.floor(rng.uniform() * largest);
  const toss = (): boolean => rng.uniform() < 0.5;
  for (const [kind, cell] of Object.entries(cells)) {
    for (let trial = 0; trial < 12; trial++) {
      const given: Case = {
        cell,
        batch: trial % 4 === 0 ? 1 : upTo(4),
        // Longer than one product of the weights' gradient takes, and one step.
        time: trial % 3 === 0 ? 1 : trial % 5 === 1 ? 23 : upTo(7),
        features: upTo(4),
        units: upTo(5),
        useBias: toss(),
        hasMask: toss(),
        goBackwards: toss(),
        givesAll: toss(),
        readsStates: toss(),
      };
      const {cell: _cell, ...words} = given;
      const name = `${kind} ${JSON.stringify(words)}`;
      const inputs = inputsOf(given, name);
      const expected = compared(given, runEagerly(unfused(given), inputs, true));
      for (const [engine, run] of Object.entries({eager: runEagerly, compiled: runCompiled})) {
        const got = withoutMask(given, inputs, run);
        const differences = got.map((values, index) => largestDifference(values, expected[index]!));
        t.ok(got.length === expected.length && Math.max(...differences) < 2e-5, `${engine} ${name}`, {differences});
      }
    }
  }
});

/** What `run` makes of the fused form, without the gradient of the mask. */
function withoutMask(given: Case, inputs: readonly Input[], run: typeof runEagerly): readonly Float32Array[] {
  if (!given.hasMask) return run(fused(given), inputs, true);
  // A product with 0 lets TensorFlow.js ask for a gradient of the mask without changing any other.
  const anchored = (...tensors: tf.Tensor[]): tf.Tensor =>
    tf.add(fused(given)(...tensors), tf.mul(tf.sum(tensors.at(-1)!), 0));
  return run(anchored, inputs, true).slice(0, -1);
}
