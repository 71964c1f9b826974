import type {ArenaTensor} from '../arena.js';
import {assemble, instructions as op, type WasmType} from './module.js';

/** Bytes summed in single precision at a time; so few that the rounding of their sum is that of a few numbers. */
const blockBytes = 16384;
const numSums = 4;

/** Σ value² of a tensor whose padding is zero. */
export type SumOfSquares = (tensor: ArenaTensor) => number;

/**
 * Compiles a WebAssembly SIMD kernel that reads a tensor once, at the speed of memory: sixteen running sums over each block in
 * single precision, the blocks added in double.
 * @param scratch 16 bytes of the same memory to hand results over in
 */
export function compileSumOfSquares(memory: WebAssembly.Memory, scratch: ArenaTensor): SumOfSquares {
  const [start, end, out] = [0, 1, 2];
  const parameters: readonly WasmType[] = ['i32', 'i32', 'i32'];
  const sums = Array.from({length: numSums}, (_, i) => parameters.length + i);
  const loaded = parameters.length + numSums;
  const locals = Array<WasmType>(numSums + 1).fill('v128');
  // Tensors are padded to 64 bytes, so a turn of the loop takes four vectors.
  const turn = sums.flatMap((sum) => [
    ...[...op.localGet(start), ...op.v128.load, ...op.localSet(loaded)],
    ...[...op.localGet(loaded), ...op.localGet(loaded), ...op.v128.mul],
    ...[...op.localGet(sum), ...op.v128.add, ...op.localSet(sum)],
    ...[...op.localGet(start), ...op.i32Const(16), ...op.i32Add, ...op.localSet(start)],
  ]);
  const again = [...op.localGet(start), ...op.localGet(end), ...op.i32LessUnsigned, ...op.branchIf(0)];
  const total = [...op.localGet(sums[0]!), ...sums.slice(1).flatMap((sum) => [...op.localGet(sum), ...op.v128.add])];
  const body = [...op.loop, ...turn, ...again, ...op.end, ...op.localGet(out), ...total, ...op.v128.store];

  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble({parameters, locals, body})), {
    env: {memory},
  });
  const run = instance.exports.run as (start: number, end: number, out: number) => void;
  return ({byteOffset, paddedBytes}) => {
    let sum = 0;
    const last = byteOffset + paddedBytes;
    for (let from = byteOffset; from < last; from += blockBytes) {
      run(from, Math.min(last, from + blockBytes), scratch.byteOffset);
      for (let lane = 0; lane < 4; lane++) sum += scratch.values[lane]!;
    }
    return sum;
  };
}
