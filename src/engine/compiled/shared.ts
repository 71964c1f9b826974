import type {Arrays} from '../../data/dataset.js';
import type {TrainingSession} from '../../training/session.js';

/**
 * ONNX Runtime's own rewrites take time with the square of a graph's size, most of a minute for an lstm over 1,000 steps, and find
 * nothing in an unrolled recurrence; no feed-forward network of ordinary size has as many calls.
 */
export const numCallsLeftAsTheyAre = 5000;

/** A session that compiles what it runs. */
export interface CompiledTrainingSession extends TrainingSession {
  /**
   * Records and compiles the training step now, and records an evaluation, so that a model this engine cannot run fails here.
   * @throws ExpError KERNEL_UNSUPPORTED
   */
  prepare(batchSize: number): void;
  /** Records and compiles an evaluation now, for a session that will do nothing else. @throws ExpError KERNEL_UNSUPPORTED */
  prepareEvaluation(batchSize: number): void;
  stepGraphs(batchSize: number): ReadonlyMap<string, Uint8Array>;
}

/** @returns a function that gives the milliseconds since it was last called, to a tenth */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const millis = now - last;
    last = now;
    return Math.round(10 * millis) / 10;
  };
}

export function fill(into: Arrays, from: Arrays): void {
  for (const name in into) into[name]!.set(from[name]!);
}

/** The scalars of several outputs; nothing for one. */
export function firstOfEach(scalars: Arrays): Readonly<Record<string, number>> | undefined {
  let values: Record<string, number> | undefined;
  for (const name in scalars) {
    values ??= {};
    values[name] = scalars[name]![0]!;
  }
  return values;
}
