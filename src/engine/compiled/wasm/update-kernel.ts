import type {Elementwise, UpdateRule} from '../../../training/optimizers/rule.js';
import {assemble, instructions as op, type WasmType} from './module.js';

/** A value of the rule inside the kernel: the local that holds it. */
interface Local {
  readonly index: number;
}

/**
 * Updates weights and slots in place, four floats at a time.
 * @param offsets byte offsets into the memory, 16-byte aligned: parameter, gradient, then the slots in the rule's order
 * @param byteLength of each of those arrays, a multiple of 16
 * @param scalars as `rule.scalars` returned them
 */
export type UpdateKernel = (offsets: readonly number[], byteLength: number, scalars: readonly number[]) => void;

/**
 * Compiles an optimizer's rule to WebAssembly SIMD by running the rule on an arithmetic that writes instructions instead of
 * numbers. One pass over memory per update: every array is read and written once, whatever the rule computes between.
 */
export function compileUpdateKernel(rule: UpdateRule, memory: WebAssembly.Memory): UpdateKernel {
  const numArrays = 2 + rule.slots.length;
  const numScalars = rule.scalars(1, 1).length;
  const parameters: WasmType[] = [...Array(numArrays).fill('i32'), 'i32', ...Array(numScalars).fill('f32')];
  const end = numArrays;
  const locals: WasmType[] = [];
  const local = (type: WasmType): Local => ({index: parameters.length + locals.push(type) - 1});

  const prologue: number[] = [];
  const body: number[] = [];
  const assign = (code: number[], ...bytes: readonly (readonly number[])[]): Local => {
    const target = local('v128');
    code.push(...bytes.flat(), ...op.localSet(target.index));
    return target;
  };
  const get = ({index}: Local): number[] => op.localGet(index);
  const constants = new Map<number, Local>();
  const binary =
    (code: readonly number[]) =>
    (a: Local, b: Local): Local =>
      assign(body, get(a), get(b), code);
  const math: Elementwise<Local> = {
    constant: (value) => {
      const known = constants.get(value) ?? assign(prologue, op.f32Const(value), op.splat);
      constants.set(value, known);
      return known;
    },
    add: binary(op.add),
    sub: binary(op.sub),
    mul: binary(op.mul),
    div: binary(op.div),
    max: binary(op.max),
    min: binary(op.min),
    abs: (a) => assign(body, get(a), op.abs),
    sqrt: (a) => assign(body, get(a), op.sqrt),
  };

  const scalars = Array.from({length: numScalars}, (_, i) => assign(prologue, op.localGet(end + 1 + i), op.splat));
  const arrays = Array.from({length: numArrays}, (_, i) => assign(body, op.localGet(i), op.load));
  const result = rule.update(math, {parameter: arrays[0]!, gradient: arrays[1]!, slots: arrays.slice(2), scalars});
  const store = (array: number, value: Local): void =>
    void body.push(...op.localGet(array), ...get(value), ...op.store);
  store(0, result.parameter);
  result.slots.forEach((slot, i) => {
    store(2 + i, slot);
  });
  for (let i = 0; i < numArrays; i++) body.push(...op.localGet(i), ...op.i32Const(16), ...op.i32Add, ...op.localSet(i));
  const again = [...op.localGet(0), ...op.localGet(end), ...op.i32LessUnsigned, ...op.branchIf(0)];

  const binaryModule = assemble({parameters, locals, body: [...prologue, ...op.loop, ...body, ...again, ...op.end]});
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binaryModule), {env: {memory}});
  const run = instance.exports.run as (...values: readonly number[]) => void;
  return (offsets, byteLength, values) => {
    if (byteLength > 0) run(...offsets, offsets[0]! + byteLength, ...values);
  };
}
