import {arrayMath, type Numbers, type Sizes} from '../../../training/optimizers/array-math.js';
import {float32Math} from '../../../training/optimizers/number-math.js';
import type {ArenaTensor} from '../arena.js';
import {type Mean, reaches, type Term} from './trace.js';

const math = arrayMath(float32Math);

/** The terms of one weight's update that have fewer numbers than elements, computed as they are asked for, in single precision. */
export class SmallTerms {
  readonly #known = new Map<Term, Numbers>();

  /** @param sizes of the weight */
  constructor(
    private readonly sizes: Sizes,
    private readonly tensors: readonly ArenaTensor[],
    private readonly scalars: readonly number[],
  ) {}

  of(term: Term): Numbers {
    const known = this.#known.get(term) ?? this.#compute(term);
    this.#known.set(term, known);
    return known;
  }

  /** The `count` numbers that a term has for one matrix. */
  part(term: Term, matrix: number, count: number): Float64Array {
    const {values} = this.of(term);
    const start = values.length > count ? matrix * count : 0;
    return values.subarray(start, start + count);
  }

  /** Takes means over elements, which a pass has summed. */
  learn(mean: Mean, values: Float64Array): void {
    this.#known.set(mean, {sizes: this.#sizesOf(mean.reach), values: values.map(Math.fround)});
  }

  #compute(term: Term): Numbers {
    switch (term.kind) {
      case 'constant':
        return math.constant(term.value);
      case 'scalar':
        return math.constant(this.scalars[term.index]!);
      case 'array':
        return {sizes: this.#sizesOf(term.reach), values: Float64Array.from(this.tensors[term.index]!.values)};
      case 'mean':
        return math[term.over](this.of(term.of));
      case 'apply': {
        const [a, b] = term.operands.map((operand) => this.of(operand));
        return math[term.operation](a!, b!);
      }
    }
  }

  #sizesOf(reach: number): Sizes {
    const [matrices, rows, columns] = this.sizes;
    return [
      reach & reaches.matrices ? matrices : 1,
      reach & reaches.rows ? rows : 1,
      reach & reaches.columns ? columns : 1,
    ];
  }
}
