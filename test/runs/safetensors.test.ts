import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {decodeSafetensors, readSafetensors, writeSafetensors} from '../../src/runs/safetensors.js';
import type {TensorData} from '../../src/support/tensor.js';

const tensor = (shape: readonly number[], ...values: number[]): TensorData => ({
  shape,
  values: Float32Array.from(values),
});

/** A file put together by hand from the format's description: length, header, data. */
function handmade(header: string, data: Uint8Array, length = Buffer.byteLength(header)): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32LE(length, 0);
  return Buffer.concat([size, Buffer.from(header), data]);
}

t.test('what is written, byte by byte', async (t) => {
  const file = path.join(t.testdir(), 'w.safetensors');
  writeSafetensors(
    file,
    new Map([
      ['a/kernel', tensor([2, 1], 1, -2)],
      ['b', tensor([], 0.5)],
    ]),
    {format: 'exp'},
  );
  const json =
    '{"__metadata__":{"format":"exp"},"a/kernel":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
  const header = json.padEnd(Math.ceil(json.length / 8) * 8);
  // 1, -2 and 0.5 as IEEE 754 single precision, little-endian
  const data = Buffer.from('0000803f' + '000000c0' + '0000003f', 'hex');
  t.same(readFileSync(file), handmade(header, data));
});

t.test('a file made elsewhere is read: other order, whitespace, metadata, views of one buffer', async (t) => {
  const header =
    ' {"y": {"shape": [3], "data_offsets": [4, 16], "dtype": "F32"}, "__metadata__": {"k": "v"}, "x": {"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}';
  const data = Buffer.from('0000803f' + '00000040' + '00004040' + '00008040', 'hex');
  const padded = Buffer.concat([Buffer.from('?'), handmade(header, data)]).subarray(1);
  t.strictSame(
    decodeSafetensors(padded, 'elsewhere'),
    new Map([
      ['y', tensor([3], 2, 3, 4)],
      ['x', tensor([1, 1], 1)],
    ]),
  );
});

t.test('damaged files are named, not guessed at', async (t) => {
  const header = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const whole = handmade(header, Buffer.alloc(8));
  const cases: readonly (readonly [Buffer, string])[] = [
    [whole.subarray(0, 5), 'it has 5 bytes'],
    [whole.subarray(0, 30), `its header wants ${header.length} bytes of 22`],
    [whole.subarray(0, whole.length - 1), 'x of shape [2] lies at bytes 0 to 8 of 7'],
    [handmade('{"x":', Buffer.alloc(0)), 'its header is not JSON'],
    [handmade('3', Buffer.alloc(0)), 'its header is not an object'],
    [handmade('{"x":{"dtype":"F32"}}', Buffer.alloc(0)), 'its header describes x incompletely'],
    [handmade(header.replace('F32', 'F16').replace('[2]', '[4]'), Buffer.alloc(8)), 'x is F16, expected F32'],
    [handmade(header.replace('F32', 'F31'), Buffer.alloc(8)), 'x is of a type F31 that the format lacks'],
    [handmade(header.replace('[2]', '["2"]'), Buffer.alloc(8)), 'its header describes x incompletely'],
    [handmade(header.replace('[2]', '[-1,-2]'), Buffer.alloc(8)), 'its header describes x incompletely'],
    [handmade(header.replace('[2]', '[1e999]'), Buffer.alloc(8)), 'its header describes x incompletely'],
    [handmade(header.replace('[0,8]', '[8,0]'), Buffer.alloc(8)), 'x of shape [2] lies at bytes 8 to 0 of 8'],
    [handmade(header, Buffer.alloc(8), 2 ** 32 - 1), `its header wants ${2 ** 32 - 1} bytes of ${header.length + 8}`],
    [handmade(header.replace('[2]', '[3]'), Buffer.alloc(12)), 'x of shape [3] lies at bytes 0 to 8 of 12'],
  ];
  for (const [bytes, message] of cases) {
    t.throws(() => decodeSafetensors(bytes, 'w'), {
      code: 'DATA_INVALID',
      message: `w is not a whole safetensors file: ${message}`,
    });
  }
});

t.test('a name that looks like an object member stays a tensor', async (t) => {
  const file = path.join(t.testdir(), 'w.safetensors');
  writeSafetensors(file, new Map([['constructor', tensor([1], 7)]]));
  t.strictSame(readSafetensors(file), new Map([['constructor', tensor([1], 7)]]));
});

t.test('the format’s own reader agrees', async (t) => {
  const python = process.env.PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import safetensors.numpy']).status !== 0) {
    t.comment(`no safetensors package for ${python} (PYTHON chooses another): not compared`);
    return;
  }
  const folder = t.testdir();
  const file = path.join(folder, 'w.safetensors');
  writeSafetensors(
    file,
    new Map([
      ['a', tensor([2, 2], 1, 2.5, -3, 1e-30)],
      ['ü', tensor([0])],
    ]),
  );
  const script = path.join(folder, 'read.py');
  writeFileSync(
    script,
    'import sys, json\nfrom safetensors.numpy import load_file\n' +
      'print(json.dumps({k: [list(v.shape), v.flatten().tolist()] for k, v in load_file(sys.argv[1]).items()}))',
  );
  const {stdout} = spawnSync(python, [script, file], {encoding: 'utf8'});
  t.strictSame(JSON.parse(stdout), {
    a: [
      [2, 2],
      [1, 2.5, -3, Math.fround(1e-30)],
    ],
    ü: [[0], []],
  });
});
