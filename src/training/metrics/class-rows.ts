import type {OutputMeaning} from '../losses/definition.js';
import type {JudgedExamples, MetricContext} from './metric.js';

/** Position of the largest of `values[start .. start + length)`, the first one on a tie. */
export function argMax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/** How many numbers name one class: those along the last axis of the outputs. */
export const numClassesOf = ({outputShape}: Pick<MetricContext, 'outputShape'>): number => outputShape.at(-1) ?? 1;

/** Names of the classes that count, their numbers where they have no names. */
export const countedClasses = (
  names: readonly string[] | undefined,
  numClasses: number,
  ignored: number | undefined,
): readonly string[] =>
  (names ?? Array.from({length: numClasses}, (_, index) => String(index))).filter((_, index) => index !== ignored);

/** Whether each unit answers a yes/no question of its own, instead of all together naming one class. */
export const isYesNo = (context: Pick<MetricContext, 'outputShape' | 'encoding'>): boolean =>
  context.encoding === 'values' || numClassesOf(context) === 1;

/** A unit says yes above it. */
export const yesThreshold = (outputs: OutputMeaning): number => (outputs === 'probabilities' ? 0.5 : 0);

/**
 * Goes through the rows of outputs that name one class each (an example, or a step of a sequence) and count.
 * @param judge gets where the row's outputs start, and its true class
 * @returns how many rows counted
 */
export function judgeRows(
  context: MetricContext,
  {targets}: JudgedExamples,
  outputs: Float32Array,
  judge: (start: number, truth: number) => void,
): number {
  const numClasses = numClassesOf(context);
  let numRows = 0;
  for (let row = 0, start = 0; start < outputs.length; row++, start += numClasses) {
    const truth = context.encoding === 'oneHot' ? argMax(targets, start, numClasses) : targets[row]!;
    if (truth === context.ignored) continue;
    judge(start, truth);
    numRows++;
  }
  return numRows;
}
