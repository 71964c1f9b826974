import {Value} from '@sinclair/typebox/value';
import {buildPruner, type PrunerSpec, pruners} from '../../../src/sweep/pruners/index.js';
import type {LearningCurve, Pruner, PruningContext} from '../../../src/sweep/pruners/pruner.js';

/** A pruner as a user writes it. */
export interface WrittenPruner {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a user wrote, with the defaults that the loader fills in. */
export function completeSpec({type, pruner, ...written}: WrittenPruner): PrunerSpec {
  const definition = Object.values(pruners).find((candidate) => candidate.type === type);
  if (!definition) throw new Error(`no pruner ${type}`);
  const args = Value.Default(definition.args, written) as object;
  return {type, ...args, ...(pruner ? {pruner: completeSpec(pruner as WrittenPruner)} : {})} as PrunerSpec;
}

export const makePruner = (written: WrittenPruner, context: Partial<PruningContext> = {}): Pruner =>
  buildPruner(completeSpec(written), {sweepName: 'golden', goal: 'minimize', numEpochs: undefined, ...context});

/** Scores by epoch. */
export type Curve = readonly (readonly [epoch: number, score: number])[];

export const fullCurve = (trial: number, curve: Curve): LearningCurve => ({
  trial,
  isComplete: true,
  scores: new Map(curve),
});

/** Trials one after the other, each until it is stopped. @returns the epoch at which each was stopped, null of those that ended */
export function stopEpochs(pruner: Pruner, curves: readonly Curve[]): (number | null)[] {
  const others: LearningCurve[] = [];
  return curves.map((curve, i) => {
    const trial = i + 1;
    const length = curve.findIndex((_, last) =>
      pruner.decide({trial: {trial, isComplete: false, scores: new Map(curve.slice(0, last + 1))}, others}),
    );
    const isComplete = length < 0;
    others.push({trial, isComplete, scores: new Map(isComplete ? curve : curve.slice(0, length + 1))});
    return isComplete ? null : curve[length]![0];
  });
}
