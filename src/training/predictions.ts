import type {TargetInfo} from '../data/dataset.js';
import {sizeOf} from '../support/tensor.js';
import type {JudgedOutput} from './judged-outputs.js';
import {lossDefinition} from './losses/registry.js';
import {argMax, numClassesOf, yesThreshold} from './metrics/class-rows.js';
import {probabilitiesOf} from './metrics/probabilities.js';

/** What an output says of an example. */
export interface Prediction {
  /** Of the named numbers: the one that is meant. Present for `class`. */
  readonly best?: number;
  /** Probabilities, scores or values, in the order of the reader's names. The array is used again for the next example. */
  readonly numbers: Float64Array;
}

/** How the numbers of one of the model's outputs are to be read. */
export interface OutputReader {
  readonly name: string;
  /** Before its columns where there are several outputs: `price_`. */
  readonly prefix: string;
  /** `class`: one of the names; `answers`: yes or no to each name; `values`: a number for each name. */
  readonly kind: 'class' | 'answers' | 'values';
  /** Whether the numbers are probabilities; the scores of margin losses are none. */
  readonly areProbabilities: boolean;
  /** Of the numbers: classes, questions, values. */
  readonly names: readonly string[];
  /** @param outputs of a batch @param example its place in the batch */
  read(outputs: Float32Array, example: number): Prediction;
}

/**
 * Takes an output for what its loss takes it for: softmax or sigmoid where these are part of the loss, nothing where the model ends in them.
 * Classes are those that the metric accuracy counts.
 * @param columns names of what is predicted, where the target is numbers that have names
 */
export function outputReader(
  {name, prefix, loss, context}: JudgedOutput,
  target: TargetInfo,
  columns?: readonly string[],
): OutputReader {
  const size = sizeOf(context.outputShape);
  const {includes} = lossDefinition(loss);
  const areProbabilities =
    context.outputs === 'probabilities' || (context.outputs === 'logits' && includes !== undefined);
  const common = {name, prefix, areProbabilities};
  const probabilities = probabilitiesOf(context);
  const ofYes = (output: number): number => (areProbabilities ? probabilities.ofYes(output) : output);
  if (target.task === 'classification' && context.outputs !== 'values') {
    const numClasses = target.numClasses!;
    const names = target.classNames ?? Array.from({length: numClasses}, (_, index) => String(index));
    if (numClassesOf(context) === 1) return ofSingleUnit(common, names, yesThreshold(context.outputs), ofYes);
    const scores = new Float64Array(size);
    return {
      ...common,
      kind: 'class',
      names,
      read(outputs, example) {
        const start = example * size;
        const best = argMax(outputs, start, size);
        if (areProbabilities) return {best, numbers: probabilities.ofRow(outputs, start)};
        scores.set(outputs.subarray(start, start + size));
        return {best, numbers: scores};
      },
    };
  }
  const isYesNo = context.outputs !== 'values';
  const numbers = new Float64Array(size);
  return {
    ...common,
    kind: isYesNo ? 'answers' : 'values',
    names: columns?.length === size ? columns : Array.from({length: size}, (_, index) => String(index)),
    read(outputs, example) {
      for (let i = 0; i < size; i++) {
        const output = outputs[example * size + i]!;
        numbers[i] = isYesNo ? ofYes(output) : output;
      }
      return {numbers};
    },
  };
}

/** One unit that says which of two classes: the second one's probability, or its score where that is no probability. */
function ofSingleUnit(
  common: Pick<OutputReader, 'name' | 'prefix' | 'areProbabilities'>,
  names: readonly string[],
  threshold: number,
  ofYes: (output: number) => number,
): OutputReader {
  const numbers = new Float64Array(2);
  return {
    ...common,
    kind: 'class',
    names,
    read(outputs, example) {
      const output = outputs[example]!;
      const yes = ofYes(output);
      numbers[0] = common.areProbabilities ? 1 - yes : -yes;
      numbers[1] = yes;
      return {best: output > threshold ? 1 : 0, numbers};
    },
  };
}

/** Above it an answer is yes. */
export const yesFrom = ({areProbabilities}: Pick<OutputReader, 'areProbabilities'>): number =>
  areProbabilities ? 0.5 : 0;
