import type {NamedWeight} from '../../../model/built-model.js';
import {type Shape, sizeOf} from '../../../support/tensor.js';
import {type RuleChoice, slotShapes, type UpdateRule} from '../../../training/optimizers/rule.js';
import {type Term, traceRule} from '../wasm/trace.js';

/** A weight's place in its segment. */
export interface PlacedWeight {
  readonly name: string;
  readonly shape: Shape;
  /** Numbers of the segment before it. */
  readonly start: number;
  readonly size: number;
}

/**
 * Weights that lie one after another in a single vector on the device, and their slots likewise: a device takes as long to begin a node as
 * to compute a small one, so a rule is run on all of them at once.
 */
export interface Segment {
  /** What its inputs and outputs in a graph are called after. */
  readonly name: string;
  readonly weights: readonly PlacedWeight[];
  readonly size: number;
  /** Left out when the weights are not trained. */
  readonly rule?: UpdateRule;
  /** Of the rule, in its order; each holds one number per number of the segment unless `shape` says otherwise. */
  readonly slots: readonly {readonly name: string; readonly size: number; readonly shape: Shape}[];
  /** Means over a weight are part of the rule, so that the segment has one weight and keeps its shape in mind. */
  readonly hasMeans: boolean;
}

/** A vector is no longer than this unless it is a single weight; devices limit what a node may read at once, 128 MiB at the least. */
const maxSegmentSize = 2 ** 24;

/** Weights of the same rule together; of those that are not trained, what normalizations remember together. */
export function layOut(weights: readonly NamedWeight[], rules: RuleChoice): readonly Segment[] {
  const segments: {rule?: UpdateRule; key: unknown; hasMeans: boolean; weights: PlacedWeight[]; size: number}[] = [];
  for (const {name, variable, trainable, role} of weights) {
    const shape = variable.shape as Shape;
    const size = sizeOf(shape);
    const rule = trainable ? rules({shape, role}) : undefined;
    const hasMeans = rule !== undefined && takesMeans(rule);
    const key = hasMeans ? Symbol(name) : (rule ?? role === 'normalization');
    let segment = segments.findLast((candidate) => candidate.key === key);
    if (!segment || segment.size + size > maxSegmentSize) {
      segment = {key, hasMeans, weights: [], size: 0, ...(rule && {rule})};
      segments.push(segment);
    }
    segment.weights.push({name, shape, start: segment.size, size});
    segment.size += size;
  }
  return segments.map(({rule, weights, size, hasMeans}, index) => {
    const shape = hasMeans ? weights[0]!.shape : [size];
    const slots = rule ? slotShapes(rule, shape).map((slot) => ({...slot, size: sizeOf(slot.shape)})) : [];
    return {name: `state${index}`, weights, size, slots, hasMeans, ...(rule && {rule})};
  });
}

/** Whether a rule looks at more of a weight than at one number after the other. */
function takesMeans(rule: UpdateRule): boolean {
  const seen = new Set<Term>();
  const hasMean = (term: Term): boolean => {
    if (seen.has(term)) return false;
    seen.add(term);
    return term.kind === 'mean' || (term.kind === 'apply' && term.operands.some(hasMean));
  };
  return rule.extents !== undefined || traceRule(rule).some(({term}) => hasMean(term));
}
