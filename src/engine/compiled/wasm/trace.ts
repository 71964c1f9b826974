import type {Elementwise, RuleInput, UpdateRule, WeightMath} from '../../../training/optimizers/rule.js';

/** The axes of [matrices, rows, columns] along which a term has different numbers, as a sum of bits. */
export const reaches = {matrices: 1, rows: 2, columns: 4} as const;
const everywhere = reaches.matrices | reaches.rows | reaches.columns;

export type Operation = Exclude<keyof Elementwise<unknown>, 'constant'>;

/** A number of a rule as it follows from others. */
export type Term = Leaf | Apply | Mean;

export type Leaf =
  | {readonly kind: 'constant'; readonly value: number; readonly reach: number}
  /** `index` counts the rule's scalars. */
  | {readonly kind: 'scalar'; readonly index: number; readonly reach: number}
  /** `index` is 0 for the parameter, 1 for the gradient, then come the slots. */
  | {readonly kind: 'array'; readonly index: number; readonly reach: number};

export interface Apply {
  readonly kind: 'apply';
  readonly operation: Operation;
  readonly operands: readonly Term[];
  readonly reach: number;
}

export interface Mean {
  readonly kind: 'mean';
  readonly of: Term;
  /** Which of the means it is. */
  readonly over: 'mean' | 'meanOfRows' | 'meanOfColumns';
  readonly reach: number;
}

/** A rule as terms: what becomes of the parameter and of each slot. */
export type Trace = readonly {readonly array: Term & {readonly kind: 'array'}; readonly term: Term}[];

/** Whether a term has a number of its own for each element, so that computing it takes a pass over the weight. */
export const isLarge = ({reach}: Term): boolean => (reach & reaches.rows) !== 0 && (reach & reaches.columns) !== 0;

/** Runs a rule on an arithmetic that writes down what is to be computed. */
export function traceRule(rule: UpdateRule): Trace {
  const slotReaches = rule.slots.map((name) => reachOf(rule, name));
  const arrays = [everywhere, everywhere, ...slotReaches].map(
    (reach, index) => ({kind: 'array', index, reach}) as const,
  );
  const input: RuleInput<Term> = {
    parameter: arrays[0]!,
    gradient: arrays[1]!,
    slots: arrays.slice(2),
    scalars: rule.scalars(1, 1).map((_, index): Term => ({kind: 'scalar', index, reach: 0})),
  };
  const {parameter, slots} = rule.update(termMath(), input);
  const trace = [{array: arrays[0]!, term: parameter}, ...slots.map((term, i) => ({array: arrays[i + 2]!, term}))];
  for (const {array, term} of trace) {
    if (term.reach & ~array.reach)
      throw new Error(`${rule.slots[array.index - 2]} was to hold more numbers than it has`);
  }
  return trace;
}

function reachOf({extents}: UpdateRule, slot: string): number {
  const extent = extents?.[slot];
  if (extent === 'row') return everywhere & ~reaches.columns;
  return extent === 'column' ? everywhere & ~reaches.rows : everywhere;
}

function termMath(): WeightMath<Term> {
  const constants = new Map<number, Term>();
  const apply =
    (operation: Operation) =>
    (...operands: readonly Term[]): Term => ({
      kind: 'apply',
      operation,
      operands,
      reach: operands.reduce((reach, operand) => reach | operand.reach, 0),
    });
  const mean =
    (over: Mean['over'], kept: number) =>
    (of: Term): Term => ({kind: 'mean', of, over, reach: of.reach & kept});
  return {
    constant(value) {
      const known = constants.get(value) ?? {kind: 'constant', value, reach: 0};
      constants.set(value, known);
      return known;
    },
    add: apply('add'),
    sub: apply('sub'),
    mul: apply('mul'),
    div: apply('div'),
    max: apply('max'),
    min: apply('min'),
    abs: apply('abs'),
    sqrt: apply('sqrt'),
    mean: mean('mean', 0),
    meanOfRows: mean('meanOfRows', everywhere & ~reaches.columns),
    meanOfColumns: mean('meanOfColumns', everywhere & ~reaches.rows),
  };
}
