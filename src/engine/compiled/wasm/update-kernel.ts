import {type Shape, sizeOf} from '../../../support/tensor.js';
import {matricesOf, type Sizes} from '../../../training/optimizers/array-math.js';
import type {UpdateRule} from '../../../training/optimizers/rule.js';
import type {ArenaTensor} from '../arena.js';
import {compilePass} from './pass-kernel.js';
import {type Output, type Pass, passesOf} from './passes.js';
import {SmallTerms} from './small-terms.js';
import {isLarge, traceRule} from './trace.js';

/** Prepares the update of one weight. @param tensors parameter, gradient, then the slots in the rule's order */
export type UpdateKernel = (tensors: readonly ArenaTensor[]) => PreparedUpdate;

/** Updates a weight and its slots in place. @param scalars as `rule.scalars` returned them */
export type PreparedUpdate = (scalars: readonly number[]) => void;

/** Numbers summed in single precision at a time where nothing else divides a weight; so few that rounding stays small. */
const blockSize = 4096;

/** What a rule comes to on a machine: its passes over a weight. Made before there is a memory, because it says how much scratch it takes. */
export class UpdatePlan {
  readonly #trace;
  readonly #passes: readonly Pass[];
  /** Whether each element has the same to do, so that rows and columns do not matter. */
  readonly #isFlat: boolean;

  constructor(rule: UpdateRule) {
    this.#trace = traceRule(rule);
    this.#passes = passesOf(this.#trace);
    this.#isFlat = this.#passes.every(
      ({outputs, inputs}) =>
        inputs.row.length === 0 &&
        inputs.column.length === 0 &&
        outputs.every((output) => output.kind === 'store' || output.per === 'whole'),
    );
  }

  /** Numbers of single precision that updating a weight of this shape needs beside its arrays. */
  numScratch(shape: Shape): number {
    return Math.max(...this.#passes.map((pass) => layOut(pass, this.#sizesOf(shape)).length));
  }

  /** @param scratch in the same memory, at least `numScratch` long */
  compile(memory: WebAssembly.Memory, scratch: ArenaTensor): UpdateKernel {
    const passes = this.#passes.map((pass) => ({pass, prepare: compilePass(pass, memory)}));
    const [{pass, prepare}] = passes as [(typeof passes)[0]];
    const scalarsUsed = pass.inputs.matrix.flatMap((term) => (term.kind === 'scalar' ? [term.index] : []));
    const isPlain = this.#isFlat && passes.length === 1 && scalarsUsed.length === pass.inputs.matrix.length;
    return (tensors) => {
      const sizes = this.#sizesOf(tensors[0]!.shape);
      if (isPlain) return plainUpdate(prepare, pass, tensors, scalarsUsed);
      return (scalars) => {
        const small = new SmallTerms(sizes, tensors, scalars);
        for (const {pass, prepare} of passes) runPass(pass, prepare, {sizes, tensors, small, scratch});
        const held = this.#trace
          .filter(({array}) => !isLarge(array))
          .map(({array, term}) => ({array, numbers: small.of(term)}));
        for (const {array, numbers} of held) tensors[array.index]!.values.set(numbers.values);
      };
    };
  }

  #sizesOf(shape: Shape): Sizes {
    return this.#isFlat ? [1, 1, sizeOf(shape)] : matricesOf(shape);
  }
}

/** A single pass that is given nothing but the step's scalars: next to no work beside the pass itself. */
function plainUpdate(
  prepare: PassCompiled,
  {arrays}: Pass,
  tensors: readonly ArenaTensor[],
  scalarsUsed: readonly number[],
): PreparedUpdate {
  const run = prepare({
    arrays: arrays.map((array) => tensors[array]!.byteOffset),
    rowInputs: [],
    columnInputs: [],
    sums: [],
    numRows: 1,
    numColumns: sizeOf(tensors[0]!.shape),
  });
  const used = scalarsUsed.map(() => 0);
  return (scalars) => {
    for (let i = 0; i < used.length; i++) used[i] = scalars[scalarsUsed[i]!]!;
    run(used);
  };
}

type PassCompiled = ReturnType<typeof compilePass>;

/** Where a pass finds its row and column inputs and leaves its sums in the scratch, as positions of floats. */
interface Layout {
  readonly rowInputs: readonly number[];
  readonly columnInputs: readonly number[];
  readonly sums: readonly number[];
  readonly length: number;
}

function layOut({inputs, outputs}: Pass, [, rows, columns]: Sizes): Layout {
  let length = 0;
  const take = (count: number): number => {
    const place = length;
    length += count + (count % 2); // doubles stay aligned
    return place;
  };
  const sumLengths = {whole: 2, row: rows, column: columns};
  return {
    rowInputs: inputs.row.map(() => take(rows)),
    columnInputs: inputs.column.map(() => take(columns)),
    sums: sumsOf(outputs).map(({per}) => take(sumLengths[per])),
    length,
  };
}

type Sum = Extract<Output, {kind: 'sum'}>;
const sumsOf = (outputs: readonly Output[]): readonly Sum[] => outputs.filter((output) => output.kind === 'sum');

interface Work {
  readonly sizes: Sizes;
  readonly tensors: readonly ArenaTensor[];
  readonly small: SmallTerms;
  readonly scratch: ArenaTensor;
}

/** One pass over all matrices of a weight. */
function runPass(pass: Pass, prepare: PassCompiled, {sizes, tensors, small, scratch}: Work): void {
  const [matrices, rows, columns] = sizes;
  const layout = layOut(pass, sizes);
  const sums = sumsOf(pass.outputs).map(({mean, per}, index) => {
    const numSums = {whole: 1, row: matrices * rows, column: matrices * columns}[per];
    return {mean, per, place: layout.sums[index]!, totals: new Float64Array(numSums)};
  });
  const at = (place: number): number => scratch.byteOffset + 4 * place;
  const double = (place: number): Float64Array => new Float64Array(scratch.values.buffer, at(place), 1);
  for (const {per, place} of sums) if (per === 'whole') double(place)[0] = 0;
  for (let matrix = 0; matrix < matrices; matrix++) {
    for (const [index, term] of pass.inputs.row.entries())
      scratch.values.set(small.part(term, matrix, rows), layout.rowInputs[index]!);
    for (const [index, term] of pass.inputs.column.entries())
      scratch.values.set(small.part(term, matrix, columns), layout.columnInputs[index]!);
    for (const {per, place} of sums) if (per === 'column') scratch.values.fill(0, place, place + columns);
    for (const {start, numRows, numColumns} of pieces(rows, columns, sums.length > 0)) {
      const run = prepare({
        arrays: pass.arrays.map((array) => tensors[array]!.byteOffset + 4 * (matrix * rows * columns + start)),
        rowInputs: layout.rowInputs.map(at),
        columnInputs: layout.columnInputs.map(at),
        sums: layout.sums.map(at),
        numRows,
        numColumns,
      });
      run(pass.inputs.matrix.map((term) => small.part(term, matrix, 1)[0]!));
    }
    for (const {per, place, totals} of sums) {
      if (per === 'whole') continue;
      const count = per === 'row' ? rows : columns;
      totals.set(scratch.values.subarray(place, place + count), matrix * count);
    }
  }
  for (const {mean, per, place, totals} of sums) {
    if (per === 'whole') totals[0] = double(place)[0]!;
    const count = (matrices * rows * columns) / totals.length;
    small.learn(
      mean,
      totals.map((total) => total / count),
    );
  }
}

/** A matrix as the calls of a pass take it: as it is, or a single long row as rows of equal length and what is left. */
function pieces(rows: number, columns: number, hasSums: boolean) {
  if (!hasSums || rows > 1 || columns <= blockSize) return [{start: 0, numRows: rows, numColumns: columns}];
  const numRows = Math.floor(columns / blockSize);
  const start = numRows * blockSize;
  return [
    {start: 0, numRows, numColumns: blockSize},
    {start, numRows: 1, numColumns: columns - start},
  ];
}
