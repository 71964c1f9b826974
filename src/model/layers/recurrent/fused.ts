import type * as tfjs from '@tensorflow/tfjs-core';
import type {GradSaveFunc, Rank, Tensor, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';

/**
 * The arithmetic of a kind of recurrent layer with a gradient of its own, on matrices [width, batch]: turned, so that gates lie behind
 * one another and the products read the large weights as they are. All of it with the standard activations.
 */
export interface FusedCell {
  /** Which of the gates, as the weights have them, comes first, second… in the rows here. */
  readonly gateOrder: readonly number[];
  /** The weights with a row of gates for each that `forward` reads, where the layer's have others; differentiated by TensorFlow.js. */
  prepare?(tf: typeof tfjs, weights: FusedWeights): FusedWeights;
  /** A step: the next states, and what its `back` needs. @param sums of the products, [G · units, batch] */
  forward(tf: typeof tfjs, sums: Tensor2D, states: readonly Tensor2D[]): FusedStep;
  /** @param kept what `forward` kept @param gradients of the states after the step */
  back(tf: typeof tfjs, kept: readonly Tensor2D[], gradients: readonly Tensor2D[]): FusedGradients;
}

export interface FusedStep {
  readonly states: readonly Tensor2D[];
  readonly kept: readonly Tensor2D[];
}

export interface FusedGradients {
  /** Of the products' sums. */
  readonly sums: Tensor2D;
  /** Of the output before the step other than through the products. */
  readonly hidden?: Tensor2D;
  /** Of the other states before the step. */
  readonly others?: readonly Tensor2D[];
}

export interface FusedWeights {
  /** [features, G · units] */
  readonly kernel: Tensor2D;
  /** [units, G · units] */
  readonly recurrentKernel: Tensor2D;
  /** [G · units] */
  readonly bias: Tensor | undefined;
}

/** What a whole sequence is computed from. */
export interface FusedSequence extends FusedWeights {
  /** [batch, time, features] */
  readonly x: Tensor3D;
  /** States before the first step, [batch, units] each. */
  readonly start: readonly Tensor2D[];
  /** Recurrent dropout's, [batch, units]. */
  readonly stateMask: Tensor | undefined;
  /** Whether the steps are read from the last one. */
  readonly goBackwards: boolean;
  /** Whether the outputs of all steps are asked for, or the last one's only. */
  readonly givesAll: boolean;
}

/** How many steps share a product in the weights' gradient: enough to keep it busy, few enough to stay in a cache. */
const stepsPerProduct = 10;

/**
 * All steps of a recurrence, differentiated by hand: TensorFlow.js's tape would record more and smaller kernels, and a step of an
 * unrolled recurrence takes as long as its kernels are many. A step's one product reads [last output; input; 1], so that the gradients
 * of kernel, recurrent kernel and bias are one product as well.
 * @returns the outputs of every step, [batch, time, units], or of the last, [batch, units]; and the states after it
 */
export function runFused(
  tf: typeof tfjs,
  cell: FusedCell,
  sequence: FusedSequence,
): {readonly output: Tensor; readonly states: readonly Tensor2D[]} {
  const given = {...sequence, ...cell.prepare?.(tf, sequence)};
  const {x, kernel, recurrentKernel, bias, start, givesAll} = given;
  const [batch, time] = x.shape;
  const [units] = recurrentKernel.shape;
  const apply = tf.customGrad((...args) => differentiable(tf, cell, given, args.at(-1) as GradSaveFunc));
  const all = tf.transpose(apply(x, kernel, recurrentKernel, ...start, ...(bias ? [bias] : [])) as Tensor2D);
  const numColumns = givesAll ? time * units : units;
  const [outputs, ...others] =
    start.length === 1 ? [all] : (tf.split(all, [numColumns, ...start.slice(1).map(() => units)], 1) as Tensor2D[]);
  if (!givesAll) return {output: outputs!, states: [outputs!, ...others]};
  const last = tf.slice(outputs!, [0, numColumns - units], [batch, units]);
  return {output: tf.reshape(outputs!, [batch, time, units]), states: [last, ...others]};
}

/** Equal parts; one part is what is there. */
const split = (tf: typeof tfjs, x: Tensor2D, count: number, axis: number): readonly Tensor2D[] =>
  count === 1 ? [x] : (tf.split(x, count, axis) as Tensor2D[]);

const join = (tf: typeof tfjs, parts: readonly Tensor2D[], axis: number): Tensor2D =>
  parts.length === 1 ? parts[0]! : tf.concat([...parts], axis);

const add = (tf: typeof tfjs, a: Tensor2D, b: Tensor2D | undefined): Tensor2D => (b ? tf.add(a, b) : a);

/** The outputs asked for and the last states but the first, below one another: [n · units, batch]. */
function differentiable(tf: typeof tfjs, cell: FusedCell, given: FusedSequence, save: GradSaveFunc) {
  const {x, kernel, recurrentKernel, bias, goBackwards, givesAll} = given;
  const [batch, time, features] = x.shape;
  const [units, width] = recurrentKernel.shape;
  const {gateOrder} = cell;
  const reordered = (weight: Tensor2D, from: readonly number[], axis: number): Tensor2D => {
    if (from.every((gate, place) => gate === place)) return weight;
    const gates = split(tf, weight, from.length, axis);
    const inOrder = from.map((gate) => gates[gate]!);
    return join(tf, inOrder, axis);
  };
  const inputs = split(tf, tf.transpose(tf.reshape(x, [batch, time * features])), time, 0);
  const order = Array.from(inputs, (_input, i) => (goBackwards ? time - 1 - i : i));
  const columns: Tensor2D[] = [
    tf.transpose(recurrentKernel),
    tf.transpose(kernel),
    ...(bias ? [tf.reshape<Rank.R2>(bias, [width, 1])] : []),
  ];
  const weights = reordered(join(tf, columns, 1), gateOrder, 0);
  const ones = bias ? [tf.ones<Rank.R2>([1, batch])] : [];
  const mask = given.stateMask && (tf.transpose(given.stateMask) as Tensor2D);
  const masked = (h: Tensor2D): Tensor2D => (mask ? tf.mul(h, mask) : h);

  let states: readonly Tensor2D[] = given.start.map((state) => tf.transpose(state));
  const numStates = states.length;
  const outputs: Tensor2D[] = [];
  const saved: Tensor2D[] = [];
  let numKept = 0;
  for (const i of order) {
    const read = join(tf, [masked(states[0]!), inputs[i]!, ...ones], 0);
    const step = cell.forward(tf, tf.matMul(weights, read), states);
    states = step.states;
    outputs.push(states[0]!);
    saved.push(read, ...step.kept);
    numKept = step.kept.length;
  }
  save([...saved, recurrentKernel, kernel, ...(mask ? [mask] : [])]);
  const asked = [...(givesAll ? outputs : outputs.slice(-1)), ...states.slice(1)];

  function gradients(dy: Tensor, tensors: readonly Tensor[]): Tensor[] {
    const perStep = 1 + numKept;
    const [savedRecurrent, savedKernel, savedMask] = tensors.slice(time * perStep) as [Tensor2D, Tensor2D, Tensor2D?];
    const pieces = split(tf, dy as Tensor2D, asked.length, 0);
    const back = reordered(savedRecurrent, gateOrder, 1);
    /** By the place in x. */
    const sums: Tensor2D[] = [];
    const reads: Tensor2D[] = [];
    const [last, ...others] = pieces.slice(asked.length - numStates) as [Tensor2D, ...Tensor2D[]];
    let current = [last, ...others] as const;
    for (let step = time - 1; step >= 0; step--) {
      const [read, ...kept] = tensors.slice(step * perStep, (step + 1) * perStep) as [Tensor2D, ...Tensor2D[]];
      const before = cell.back(tf, kept, current);
      sums[order[step]!] = before.sums;
      reads[order[step]!] = read;
      const product = tf.matMul(back, before.sums) as Tensor2D;
      const hidden = add(tf, savedMask ? tf.mul<Tensor2D>(product, savedMask) : product, before.hidden);
      const isAsked = givesAll && step > 0;
      current = [isAsked ? add(tf, hidden, pieces[step - 1]) : hidden, ...(before.others ?? [])];
    }
    let total: Tensor2D | undefined;
    const inputGradients: Tensor2D[] = [];
    const kernelRows = reordered(savedKernel, gateOrder, 1);
    for (let first = 0; first < time; first += stepsPerProduct) {
      const several = join(tf, sums.slice(first, first + stepsPerProduct), 1);
      const product = tf.matMul(several, join(tf, reads.slice(first, first + stepsPerProduct), 1), false, true);
      total = add(tf, product as Tensor2D, total);
      inputGradients.push(tf.matMul(kernelRows, several) as Tensor2D);
    }
    const places = gateOrder.map((_, gate) => gateOrder.indexOf(gate));
    const byWeight = tf.split(tf.transpose(reordered(total!, places, 0)), [units, features, ...(bias ? [1] : [])], 0);
    const [recurrentGradient, kernelGradient, biasGradient] = byWeight as [Tensor2D, Tensor2D, Tensor2D?];
    const dx = tf.transpose(tf.reshape(join(tf, inputGradients, 1), [features, time, batch]), [2, 1, 0]);
    const startGradients = current.map((state) => tf.transpose(state));
    return [
      dx,
      kernelGradient,
      recurrentGradient,
      ...startGradients,
      ...(biasGradient ? [tf.reshape(biasGradient, bias!.shape)] : []),
    ];
  }
  const gradFunc = (dy: Tensor, tensors: Tensor[]): Tensor[] => tf.tidy(() => gradients(dy, tensors));
  return {value: join(tf, asked, 0), gradFunc};
}
