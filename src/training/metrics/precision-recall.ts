import {Type} from '@sinclair/typebox';
import {average, averagedColumn, averagedColumns, averagingMetric} from './class-averages.js';
import type {ClassCounts} from './class-counts.js';
import {defineMetric} from './metric.js';

/** 0 for nothing of nothing. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Share of right ones among the times a class was named; precision_score of scikit-learn with zero_division=0. */
export const precision = defineMetric({
  type: 'precision',
  summary: 'Share of right answers among those that name a class, or say yes.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('precision', average),
  columns: ({average}, classes) => averagedColumns('precision', average, classes),
  create: ({average}, context) =>
    averagingMetric(context, average, ({hits, falseAlarms}) => share(hits, hits + falseAlarms)),
});

/** Share of a class's examples that were named; recall_score of scikit-learn with zero_division=0. */
export const recall = defineMetric({
  type: 'recall',
  summary: 'Share of the examples of a class, or of the yes ones, that are found.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('recall', average),
  columns: ({average}, classes) => averagedColumns('recall', average, classes),
  create: ({average}, context) => averagingMetric(context, average, ({hits, misses}) => share(hits, hits + misses)),
});

/** Share of the examples of other classes that do not get this class's name: recall of the rest, Specificity of TorchMetrics. */
export const specificity = defineMetric({
  type: 'specificity',
  summary: 'Share of the examples outside a class, or of the no ones, that are not taken for it.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('specificity', average),
  columns: ({average}, classes) => averagedColumns('specificity', average, classes),
  create: ({average}, context) =>
    averagingMetric(context, average, ({rejections, falseAlarms}) => share(rejections, rejections + falseAlarms)),
});

/** Intersection over union of the examples of a class and those that get its name; jaccard_score of scikit-learn with zero_division=0. */
export const jaccard = defineMetric({
  type: 'jaccard',
  summary: 'Intersection over union: right answers among all that name a class or should have.',
  args: Type.Object({average}),
  goal: 'maximize',
  judges: 'classes',
  column: ({average}) => averagedColumn('jaccard', average),
  columns: ({average}, classes) => averagedColumns('jaccard', average, classes),
  create: ({average}, context) =>
    averagingMetric(context, average, ({hits, falseAlarms, misses}) => share(hits, hits + falseAlarms + misses)),
});

/**
 * Weighted harmonic mean of precision and recall, (1 + beta²) · hits / ((1 + beta²) · hits + beta² · misses + false alarms); fbeta_score of
 * scikit-learn with zero_division=0. Column `f1` for beta 1.
 */
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
  columns: ({beta, average}, classes) => averagedColumns(`f${beta}`, average, classes),
  create: ({beta, average}, context) => averagingMetric(context, average, fScore(beta ** 2)),
});

const fScore =
  (betaSquared: number) =>
  ({hits, falseAlarms, misses}: ClassCounts): number =>
    share((1 + betaSquared) * hits, (1 + betaSquared) * hits + betaSquared * misses + falseAlarms);
