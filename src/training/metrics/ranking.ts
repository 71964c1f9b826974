import {isYesNo, judgeRows, numClassesOf} from './class-rows.js';
import {joinKept, KeptValues, splitKept} from './kept-values.js';
import type {Metric, MetricContext} from './metric.js';
import {probabilitiesOf} from './probabilities.js';

/** Examples with the same score, the largest scores first. */
export interface Tie {
  readonly numYes: number;
  readonly numNo: number;
}

/** Keeps every score of the set and its truth. */
class Scores {
  readonly #scores = new KeptValues();
  readonly #truths = new KeptValues();

  push(score: number, isTrue: boolean): void {
    this.#scores.push(score);
    this.#truths.push(Number(isTrue));
  }

  ties(): readonly Tie[] {
    const [scores, truths] = [this.#scores.values, this.#truths.values];
    const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
    const ties: {numYes: number; numNo: number}[] = [];
    let last = Number.NaN;
    for (const index of order) {
      if (scores[index] !== last) ties.push({numYes: 0, numNo: 0});
      last = scores[index]!;
      const tie = ties.at(-1)!;
      if (truths[index] === 1) tie.numYes++;
      else tie.numNo++;
    }
    return ties;
  }

  /** Both lists, for a checkpoint. */
  get kept(): readonly [KeptValues, KeptValues] {
    return [this.#scores, this.#truths];
  }

  clear(): void {
    this.#scores.clear();
    this.#truths.clear();
  }
}

/**
 * A metric of how well scores rank yes before no, exact over the set. Several classes: the mean over the classes that have both
 * examples and others, each against the rest, ranked by its probability. Yes/no targets: the mean over the units likewise.
 */
export function rankingMetric(context: MetricContext, areaOf: (ties: readonly Tie[]) => number): Metric {
  const numClasses = numClassesOf(context);
  const classes = Array.from({length: numClasses}, () => new Scores());
  const probabilities = probabilitiesOf(context);
  return {
    update(examples, outputs) {
      if (isYesNo(context)) {
        for (let i = 0; i < outputs.length; i++) classes[i % numClasses]!.push(outputs[i]!, examples.targets[i]! > 0.5);
        return;
      }
      judgeRows(context, examples, outputs, (start, truth) => {
        const scores = probabilities.ofRow(outputs, start);
        for (const [index, one] of classes.entries()) one.push(scores[index]!, index === truth);
      });
    },
    result() {
      const areas = classes
        .map((scores) => scores.ties())
        .filter((ties) => ties.some(({numYes}) => numYes > 0) && ties.some(({numNo}) => numNo > 0))
        .map(areaOf);
      return areas.reduce((sum, area) => sum + area, 0) / areas.length;
    },
    gathered: () => joinKept(classes.flatMap(({kept}) => kept)),
    restore(gathered) {
      splitKept(
        gathered,
        classes.flatMap(({kept}) => kept),
      );
    },
    reset() {
      for (const scores of classes) scores.clear();
    },
  };
}
