import {assemble, instructions as op, type WasmType} from './module.js';
import {type Output, type Pass, termOf} from './passes.js';
import type {Term} from './trace.js';

/** What one call of a pass works on: rows of equal length, one after another in every array. */
export interface PassCall {
  /** Byte offset of the first row in each of `pass.arrays`. */
  readonly arrays: readonly number[];
  /** Byte offsets of the numbers of `pass.inputs.row`, one per row. */
  readonly rowInputs: readonly number[];
  /** Of `pass.inputs.column`, one per column. */
  readonly columnInputs: readonly number[];
  /** Where each sum goes, in the order of the pass's outputs: one float per row; one per column, added to; one double, added to. */
  readonly sums: readonly number[];
  readonly numRows: number;
  readonly numColumns: number;
}

/** @param scalars the numbers of `pass.inputs.matrix` */
export type PreparedPass = (scalars: readonly number[]) => void;

const vectorBytes = 16;

/** A term's local in vector code and in the code for what is left of a row. */
interface Lanes {
  readonly v128: number;
  readonly f32: number;
}
type Width = keyof Lanes;

/** Compiles a pass: each row four floats at a time, what is left of it one by one. Arrays are read before any is written. */
export function compilePass(pass: Pass, memory: WebAssembly.Memory): (call: PassCall) => PreparedPass {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(passModule(pass)), {env: {memory}});
  const run = instance.exports.run as (...values: readonly number[]) => void;
  return ({arrays, rowInputs, columnInputs, sums, numRows, numColumns}) => {
    if (numRows === 0 || numColumns === 0) return () => {};
    const rowBytes = 4 * numColumns;
    const wholeBytes = rowBytes - (rowBytes % vectorBytes);
    const pointers = [...arrays, ...rowInputs, ...columnInputs, ...sums];
    const values = [...pointers, numRows, wholeBytes, rowBytes - wholeBytes, ...pass.inputs.matrix.map(() => 0)];
    const first = values.length - pass.inputs.matrix.length;
    return (scalars) => {
      for (let i = first; i < values.length; i++) values[i] = scalars[i - first]!;
      run(...values);
    };
  };
}

function passModule({outputs, arrays, inputs}: Pass): Uint8Array<ArrayBuffer> {
  const sums = outputs.filter((output) => output.kind === 'sum');
  const numPointers = arrays.length + inputs.row.length + inputs.column.length + sums.length;
  const parameters: WasmType[] = [
    ...Array<WasmType>(numPointers + 3).fill('i32'),
    ...inputs.matrix.map((): WasmType => 'f32'),
  ];
  const locals: WasmType[] = [];
  const local = (type: WasmType): number => parameters.length + locals.push(type) - 1;
  const lanes = (): Lanes => ({v128: local('v128'), f32: local('f32')});

  let next = 0;
  const pointer = (): number => next++;
  const arrayOf = new Map(arrays.map((array) => [array, pointer()]));
  const rows = inputs.row.map((term) => ({term, pointer: pointer(), lanes: lanes()}));
  const columns = inputs.column.map((term) => ({term, start: pointer(), pointer: local('i32')}));
  const sumOf = new Map(sums.map((sum) => [sum as Output, {pointer: pointer(), start: local('i32'), lanes: lanes()}]));
  const [numRows, wholeBytes, restBytes, end] = [next, next + 1, next + 2, local('i32')];
  const first = arrayOf.values().next().value!;

  const advance = (index: number, bytes: number): number[] => [
    ...[...op.localGet(index), ...op.i32Const(bytes), ...op.i32Add, ...op.localSet(index)],
  ];
  const known = new Map<Term, Lanes>();
  const prologue: number[] = [];
  const spread = (code: number[], {v128, f32}: Lanes): void =>
    void code.push(...op.localGet(f32), ...op.splat, ...op.localSet(v128));
  for (const [index, term] of inputs.matrix.entries()) {
    const held = {v128: local('v128'), f32: numPointers + 3 + index};
    spread(prologue, held);
    known.set(term, held);
  }
  for (const {term, lanes} of rows) known.set(term, lanes);

  /** The work on the elements at the pointers, four or one. */
  const body = (width: Width): number[] => {
    const [code, code1] = [[] as number[], op[width]];
    const computed = new Map<Term, number>();
    const load = (term: Term, from: number): void => {
      const target = local(width);
      code.push(...op.localGet(from), ...code1.load, ...op.localSet(target));
      computed.set(term, target);
    };
    for (const {term, pointer} of columns) load(term, pointer);
    const localOf = (term: Term): number => {
      const held = computed.get(term) ?? known.get(term)?.[width];
      if (held !== undefined) return held;
      if (term.kind === 'constant') {
        const made = lanes();
        prologue.push(...op.f32Const(term.value), ...op.localSet(made.f32));
        spread(prologue, made);
        known.set(term, made);
        return made[width];
      }
      if (term.kind === 'array') load(term, arrayOf.get(term.index)!);
      else if (term.kind === 'apply') {
        const operands = term.operands.map(localOf);
        const target = local(width);
        code.push(...operands.flatMap(op.localGet), ...code1[term.operation], ...op.localSet(target));
        computed.set(term, target);
      } else throw new Error(`a pass was to compute a ${term.kind}, which it should have been given`);
      return computed.get(term)!;
    };
    const values = outputs.map((output) => localOf(termOf(output)));
    for (const [index, output] of outputs.entries()) {
      const value = op.localGet(values[index]!);
      if (output.kind === 'store') {
        code.push(...op.localGet(arrayOf.get(output.array)!), ...value, ...code1.store);
        continue;
      }
      const sum = sumOf.get(output)!;
      if (output.per === 'column') {
        const place = op.localGet(sum.start);
        code.push(...place, ...place, ...code1.load, ...value, ...code1.add, ...code1.store);
      } else {
        const total = sum.lanes[width];
        code.push(...op.localGet(total), ...value, ...code1.add, ...op.localSet(total));
      }
    }
    const step = width === 'v128' ? vectorBytes : 4;
    const moving = [...arrayOf.values(), ...columns.map(({pointer}) => pointer)];
    for (const output of sums) if (output.per === 'column') moving.push(sumOf.get(output)!.start);
    return [...code, ...moving.flatMap((index) => advance(index, step))];
  };

  /** The body until the first array's pointer has come `length` further, if that is anything. */
  const loop = (length: number, code: readonly number[]): number[] => [
    ...[...op.localGet(first), ...op.localGet(length), ...op.i32Add, ...op.localSet(end)],
    ...[...op.localGet(length), ...op.if, ...op.loop, ...code],
    ...[...op.localGet(first), ...op.localGet(end), ...op.i32LessUnsigned, ...op.branchIf(0), ...op.end, ...op.end],
  ];

  const row: number[] = [];
  for (const {pointer, lanes} of rows) {
    row.push(...op.localGet(pointer), ...op.f32.load, ...op.localSet(lanes.f32), ...advance(pointer, 4));
    spread(row, lanes);
  }
  for (const {start, pointer} of columns) row.push(...op.localGet(start), ...op.localSet(pointer));
  for (const {pointer, start, lanes} of sumOf.values()) {
    row.push(...op.localGet(pointer), ...op.localSet(start), ...op.f32Const(0), ...op.localSet(lanes.f32));
    spread(row, lanes);
  }
  row.push(...loop(wholeBytes, body('v128')), ...loop(restBytes, body('f32')));
  for (const output of sums) {
    const {pointer, lanes} = sumOf.get(output)!;
    const place = op.localGet(pointer);
    const total = [
      ...op.localGet(lanes.f32),
      ...[0, 1, 2, 3].flatMap((lane) => [...op.localGet(lanes.v128), ...op.f32FromLane(lane), ...op.f32.add]),
    ];
    if (output.per === 'row') row.push(...place, ...total, ...op.f32.store, ...advance(pointer, 4));
    if (output.per === 'whole')
      row.push(...place, ...place, ...op.f64Load, ...total, ...op.f64FromF32, ...op.f64Add, ...op.f64Store);
  }
  const again = [...op.localGet(numRows), ...op.i32Const(1), ...op.i32Sub, ...op.localSet(numRows)];
  const code = [...prologue, ...op.loop, ...row, ...again, ...op.localGet(numRows), ...op.branchIf(0), ...op.end];
  return assemble({parameters, locals, body: code});
}
