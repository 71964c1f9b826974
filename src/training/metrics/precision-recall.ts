import {Type} from '@sinclair/typebox';
import {average, averagedColumn, countingMetric, fScore} from './class-counts.js';
import {defineMetric} from './metric.js';

/** Share of right ones among the times a class was named; precision_score of scikit-learn with zero_division=0. */
export const precision = defineMetric({
  type: 'precision',
  summary: 'Share of right answers among those that name a class, or say yes.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('precision', average),
  create: ({average}, context) => countingMetric(context, (counts) => fScore(counts, average, 0)),
});

/** Share of a class's examples that were named; recall_score of scikit-learn with zero_division=0. */
export const recall = defineMetric({
  type: 'recall',
  summary: 'Share of the examples of a class, or of the yes ones, that are found.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('recall', average),
  create: ({average}, context) =>
    countingMetric(context, (counts) => fScore(counts, average, Number.POSITIVE_INFINITY)),
});

/** Weighted harmonic mean of precision and recall; fbeta_score of scikit-learn with zero_division=0. Column `f1` for beta 1. */
export const fBeta = defineMetric({
  type: 'fBeta',
  summary: 'Harmonic mean of precision and recall; column f1 for beta = 1.',
  args: Type.Object({
    beta: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 100,
      description: 'How many times as much recall counts as precision; above 0.',
    }),
    average,
  }),
  goal: 'maximize',
  judges: 'classes',
  column: ({beta, average}) => averagedColumn(`f${beta}`, average),
  create: ({beta, average}, context) => countingMetric(context, (counts) => fScore(counts, average, beta ** 2)),
});
