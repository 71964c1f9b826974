import {Type} from '@sinclair/typebox';
import {isYesNo} from './class-rows.js';
import {ConfusionCounts} from './confusion-counts.js';
import {defineMetric} from './metric.js';

/** The cell above the names of the true classes. */
const corner = 'true \\ predicted';

/**
 * How often examples of each class get each class's name: a row per true class, a column per named one; confusion_matrix of
 * scikit-learn. A table of the run folder, not a column of metrics.csv.
 */
export const confusionMatrix = defineMetric({
  type: 'confusionMatrix',
  summary:
    'A table of true against named classes for validation and test set, confusion-matrix.SET.csv in the run folder.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  column: () => 'confusionMatrix',
  columns: () => [],
  create(_spec, context) {
    const confusion = new ConfusionCounts(context);
    const numbers = Array.from({length: confusion.numClasses}, (_, index) => String(index));
    const names = context.classNames ?? (isYesNo(context) ? ['no', 'yes'] : numbers);
    return {
      update: (examples, outputs) => confusion.add(examples, outputs),
      result: () => Number.NaN,
      results: () => [],
      table: () => ({
        name: 'confusion-matrix',
        header: [corner, ...names],
        rows: names.map((name, truth) => [name, ...names.map((_, guess) => confusion.count(truth, guess))]),
      }),
      gathered: () => confusion.gathered(),
      restore: (gathered) => confusion.restore(gathered),
      reset: () => confusion.clear(),
    };
  },
});
