import {Type} from '@sinclair/typebox';
import {type ClassCounts, ClassTally, pooled} from './class-counts.js';
import {numClassesOf} from './class-rows.js';
import type {Metric, MetricContext} from './metric.js';

/** How the numbers of several classes become one, or stay several. */
export const average = Type.Union(
  [Type.Literal('macro'), Type.Literal('micro'), Type.Literal('weighted'), Type.Literal('none')],
  {
    default: 'macro',
    description:
      'macro: the mean over the classes, each counting alike; weighted: each counting as often as it occurs; micro: from the answers about all classes together; none: a column for each class. The same for a single yes/no question.',
  },
);

export type Average = 'macro' | 'micro' | 'weighted' | 'none';

/** A column's name with what is not the usual average in front: `precision`, `microPrecision`. */
export const averagedColumn = (name: string, average: Average): string =>
  average === 'macro' || average === 'none' ? name : `${average}${name[0]!.toUpperCase()}${name.slice(1)}`;

/** `recall_setosa` and so on for the average `none`, else the one column. */
export const averagedColumns = (name: string, average: Average, classes: readonly string[]): readonly string[] =>
  average === 'none' ? columnWords(classes).map((one) => `${name}_${one}`) : [averagedColumn(name, average)];

/** Names of classes as parts of names of columns: letters, digits, `.`, `_` and `-`; where two become the same, all with their position. */
function columnWords(classes: readonly string[]): readonly string[] {
  const words = classes.map((name) => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-'));
  return new Set(words).size === words.length ? words : words.map((word, index) => `${word}-${index + 1}`);
}

/**
 * A metric that each class has for itself, averaged.
 * @param scoreOf 0 where nothing was there to count, as in scikit-learn
 */
export function averagingMetric(
  context: MetricContext,
  average: Average,
  scoreOf: (counts: ClassCounts) => number,
): Metric {
  const tally = new ClassTally(context);
  const each = (): readonly number[] => {
    const scores = tally.counts?.map(scoreOf) ?? Array<number>(numClassesOf(context)).fill(Number.NaN);
    return scores.filter((_, index) => index !== context.ignored);
  };
  return {
    update: (examples, outputs) => tally.add(examples, outputs),
    result() {
      const {counts} = tally;
      return counts ? averageOf(counts, average, scoreOf) : Number.NaN;
    },
    ...(average === 'none' ? {results: each} : {}),
    gathered: () => tally.gathered(),
    restore: (gathered) => tally.restore(gathered),
    reset: () => tally.clear(),
  };
}

/** Macro averages leave out classes that neither occur nor are named; weighted ones are 0 where no class occurs. */
function averageOf(counts: readonly ClassCounts[], average: Average, scoreOf: (counts: ClassCounts) => number): number {
  if (average === 'micro') return scoreOf(pooled(counts));
  const weightOf = ({hits, falseAlarms, misses}: ClassCounts): number =>
    average === 'weighted' && counts.length > 1 ? hits + misses : Number(hits + falseAlarms + misses > 0);
  let [sum, whole] = [0, 0];
  for (const one of counts) {
    sum += weightOf(one) * scoreOf(one);
    whole += weightOf(one);
  }
  return whole === 0 ? 0 : sum / whole;
}
