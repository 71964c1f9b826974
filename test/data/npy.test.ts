import {copyFileSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t from 'tap';
import {parseNpy} from '../../src/data/files/npy-format.js';
import {
  collect,
  dataSpec,
  describe,
  load,
  madeFiles,
  npySource,
  npzSource,
  plainInfo,
  rejectsWith,
  shown,
  throwsWith,
} from './fixtures.js';

const read = (name: string) => parseNpy(readFileSync(path.join(madeFiles, `${name}.npy`)), name);
const base = [0, 1, 2, 3, 4, 5, 6, 7];

t.test('every element type, byte order and version that NumPy writes', async (t) => {
  const expected = {
    b1: [0, 1, 0, 1, 0, 1, 0, 1],
    u: base,
    i: base.map((value) => 0 - value),
    f: base.map((value) => value / 4),
  };
  const kinds = {
    b1: Uint8Array,
    u1: Uint8Array,
    u2: Int32Array,
    u4: Int32Array,
    i1: Int8Array,
    i2: Int16Array,
    i4: Int32Array,
    i8: Int32Array,
    f4: Float32Array,
    f8: Float32Array,
    'big-i2': Int16Array,
    'big-f4': Float32Array,
    'big-i8': Int32Array,
  };
  for (const [name, kind] of Object.entries(kinds)) {
    const {shape, values} = read(name);
    t.strictSame(shape, [4, 2], name);
    t.type(values, kind, name);
    const letter = name.replace('big-', '')[0] as 'b' | 'u' | 'i' | 'f';
    t.strictSame([...values], letter === 'b' ? expected.b1 : expected[letter], name);
  }
  for (const name of ['version2', 'version3']) t.strictSame([...read(name).values], base, name);
  t.strictSame(read('wide').values, Float32Array.of(1, 2 ** 40), 'integers beyond 32 bits become floats');
});

t.test('Fortran order is put right', async (t) => {
  const {shape, values} = read('fortran');
  t.strictSame(shape, [4, 2, 3]);
  t.strictSame(
    [...values],
    Array.from({length: 24}, (_, i) => i),
  );
});

t.test('labels in a column are classes; files may be gzip', async (t) => {
  const dir = t.testdir({});
  for (const [from, to] of [
    ['fortran', 'x'],
    ['labels-column', 'y'],
  ]) {
    writeFileSync(path.join(dir, `${to}.npy`), gzipSync(readFileSync(path.join(madeFiles, `${from}.npy`))));
  }
  const data = await load(dataSpec(npySource()), dir);
  t.match(plainInfo(data.info), {inputShape: [2, 3], task: 'classification', numClasses: 3, numTrain: 4});
  t.strictSame(collect(data.train).targets, [0, 1, 2, 1]);
});

t.test('bytes of two axes are images, other numbers stay as they are', async (t) => {
  const header = (descr: string) => `{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 2, 3), }`.padEnd(117);
  const npyBytes = (descr: string, payload: Uint8Array) =>
    Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${header(descr)}\n`), payload]);
  const dir = t.testdir({
    'bytes.npy': npyBytes('|u1', new Uint8Array(12)),
    'floats.npy': npyBytes('<f4', new Uint8Array(48)),
    'whole.npy': npyBytes('<i2', new Uint8Array(24)),
  });
  const shapeOf = async (name: string) => {
    const source = npySource({inputs: `${name}.npy`, targets: 'floats.npy'});
    return plainInfo(await describe(dataSpec(source), dir));
  };
  t.match(await shapeOf('bytes'), {inputShape: [2, 3, 1], targetShape: [2, 3]});
  t.match(await shapeOf('floats'), {inputShape: [2, 3], targetShape: [2, 3]});
  t.match(await shapeOf('whole'), {inputShape: [2, 3]});
});

t.test('npz: stored and deflated members', async (t) => {
  const plain = await load(
    dataSpec(npzSource({path: 'plain.npz', testInputs: 'x_test', testTargets: 'y_test'})),
    madeFiles,
  );
  const packed = await load(dataSpec(npzSource({path: 'packed.npz'})), madeFiles);
  const all = Array.from({length: 24}, (_, i) => i);
  for (const data of [plain, packed]) {
    t.match(plainInfo(data.info), {inputShape: [2, 3, 1], task: 'classification', numClasses: 3, numTrain: 4});
    t.strictSame(collect(data.train), {inputs: all, targets: [0, 1, 2, 1], sizes: [4]});
  }
  t.strictSame(collect(plain.test!), {inputs: all.slice(0, 12), targets: [0, 1], sizes: [2]});
});

const again = 'the copy or download may have stopped early; fetch it again';
const accepted = 'b1, u1, u2, u4, i1, i2, i4, i8, f4, f8';

t.test('arrays that cannot be read', async (_t) => {
  const whole = readFileSync(path.join(madeFiles, 'f4.npy'));
  const cases: [Uint8Array, string, string | undefined][] = [
    [Buffer.alloc(0), ' is empty; expected a .npy file', undefined],
    [Buffer.from('PK\x03\x04....'), ' is not a .npy file: it does not start with \\x93NUMPY', undefined],
    [whole.subarray(0, 8), ' ends inside its header: 8 bytes', again],
    [whole.subarray(0, 100), ' ends inside its header: 100 bytes', again],
    [
      whole.subarray(0, 159),
      ' is cut short: its header promises [4, 2] of f4, 160 bytes in all; the file has 159',
      again,
    ],
    [
      Buffer.concat([whole, whole]),
      ' has bytes left over: its header promises [4, 2] of f4, 160 bytes in all; the file has 320',
      undefined,
    ],
    [Buffer.from(whole).fill(9, 6, 7), ' has version 9 of the .npy format; expected 1, 2 or 3', undefined],
    [
      readFileSync(path.join(madeFiles, 'float16.npy')),
      ` holds elements of type <f2; expected one of ${accepted}`,
      'convert it: array.astype("float32")',
    ],
    [
      readFileSync(path.join(madeFiles, 'object.npy')),
      ` holds elements of type |O; expected one of ${accepted}`,
      'Python objects cannot be read; save numbers',
    ],
    [readFileSync(path.join(madeFiles, 'scalar.npy')), ' holds a single number; expected an array', undefined],
    [readFileSync(path.join(madeFiles, 'none.npy')), ' holds no examples: its header says [0, 3]', undefined],
  ];
  for (const [bytes, message, hint] of cases)
    throwsWith(() => parseNpy(bytes, 'x.npy'), {code: 'DATA_INVALID', message: `x.npy${message}`, hint});
});

t.test('archives that cannot be read', async (t) => {
  const dir = t.testdir({});
  const file = path.join(dir, 'data.npz');
  const expect = async (message: string, hint: string | undefined, early = true) => {
    const expected = {code: 'DATA_INVALID', message: shown(dir, 'data.npz') + message, hint} as const;
    await rejectsWith(load(dataSpec(npzSource()), dir), expected);
    if (early) await rejectsWith(describe(dataSpec(npzSource()), dir), expected);
  };
  const whole = readFileSync(path.join(madeFiles, 'packed.npz'));
  writeFileSync(file, whole.subarray(0, 300));
  await expect(' is not a zip archive that can be read: it does not end as one', again);
  writeFileSync(file, whole.subarray(200));
  await expect(' is not a zip archive that can be read: it is cut short', again);
  const flipped = readFileSync(path.join(madeFiles, 'plain.npz'));
  flipped[flipped.indexOf('\x93NUMPY', 0, 'latin1') + 130]! ^= 1;
  writeFileSync(file, flipped);
  await expect(
    ' is not a zip archive that can be read: x_train.npy does not have the checksum that the archive promises',
    again,
    false,
  );
  copyFileSync(path.join(madeFiles, 'plain.npz'), file);
  await rejectsWith(load(dataSpec(npzSource({inputs: 'X_train'})), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'data.npz')} has no array "X_train"; its arrays are x_train, y_train, x_test, y_test`,
    hint: 'did you mean x_train?',
  });
  await rejectsWith(load(dataSpec(npzSource({targets: 'y_test'})), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'data.npz')} (x_train) holds 4 examples, ${shown(dir, 'data.npz')} (y_test) 2; expected as many targets as inputs`,
  });
  await rejectsWith(load(dataSpec(npzSource({testInputs: 'x_test'})), dir), {
    code: 'SPEC_INVALID',
    message: 'data.source.testInputs is given without testTargets; a test set needs both',
  });
});

t.test('whatever byte is wrong, errors are for people', async (t) => {
  const dir = t.testdir({});
  const whole = readFileSync(path.join(madeFiles, 'packed.npz'));
  let numErrors = 0;
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 0x5a;
    writeFileSync(path.join(dir, 'data.npz'), bytes);
    await load(dataSpec(npzSource()), dir).catch((error: Error) => {
      numErrors++;
      if (error.name !== 'ExpError') t.fail(`byte ${at}: ${error.stack}`);
    });
  }
  t.ok(numErrors > 200, `${numErrors} errors`);
});
