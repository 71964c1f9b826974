import {Type} from '@sinclair/typebox';
import {argMax, classOf, isYesNo, yesThreshold} from './class-rows.js';
import type {Metric, MetricContext} from './metric.js';

/** Answers about one class. A yes/no question is a class of its own: saying yes is naming it. */
export interface ClassCounts {
  /** Named where it was true. */
  readonly hits: number;
  /** Named where it was not. */
  readonly falseAlarms: number;
  /** Not named where it was true. */
  readonly misses: number;
  /** Not named where it was not true. */
  readonly rejections: number;
}

/** How the numbers of several classes become one. */
export const average = Type.Union([Type.Literal('macro'), Type.Literal('micro')], {
  default: 'macro',
  description:
    'macro: the mean over the classes, each counting alike; micro: from the answers about all classes together. The same for a single yes/no question.',
});

/** A column's name with what was not the usual average in front: `precision`, `microPrecision`. */
export const averagedColumn = (name: string, average: 'macro' | 'micro'): string =>
  average === 'macro' ? name : `micro${name[0]!.toUpperCase()}${name.slice(1)}`;

/**
 * A metric that follows from the counts of answers about each class over the whole set.
 * @param resultOf is given one entry per class or yes/no question
 */
export function countingMetric(context: MetricContext, resultOf: (counts: readonly ClassCounts[]) => number): Metric {
  const numClasses = context.outputShape.at(-1) ?? 1;
  const [named, wasTrue, hits] = Array.from({length: 3}, () => new Float64Array(numClasses)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let numExamples = 0;
  const threshold = yesThreshold(context.outputs);
  const tally = (index: number, isNamed: boolean, isTrue: boolean): void => {
    if (isNamed) named[index]!++;
    if (isTrue) wasTrue[index]!++;
    if (isNamed && isTrue) hits[index]!++;
  };
  return {
    update(batch, outputs) {
      const numRows = outputs.length / numClasses;
      numExamples += numRows;
      if (isYesNo(context)) {
        for (let i = 0; i < outputs.length; i++)
          tally(i % numClasses, outputs[i]! > threshold, batch.targets[i]! > 0.5);
        return;
      }
      for (let row = 0; row < numRows; row++) {
        const guess = argMax(outputs, row * numClasses, numClasses);
        const truth = classOf(batch, row, numClasses, context.encoding);
        tally(guess, true, guess === truth);
        if (guess !== truth) tally(truth, false, true);
      }
    },
    result() {
      if (numExamples === 0) return Number.NaN;
      return resultOf(
        Array.from(hits, (count, index) => {
          const [falseAlarms, misses] = [named[index]! - count, wasTrue[index]! - count];
          return {hits: count, falseAlarms, misses, rejections: numExamples - count - falseAlarms - misses};
        }),
      );
    },
    reset() {
      for (const counts of [named, wasTrue, hits]) counts.fill(0);
      numExamples = 0;
    },
  };
}

/**
 * F-beta of counts: (1 + beta²) · hits / ((1 + beta²) · hits + beta² · misses + false alarms); precision for beta 0, recall for an
 * infinite one; 0 where nothing was there to count, as in scikit-learn. Macro averages leave out classes that neither occur nor are named.
 */
export function fScore(counts: readonly ClassCounts[], average: 'macro' | 'micro', betaSquared: number): number {
  const scoreOf = ({hits, falseAlarms, misses}: Pick<ClassCounts, 'hits' | 'falseAlarms' | 'misses'>): number => {
    const weight = betaSquared === Number.POSITIVE_INFINITY ? 1 : betaSquared / (1 + betaSquared);
    const whole = hits + weight * misses + (1 - weight) * falseAlarms;
    return whole === 0 ? 0 : hits / whole;
  };
  if (average === 'micro') {
    const sum = (of: (one: ClassCounts) => number): number => counts.reduce((total, one) => total + of(one), 0);
    return scoreOf({hits: sum((c) => c.hits), falseAlarms: sum((c) => c.falseAlarms), misses: sum((c) => c.misses)});
  }
  const present = counts.filter(({hits, falseAlarms, misses}) => hits + falseAlarms + misses > 0);
  return present.length === 0 ? 0 : present.reduce((sum, one) => sum + scoreOf(one), 0) / present.length;
}
