import {isLarge, type Mean, reaches, type Term, type Trace} from './trace.js';

/** What one pass over a weight makes of the elements: sums of a term's numbers, or an array's new values. */
export type Output =
  | {readonly kind: 'store'; readonly array: number; readonly term: Term}
  | {readonly kind: 'sum'; readonly mean: Mean; readonly per: 'row' | 'column' | 'whole'};

/** One pass over a weight, with what it has to be given beside the arrays. */
export interface Pass {
  readonly outputs: readonly Output[];
  /** Arrays of one number per element that are read or written. */
  readonly arrays: readonly number[];
  /** Terms that are known before the pass, by what there is one number of. */
  readonly inputs: {readonly row: readonly Term[]; readonly column: readonly Term[]; readonly matrix: readonly Term[]};
}

/**
 * The passes over a weight that a rule takes: those in which the means are summed whose numbers later passes need, and the one that
 * writes. What takes no pass of its own, such as a mean of row means, is computed between them.
 */
export function passesOf(trace: Trace): readonly Pass[] {
  const waves: Output[][] = [];
  const waits = new Map<Term, number>();
  /** How many passes have to come before a term's numbers are known, or can be computed in the next one. */
  const waitOf = (term: Term): number => {
    const known = waits.get(term);
    if (known !== undefined) return known;
    let wait = 0;
    if (term.kind === 'apply') wait = Math.max(...term.operands.map(waitOf));
    if (term.kind === 'mean') {
      wait = waitOf(term.of);
      if (isLarge(term.of)) {
        const sum: Output = {kind: 'sum', mean: term, per: perOf(term)};
        waves[wait] = [...(waves[wait] ?? []), sum];
        wait++;
      }
    }
    waits.set(term, wait);
    return wait;
  };
  for (const {term} of trace) waitOf(term);
  const stores = trace
    .filter(({array}) => isLarge(array))
    .map(({array, term}): Output => ({kind: 'store', array: array.index, term}));
  return [...waves, stores].map(passOf);
}

const perOf = ({over}: Mean): 'row' | 'column' | 'whole' =>
  (({mean: 'whole', meanOfRows: 'row', meanOfColumns: 'column'}) as const)[over];

/** The term whose numbers an output is made of. */
export const termOf = (output: Output): Term => (output.kind === 'store' ? output.term : output.mean.of);

function passOf(outputs: readonly Output[]): Pass {
  const arrays = new Set<number>();
  const [row, column, matrix] = [new Set<Term>(), new Set<Term>(), new Set<Term>()];
  const seen = new Set<Term>();
  const visit = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    if (!isLarge(term)) {
      if (term.kind === 'constant') return;
      (term.reach & reaches.rows ? row : term.reach & reaches.columns ? column : matrix).add(term);
    } else if (term.kind === 'array') arrays.add(term.index);
    else if (term.kind === 'apply') term.operands.forEach(visit);
  };
  for (const output of outputs) {
    visit(termOf(output));
    if (output.kind === 'store') arrays.add(output.array);
  }
  return {
    outputs,
    arrays: [...arrays].sort((a, b) => a - b),
    inputs: {row: [...row], column: [...column], matrix: [...matrix]},
  };
}
