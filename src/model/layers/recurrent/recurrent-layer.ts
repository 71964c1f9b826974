import type {serialization, Tensor, Tensor1D, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import type {Initializer} from '@tensorflow/tfjs-layers/dist/initializers.js';
import type {CallContext} from '../../call-context.js';
import type {BuildContext, TfLayer} from '../../layer.js';
import {activationOf} from '../apply-activation.js';
import {createFunctionLayer} from '../function-layer.js';
import {keepMaskOf} from '../own-layer.js';
import {sequenceOf, timeSteps} from '../sequences.js';
import type {Activate, CellParts, CellStep} from './cell.js';
import {type RecurrentArguments, recurrentOutputShape, recurrentWeights} from './fields.js';
import {runFused} from './fused.js';
import type {RecurrentKind} from './kind.js';
import {type MergeMode, mergedShape, mergeOutputs} from './merge-outputs.js';
import {savedConfig} from './saved-config.js';

/** How a recurrent layer reads its sequence: once, or once from each end. */
export interface Direction {
  /** Of the names of its weights and its noise: empty, or `forward_lstm/`. */
  readonly prefix: string;
  readonly goBackwards: boolean;
}

/** How a kind is made a layer. */
export interface RecurrentLayerOptions {
  readonly directions: readonly Direction[];
  /** With two directions; outputs read from the end are then put back into the order of time. */
  readonly mergeMode?: MergeMode;
  readonly className: string;
  readonly config: serialization.ConfigDict;
}

/**
 * A recurrent layer of our own: the stock ones slice the sequence at every step, whose gradient pads it to full length each time,
 * and draw their own random numbers. Here one product covers the inputs of all steps, and the loop over time is unrolled.
 */
export function createRecurrentLayer(
  context: BuildContext,
  kind: RecurrentKind,
  options: RecurrentLayerOptions,
): TfLayer {
  const {core} = context.tf;
  const {cell, args} = kind;
  const {directions, mergeMode} = options;
  const {units, returnSequences} = args;
  const width = cell.numGates * units;
  const activate = (name: RecurrentArguments['activation']) => activationOf(context, name) as Activate;
  const isStandard = args.activation === 'tanh' && (kind.recurrentActivation ?? 'sigmoid') === 'sigmoid';
  const functions = {
    activate: activate(args.activation),
    activateGate: activate(kind.recurrentActivation ?? 'sigmoid'),
  };

  /** The output, of all steps in their order or of the last, and the states after it. @param first states, zeros by default */
  function run(
    x: Tensor3D,
    {prefix, goBackwards}: Direction,
    weight: (name: string) => Tensor,
    step: CallContext,
    first: readonly Tensor2D[],
  ): {output: Tensor; states: readonly Tensor2D[]} {
    const isTurned = mergeMode !== undefined && goBackwards;
    const outputOf = (outputs: readonly Tensor2D[]): Tensor =>
      returnSequences ? sequenceOf(core, isTurned ? outputs.toReversed() : outputs) : outputs.at(-1)!;
    const [batch, time, features] = x.shape;
    const inputMask = keepMaskOf(step, `${context.name}/${prefix}dropout`, args.dropout, [batch, 1, features]);
    const stateMask = keepMaskOf(step, `${context.name}/${prefix}recurrentDropout`, args.recurrentDropout, [
      batch,
      units,
    ]);
    const seen = inputMask ? core.mul<Tensor3D>(x, inputMask) : x;
    const kernel = weight(`${prefix}kernel`) as Tensor2D;
    const recurrentKernel = weight(`${prefix}recurrent_kernel`) as Tensor2D;
    const bias = args.useBias ? weight(`${prefix}bias`) : undefined;
    const zeros = core.zeros([batch, units]) as Tensor2D;
    const start = first.length > 0 ? first : cell.states.map(() => zeros);
    const mask = step.masks?.[0];
    // Inference needs no gradient, and stays in the order that exported models keep the batch in.
    if (cell.fused && isStandard && step.training && !mask) {
      const givesAll = returnSequences;
      const sequence = {x: seen, kernel, recurrentKernel, bias, start, stateMask, goBackwards, givesAll};
      const {output, states} = runFused(core, cell.fused, sequence);
      return {output: givesAll && isTurned ? core.reverse(output, 1) : output, states};
    }
    const given = core.reshape(seen, [batch * time, features]);
    const [inputBias, recurrentBias] = bias && cell.hasRecurrentBias ? core.unstack(bias) : [bias];
    const product = core.matMul(given, kernel);
    const projected = inputBias ? core.add(product, inputBias) : product;
    const parts: CellParts = {
      ...functions,
      units,
      recurrentKernel,
      recurrentBias,
      dropState: (h) => (stateMask ? core.mul(h, stateMask) : h),
    };
    const advance = cell.start(core, parts);
    const steps = timeSteps(core, core.reshape(projected, [batch, time, width]));
    const {length} = steps;
    const order = Array.from(steps, (_gates, i) => (goBackwards ? length - 1 - i : i));
    const gates = order.map((i) => steps[i]!);
    if (!mask) {
      const {outputs, states} = advanceAll(advance, gates, start);
      return {output: outputOf(outputs), states};
    }
    const counts = timeSteps(core, core.reshape(mask, [batch, length, 1]));
    const counted = order.map((i) => [steps[i]!, counts[i]!] as const);
    const {outputs, states} = advanceMasked(advance, counted, start, zeros);
    return {output: outputOf(outputs), states};
  }

  /**
   * Keras's: a step that does not count leaves the states as they are, and has the output before it, zeros in front of the first one;
   * in a bidirectional layer with returnSequences it has zeros.
   */
  function advanceMasked(
    advance: CellStep,
    steps: readonly (readonly [gates: Tensor2D, counts: Tensor2D])[],
    start: readonly Tensor2D[],
    zeros: Tensor2D,
  ): {outputs: readonly Tensor2D[]; states: readonly Tensor2D[]} {
    const areZero = mergeMode !== undefined && returnSequences;
    let states = start;
    let output = zeros;
    const outputs = steps.map(([gates, counts]) => {
      const rest = core.sub<Tensor2D>(1, counts);
      const choose = (next: Tensor2D, last: Tensor2D): Tensor2D =>
        core.add(core.mul(next, counts), core.mul(last, rest));
      const next = advance(gates, states);
      output = areZero ? core.mul(next[0], counts) : choose(next[0], output);
      states = next.map((state, i) => choose(state, states[i]!));
      return output;
    });
    return {outputs, states};
  }

  return createFunctionLayer(kind.forgetOnes ? startingForgetful(context, units) : context, {
    className: options.className,
    config: options.config,
    outputShape: mergedShape(recurrentOutputShape(args, context.inputShape), mergeMode),
    weights: directions.flatMap(({prefix}) => recurrentWeights(args, cell, context.inputShape, prefix)),
    ...(context.givesStates ? {stateShapes: directions.flatMap(() => cell.states.map(() => [units]))} : {}),
    call(x, weight, step, [, ...firstStates]) {
      const read = directions.map((direction) =>
        run(x as Tensor3D, direction, weight, step, firstStates as readonly Tensor2D[]),
      );
      const [first, second] = read as [(typeof read)[0], (typeof read)[0]];
      const output = mergeMode ? mergeOutputs(core, mergeMode, [first.output, second.output]) : first.output;
      return context.givesStates ? [output, ...read.flatMap(({states}) => states)] : output;
    },
  });
}

/** Every step of a sequence that counts. */
function advanceAll(
  advance: CellStep,
  steps: readonly Tensor2D[],
  start: readonly Tensor2D[],
): {outputs: readonly Tensor2D[]; states: readonly Tensor2D[]} {
  let states = start;
  const outputs = steps.map((gates) => {
    const next = advance(gates, states);
    states = next;
    return next[0];
  });
  return {outputs, states};
}

/** A kind as a layer that reads the sequence once. */
export const createOneWay = (context: BuildContext, kind: RecurrentKind): TfLayer =>
  createRecurrentLayer(context, kind, {
    directions: [{prefix: '', goBackwards: kind.args.goBackwards}],
    className: kind.className,
    config: savedConfig(context, kind),
  });

/** The context with biases whose second quarter starts at 1, so that an lstm remembers before it has learned to (Jozefowicz et al. 2015). */
function startingForgetful(context: BuildContext, units: number): BuildContext {
  const {core} = context.tf;
  const initializer = (weight: string): Initializer => {
    const given = context.initializer(weight);
    if (!weight.endsWith('bias')) return given;
    const apply: Initializer['apply'] = (shape, dtype) =>
      core.tidy(() => {
        const [input, , others] = core.split(given.apply(shape, dtype), [units, units, 2 * units]);
        return core.concat([input!, core.ones([units]) as Tensor1D, others!]);
      });
    return Object.assign(Object.create(given) as Initializer, {apply});
  };
  return {...context, initializer};
}
