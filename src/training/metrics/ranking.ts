import {classOf, isYesNo} from './class-rows.js';
import type {Metric, MetricContext} from './metric.js';

/** Examples with the same score, the largest scores first. */
export interface Tie {
  readonly numYes: number;
  readonly numNo: number;
}

/** Keeps every score of the set and its truth; growing arrays, so that a value costs eight bytes. */
class Scores {
  #scores = new Float64Array(1024);
  #truths = new Uint8Array(1024);
  #length = 0;

  push(score: number, isTrue: boolean): void {
    if (this.#length === this.#scores.length) {
      const [scores, truths] = [new Float64Array(2 * this.#length), new Uint8Array(2 * this.#length)];
      scores.set(this.#scores);
      truths.set(this.#truths);
      [this.#scores, this.#truths] = [scores, truths];
    }
    this.#scores[this.#length] = score;
    this.#truths[this.#length++] = isTrue ? 1 : 0;
  }

  ties(): readonly Tie[] {
    const scores = this.#scores;
    const order = Uint32Array.from({length: this.#length}, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
    const ties: {numYes: number; numNo: number}[] = [];
    let last = Number.NaN;
    for (const index of order) {
      if (scores[index] !== last) ties.push({numYes: 0, numNo: 0});
      last = scores[index]!;
      const tie = ties.at(-1)!;
      if (this.#truths[index] === 1) tie.numYes++;
      else tie.numNo++;
    }
    return ties;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** One row of outputs as probabilities of the classes, in double precision. */
function softmaxOf(outputs: Float32Array, start: number, length: number): Float64Array {
  const row = Float64Array.from(outputs.subarray(start, start + length));
  const largest = row.reduce((a, b) => Math.max(a, b));
  const exponentials = row.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((value) => value / sum);
}

/**
 * A metric of how well scores rank yes before no, exact over the set. Several classes: the mean over the classes that have both
 * examples and others, each against the rest, ranked by its probability. Yes/no targets: the mean over the units likewise.
 */
export function rankingMetric(context: MetricContext, areaOf: (ties: readonly Tie[]) => number): Metric {
  const numClasses = context.outputShape.at(-1) ?? 1;
  const classes = Array.from({length: numClasses}, () => new Scores());
  return {
    update(batch, outputs) {
      if (isYesNo(context)) {
        for (let i = 0; i < outputs.length; i++) classes[i % numClasses]!.push(outputs[i]!, batch.targets[i]! > 0.5);
        return;
      }
      for (let row = 0; row * numClasses < outputs.length; row++) {
        const start = row * numClasses;
        const scores =
          context.outputs === 'probabilities'
            ? outputs.subarray(start, start + numClasses)
            : softmaxOf(outputs, start, numClasses);
        const truth = classOf(batch, row, numClasses, context.encoding);
        for (const [index, one] of classes.entries()) one.push(scores[index]!, index === truth);
      }
    },
    result() {
      const areas = classes
        .map((scores) => scores.ties())
        .filter((ties) => ties.some(({numYes}) => numYes > 0) && ties.some(({numNo}) => numNo > 0))
        .map(areaOf);
      return areas.reduce((sum, area) => sum + area, 0) / areas.length;
    },
    reset() {
      for (const scores of classes) scores.clear();
    },
  };
}
