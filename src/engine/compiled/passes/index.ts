import type {RecordedGraph} from '../graph.js';
import {removeAliases} from './aliases.js';
import {removeDeadCode} from './dead-code.js';
import {mergeEqualCalls} from './equal-calls.js';
import {foldConstants} from './fold-constants.js';
import {fuseBias} from './fuse-bias.js';
import {mergeProducts} from './merge-products.js';
import {poolBeforeRelu} from './pool-before-relu.js';
import {simplifyArithmetic} from './simplify-arithmetic.js';

/** Rewrites a graph into one with the same outputs and fewer or cheaper kernels. */
export type Pass = (graph: RecordedGraph) => RecordedGraph;

/** In order: a later pass relies on the earlier ones having cleaned up. */
export const passes = {
  removeAliases,
  removeDeadCode,
  foldConstants,
  mergeEqualCalls,
  simplifyArithmetic,
  fuseBias,
  poolBeforeRelu,
  mergeProducts,
} as const satisfies Record<string, Pass>;

/** Every pass in turn; dead code once more at the end, for what the rewrites left without a reader. */
export function optimize(graph: RecordedGraph): RecordedGraph {
  return removeDeadCode(Object.values(passes).reduce((current, pass) => pass(current), graph));
}
