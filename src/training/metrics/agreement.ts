import {Type} from '@sinclair/typebox';
import {type ClassCounts, classesOf, countingMetric} from './class-counts.js';
import {ConfusionCounts} from './confusion-counts.js';
import {defineMetric, type Metric, type MetricContext} from './metric.js';

/**
 * Correlation between true and named classes, in [−1, 1]; matthews_corrcoef of scikit-learn, for several classes as in Gorodkin 2004:
 * (right · all − Σ named · true) / √((all² − Σ named²)(all² − Σ true²)). 0 where all examples or all answers are of one class.
 * Yes/no questions count together.
 */
export const matthewsCorrelation = defineMetric({
  type: 'matthewsCorrelation',
  summary:
    'Correlation between true and named classes: 1 is right, 0 no better than chance, also where classes are rare.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  column: () => 'matthewsCorrelation',
  create: (_spec, context) => countingMetric(context, (counts) => correlation(classesOf(context, counts))),
});

function correlation(classes: readonly ClassCounts[]): number {
  const {hits, falseAlarms, misses, rejections} = classes[0]!;
  const all = hits + falseAlarms + misses + rejections;
  let [right, both, named, real] = [0, 0, 0, 0];
  for (const {hits, falseAlarms, misses} of classes) {
    right += hits;
    both += (hits + falseAlarms) * (hits + misses);
    named += (hits + falseAlarms) ** 2;
    real += (hits + misses) ** 2;
  }
  const spread = (all ** 2 - named) * (all ** 2 - real);
  return spread === 0 ? 0 : (right * all - both) / Math.sqrt(spread);
}

/** Cost of naming a class so many places away. */
const costs = {
  none: (distance: number): number => (distance === 0 ? 0 : 1),
  linear: (distance: number): number => Math.abs(distance),
  quadratic: (distance: number): number => distance ** 2,
};

/**
 * Agreement beyond chance, 1 − Σ cost · count / Σ cost · expected count; cohen_kappa_score of scikit-learn. 1 at best, 0 for chance; NaN
 * while all examples and all answers are of one class. Yes/no questions count together.
 */
export const cohenKappa = defineMetric({
  type: 'cohenKappa',
  summary: 'Agreement of true and named classes beyond chance; quadratic weights for classes that have an order.',
  args: Type.Object({
    weights: Type.Union([Type.Literal('none'), Type.Literal('linear'), Type.Literal('quadratic')], {
      default: 'none',
      description:
        'What a wrong class costs: none: the same for all; linear, quadratic: more, the further its number is from the true one.',
    }),
  }),
  goal: 'maximize',
  judges: 'classes',
  isCostly: true,
  column: ({weights}) => (weights === 'none' ? 'cohenKappa' : `${weights}CohenKappa`),
  create: ({weights}, context) => kappaMetric(context, costs[weights]),
});

function kappaMetric(context: MetricContext, costOf: (distance: number) => number): Metric {
  const confusion = new ConfusionCounts(context);
  return {
    update: (examples, outputs) => confusion.add(examples, outputs),
    result() {
      const {numClasses, total} = confusion;
      const [real, named] = [new Float64Array(numClasses), new Float64Array(numClasses)];
      confusion.forEach((truth, guess, count) => {
        real[truth]! += count;
        named[guess]! += count;
      });
      let [found, expected] = [0, 0];
      confusion.forEach((truth, guess, count) => {
        found += costOf(truth - guess) * count;
        expected += (costOf(truth - guess) * real[truth]! * named[guess]!) / total;
      });
      return 1 - found / expected;
    },
    gathered: () => confusion.gathered(),
    restore: (gathered) => confusion.restore(gathered),
    reset: () => confusion.clear(),
  };
}
