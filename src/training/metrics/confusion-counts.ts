import {argMax, isYesNo, judgeRows, numClassesOf, yesThreshold} from './class-rows.js';
import type {JudgedExamples, MetricContext} from './metric.js';

/** How often each class was taken for each class. Yes/no questions count together, as the classes no and yes. */
export class ConfusionCounts {
  readonly numClasses: number;
  readonly #context: MetricContext;
  /** [truth, guess] */
  readonly #counts: Float64Array;

  constructor(context: MetricContext) {
    this.#context = context;
    this.numClasses = isYesNo(context) ? 2 : numClassesOf(context);
    this.#counts = new Float64Array(this.numClasses ** 2);
  }

  add(examples: JudgedExamples, outputs: Float32Array): void {
    const {numClasses} = this;
    if (!isYesNo(this.#context)) {
      judgeRows(this.#context, examples, outputs, (start, truth) => {
        this.#counts[truth * numClasses + argMax(outputs, start, numClasses)]!++;
      });
      return;
    }
    const threshold = yesThreshold(this.#context.outputs);
    for (let i = 0; i < outputs.length; i++) {
      this.#counts[2 * Number(examples.targets[i]! > 0.5) + Number(outputs[i]! > threshold)]!++;
    }
  }

  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  count(truth: number, guess: number): number {
    return this.#counts[truth * this.numClasses + guess]!;
  }

  forEach(visit: (truth: number, guess: number, count: number) => void): void {
    for (const [index, count] of this.#counts.entries()) {
      visit(Math.floor(index / this.numClasses), index % this.numClasses, count);
    }
  }

  gathered(): Float64Array {
    return this.#counts.slice();
  }

  restore(gathered: Float64Array): void {
    this.#counts.set(gathered);
  }

  clear(): void {
    this.#counts.fill(0);
  }
}
