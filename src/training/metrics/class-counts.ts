import {argMax, isYesNo, judgeRows, numClassesOf, yesThreshold} from './class-rows.js';
import type {JudgedExamples, Metric, MetricContext} from './metric.js';

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

/** Counts answers about each class, or each yes/no question. */
export class ClassTally {
  readonly #context: MetricContext;
  readonly #named: Float64Array;
  readonly #wasTrue: Float64Array;
  readonly #hits: Float64Array;
  #numRows = 0;

  constructor(context: MetricContext) {
    this.#context = context;
    const numClasses = numClassesOf(context);
    this.#named = new Float64Array(numClasses);
    this.#wasTrue = new Float64Array(numClasses);
    this.#hits = new Float64Array(numClasses);
  }

  add(examples: JudgedExamples, outputs: Float32Array): void {
    const numClasses = this.#hits.length;
    if (!isYesNo(this.#context)) {
      this.#numRows += judgeRows(this.#context, examples, outputs, (start, truth) => {
        const guess = argMax(outputs, start, numClasses);
        this.#named[guess]!++;
        this.#wasTrue[truth]!++;
        if (guess === truth) this.#hits[truth]!++;
      });
      return;
    }
    const threshold = yesThreshold(this.#context.outputs);
    for (let i = 0; i < outputs.length; i++) {
      const [isNamed, isTrue] = [outputs[i]! > threshold, examples.targets[i]! > 0.5];
      if (isNamed) this.#named[i % numClasses]!++;
      if (isTrue) this.#wasTrue[i % numClasses]!++;
      if (isNamed && isTrue) this.#hits[i % numClasses]!++;
    }
    this.#numRows += outputs.length / numClasses;
  }

  /** One entry per class or question; undefined before any answer. */
  get counts(): readonly ClassCounts[] | undefined {
    if (this.#numRows === 0) return undefined;
    return Array.from(this.#hits, (hits, index) => {
      const [falseAlarms, misses] = [this.#named[index]! - hits, this.#wasTrue[index]! - hits];
      return {hits, falseAlarms, misses, rejections: this.#numRows - hits - falseAlarms - misses};
    });
  }

  gathered(): Float64Array {
    return Float64Array.from([this.#numRows, ...this.#named, ...this.#wasTrue, ...this.#hits]);
  }

  restore(gathered: Float64Array): void {
    this.#numRows = gathered[0]!;
    const numClasses = this.#hits.length;
    for (const [index, counts] of [this.#named, this.#wasTrue, this.#hits].entries()) {
      counts.set(gathered.subarray(1 + index * numClasses, 1 + (index + 1) * numClasses));
    }
  }

  clear(): void {
    for (const counts of [this.#named, this.#wasTrue, this.#hits]) counts.fill(0);
    this.#numRows = 0;
  }
}

/**
 * A metric that follows from the counts of answers about each class over the whole set.
 * @param resultOf is given one entry per class or yes/no question
 */
export function countingMetric(context: MetricContext, resultOf: (counts: readonly ClassCounts[]) => number): Metric {
  const tally = new ClassTally(context);
  return {
    update: (examples, outputs) => tally.add(examples, outputs),
    result() {
      const {counts} = tally;
      return counts ? resultOf(counts) : Number.NaN;
    },
    gathered: () => tally.gathered(),
    restore: (gathered) => tally.restore(gathered),
    reset: () => tally.clear(),
  };
}

/** All answers as if they were about one class. */
export const pooled = (counts: readonly ClassCounts[]): ClassCounts =>
  counts.reduce((sum, one) => ({
    hits: sum.hits + one.hits,
    falseAlarms: sum.falseAlarms + one.falseAlarms,
    misses: sum.misses + one.misses,
    rejections: sum.rejections + one.rejections,
  }));

/** The classes that the answers are about: for yes/no questions yes and no, all questions together. */
export function classesOf(context: MetricContext, counts: readonly ClassCounts[]): readonly ClassCounts[] {
  if (!isYesNo(context)) return counts;
  const yes = pooled(counts);
  const {hits, falseAlarms, misses, rejections} = yes;
  return [yes, {hits: rejections, falseAlarms: misses, misses: falseAlarms, rejections: hits}];
}
