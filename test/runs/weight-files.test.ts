import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {deflateRawSync} from 'node:zlib';
import t from 'tap';
import {openWeightFile} from '../../src/runs/weight-files/open.js';
import type {WeightFile} from '../../src/runs/weight-files/weight-file.js';
import {crc32} from '../../src/support/crc32.js';

const shapesOf = (file: WeightFile) =>
  Object.fromEntries([...file.arrays].map(([name, {shape, problem}]) => [name, problem ?? shape]));

/** A safetensors file put together by hand from the format's description. */
function safetensors(header: object | string, data: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, data]);
}

t.test('safetensors: every width of floats is read, others are told', async (t) => {
  const file = path.join(t.testdir(), 'weights'); // known by its content
  // 1.5 and -2: sign, exponent and fraction by hand.
  const data = Buffer.from(
    ['003e00c0', 'c03f00c0', '0000c03f000000c0', '000000000000f83f00000000000000c0', '0100000000000000'].join(''),
    'hex',
  );
  const entry = (dtype: string, begin: number, end: number, shape = [2]) => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const header = {
    __metadata__: {format: 'pt'},
    half: entry('F16', 0, 4),
    brain: entry('BF16', 4, 8),
    single: entry('F32', 8, 16),
    double: entry('F64', 16, 32),
    count: entry('I64', 32, 40, []),
    ['__proto__']: entry('F32', 8, 16),
  };
  writeFileSync(file, safetensors(header, data));
  const weights = await openWeightFile(file);
  t.same(weights.format, 'safetensors');
  t.match(weights.arrays.get('count')?.problem, 'holds I64');
  for (const name of ['half', 'brain', 'single', 'double', '__proto__'])
    t.strictSame([...(await weights.read(name))], [1.5, -2], name);
});

t.test('half precision: subnormal, largest, infinite, not a number', async (t) => {
  const file = path.join(t.testdir(), 'w.safetensors');
  const data = Buffer.from('0100ff7b007c00fe0080', 'hex');
  writeFileSync(file, safetensors({x: {dtype: 'F16', shape: [5], data_offsets: [0, 10]}}, data));
  const values = await (await openWeightFile(file)).read('x');
  t.strictSame([...values], [2 ** -24, 65504, Infinity, NaN, -0]);
});

/** An archive with one member, whose sizes in the table of contents can be made wrong. */
function zip(name: string, content: Uint8Array, lie: {bytes?: number; packed?: number; offset?: number} = {}): Buffer {
  const packed = deflateRawSync(content);
  const sizes = (at: Buffer, start: number): void => {
    at.writeUInt32LE(crc32(content), start);
    at.writeUInt32LE(lie.packed ?? packed.length, start + 4);
    at.writeUInt32LE(lie.bytes ?? content.length, start + 8);
    at.writeUInt16LE(name.length, start + 12);
  };
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  sizes(local, 14);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  sizes(entry, 16);
  entry.writeUInt32LE(lie.offset ?? 0, 42);
  const before = Buffer.concat([local, Buffer.from(name), packed]);
  const directory = Buffer.concat([entry, Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(before.length, 16);
  return Buffer.concat([before, directory, end]);
}

/** A .npy file with a header of our own. */
function npy(shape: string, data: Uint8Array, descr = '<f4'): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text), data]);
}

t.test('npz: arrays by name; what cannot be a weight does no harm beside one that can', async (t) => {
  const weights = await openWeightFile(path.resolve('test/data/files/packed.npz'));
  t.same(weights.format, 'npz');
  const shapes = shapesOf(weights);
  t.same(shapes.zeros, [4, 50, 50]);
  t.match(shapes.y_train, 'holds i8');
  t.strictSame([...(await weights.read('zeros'))], new Array(10000).fill(0));
  const pytorch = await openWeightFile(path.resolve('test/reference/pytorch-sequences.npz'));
  t.same(pytorch.arrays.get('embed.weight')?.shape, [10, 4]);
});

t.test('hostile and damaged archives are errors, not gigabytes', async (t) => {
  const folder = t.testdir();
  const four = npy('(1,)', Buffer.alloc(4));
  const bomb = npy('(1,)', Buffer.alloc(50_000_000));
  const cases: Readonly<Record<string, readonly [content: Buffer, message: RegExp]>> = {
    'declares less than it holds': [zip('x.npy', bomb, {bytes: four.length}), /cannot be unpacked/],
    'is larger than its array': [zip('x.npy', bomb), /has bytes left over/],
    'promises more than it holds': [zip('x.npy', npy('(1000000000,)', Buffer.alloc(4))), /is cut short/],
    'promises more than anybody has': [
      zip('x.npy', npy('(99999999999, 99999999999)', Buffer.alloc(4))),
      /is cut short/,
    ],
    'packed size beyond the file': [zip('x.npy', four, {packed: 0xfffffff0}), /cut short/],
    'member beyond the file': [zip('x.npy', four, {offset: 0xfffffff0}), /cut short/],
    'cut off': [zip('x.npy', four).subarray(0, 60), /does not end as one/],
    'no arrays': [zip('x.txt', four), /zip archive without arrays/],
    'a pickle': [zip('archive/data.pkl', four), /pickle of PyTorch/],
    'of Keras': [zip('model.weights.h5', four), /\.keras archive/],
  };
  for (const [title, [content, message]] of Object.entries(cases)) {
    const file = path.join(folder, `${title}.npz`);
    writeFileSync(file, content);
    const open = async (): Promise<unknown> => {
      const weights = await openWeightFile(file);
      const {problem} = weights.arrays.get('x')!;
      if (problem !== undefined) throw Object.assign(new Error(problem), {code: 'DATA_INVALID'});
      return weights.read('x');
    };
    await t.rejects(open(), {code: 'DATA_INVALID', message}, title);
  }
});

const manifest = (weights: readonly object[], paths = ['weights.bin']) =>
  JSON.stringify({format: 'layers-model', weightsManifest: [{paths, weights}]});

t.test('TensorFlow.js: several shards, quantized weights', async (t) => {
  const folder = t.testdir({
    'model.json': manifest(
      [
        {name: 'a/kernel', shape: [2], dtype: 'float32'},
        {name: 'a/count', shape: [], dtype: 'int32'},
        {name: 'a/bias', shape: [3], dtype: 'float32', quantization: {dtype: 'uint8', scale: 0.5, min: -1}},
        {name: 'b/bias', shape: [2], dtype: 'float32', quantization: {dtype: 'uint16', scale: 2, min: 1}},
        {name: 'c/bias', shape: [1], dtype: 'float32', quantization: {dtype: 'float16', original_dtype: 'float32'}},
      ],
      ['one.bin', 'two.bin'],
    ),
  });
  // 1.5 and -2; 7; 0 2 4; 1 256; 1.5
  const data = Buffer.from(['0000c03f000000c0', '07000000', '000204', '01000001', '003e'].join(''), 'hex');
  writeFileSync(path.join(folder, 'one.bin'), data.subarray(0, 5));
  writeFileSync(path.join(folder, 'two.bin'), data.subarray(5));
  const weights = await openWeightFile(path.join(folder, 'model.json'));
  t.strictSame([...(await weights.read('a/kernel'))], [1.5, -2]);
  t.strictSame([...(await weights.read('a/bias'))], [-1, 0, 1]);
  t.strictSame([...(await weights.read('b/bias'))], [3, 513]);
  t.strictSame([...(await weights.read('c/bias'))], [1.5]);
  t.match(weights.arrays.get('a/count')?.problem, 'holds int32');
  t.same(weights.files.length, 3);
});

t.test('damaged and hostile TensorFlow.js models', async (t) => {
  const folder = t.testdir({'weights.bin': 'abcd', inside: {'weights.bin': 'abcd'}});
  const one = {name: 'x', shape: [1], dtype: 'float32'};
  symlinkSync(tmpdir(), path.join(folder, 'inside', 'link.bin'));
  const cases: readonly (readonly [content: string, message: RegExp])[] = [
    ['{"weightsManifest": [', /not JSON/],
    ['{}', /has no weightsManifest/],
    ['{"weightsManifest": [{}]}', /lacks paths or weights/],
    [manifest([{name: 'x', shape: [1]}]), /describes x incompletely/],
    [manifest([{...one, shape: [null]}]), /describes x incompletely/],
    [manifest([{...one, shape: [-1]}]), /describes x incompletely/],
    [manifest([{...one, dtype: 'string'}]), /type string/],
    [manifest([{...one, quantization: {dtype: 'uint8'}}]), /quantization of x/],
    [manifest([{...one, shape: [2]}]), /want 8 bytes; weights\.bin hold 4/],
    [manifest([{...one, shape: [1e9, 1e9]}]), /hold 4/],
    [manifest([one, one]), /names x twice/],
    [manifest([one], ['../weights.bin']), /names the shard \.\.\/weights\.bin/],
    [manifest([one], ['/etc/hostname']), /names the shard/],
    [manifest([one], ['https://example.org/weights.bin']), /names the shard/],
    [manifest([one], ['link.bin']), /outside the folders/],
  ];
  for (const [content, message] of cases) {
    const file = path.join(folder, 'inside', 'model.json');
    writeFileSync(file, content);
    await t.rejects(openWeightFile(file), {code: 'DATA_INVALID', message}, String(message));
  }
  writeFileSync(path.join(folder, 'inside', 'model.json'), manifest([one], ['gone.bin']));
  await t.rejects(openWeightFile(path.join(folder, 'inside', 'model.json')), {code: 'DATA_MISSING'});
});

t.test('other files', async (t) => {
  const folder = t.testdir({'a.safetensors': '', 'b.h5': Buffer.from('\x89HDF\r\n', 'latin1'), c: 'what is this'});
  mkdirSync(path.join(folder, 'd'));
  await t.rejects(openWeightFile(path.join(folder, 'a.safetensors')), {code: 'DATA_INVALID', message: /has 0 bytes/});
  writeFileSync(path.join(folder, 'b.h5'), Buffer.from('\x89HDF\r\n', 'latin1'));
  await t.rejects(openWeightFile(path.join(folder, 'b.h5')), {code: 'DATA_INVALID', message: /HDF5/});
  await t.rejects(openWeightFile(path.join(folder, 'c')), {code: 'DATA_INVALID', message: /no file of weights/});
  await t.rejects(openWeightFile(path.join(folder, 'd')), {code: 'DATA_INVALID', message: /not a file/});
  await t.rejects(openWeightFile(path.join(folder, 'e')), {code: 'DATA_MISSING'});
  // 2⁶³ bytes of header, 101 MB of it, or a shape that overflows
  const huge = Buffer.alloc(9, '{');
  huge.writeBigUInt64LE(2n ** 63n);
  const cases: readonly (readonly [content: Buffer, message: RegExp])[] = [
    [huge, /its header wants/],
    [safetensors({x: {dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4]}}, Buffer.alloc(4)), /of shape/],
    [safetensors({x: {dtype: 'F32', shape: [null], data_offsets: [0, 4]}}, Buffer.alloc(4)), /incompletely/],
    [safetensors({x: {dtype: 'F32', shape: [1], data_offsets: [-4, 0]}}, Buffer.alloc(4)), /incompletely/],
    [safetensors({x: null}, Buffer.alloc(4)), /incompletely/],
  ];
  for (const [content, message] of cases) {
    writeFileSync(path.join(folder, 'a.safetensors'), content);
    await t.rejects(
      openWeightFile(path.join(folder, 'a.safetensors')),
      {code: 'DATA_INVALID', message},
      String(message),
    );
  }
});
