import {readdirSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {ArrayFile} from '../../../src/data/storage/array-file.js';
import {MemoryStore} from '../../../src/data/storage/array-store.js';
import {decodedFolder} from '../../../src/data/storage/decoded-cache.js';
import {Spool} from '../../../src/data/storage/spool.js';

const folder = t.testdir({});
process.env.EXP_CACHE_DIR = path.join(folder, 'cache');

/** Five rows of two numbers: 10, 11, 20, 21, …, after three bytes of something else. */
function written(kind: 'uint8' | 'int16' | 'float32'): ArrayFile {
  const values = [10, 11, 20, 21, 30, 31, 40, 41, 50, 51];
  const array = {uint8: Uint8Array, int16: Int16Array, float32: Float32Array}[kind].from(values);
  const file = path.join(folder, `${kind}.bin`);
  writeFileSync(file, Buffer.concat([Buffer.from('abc'), Buffer.from(array.buffer)]));
  return ArrayFile.open({file, byteOffset: 3, kind, numRows: 5, rowSize: 2});
}

t.test('rows come by their numbers, in any order and more than once', async (t) => {
  for (const kind of ['uint8', 'int16', 'float32'] as const) {
    const array = written(kind);
    const into = new Float32Array(12);
    array.readRows(Uint32Array.from([3, 4, 0, 0, 1, 2]), into);
    t.strictSame([...into], [40, 41, 50, 51, 10, 11, 10, 11, 20, 21, 30, 31], kind);
    t.strictSame([...array.readRange(1, 3)], [20, 21, 30, 31], kind);
    const pieces = Array.from(array.pieces(), ({start, values}) => [start, ...values]);
    t.strictSame(pieces, [[0, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]], kind);
    t.throws(() => array.readRows(Uint32Array.from([5]), into.subarray(0, 2)), RangeError);
    array.close();
  }
});

t.test('a file that is cut while it is read is an error for people', async (t) => {
  const array = written('float32');
  truncateSync(path.join(folder, 'float32.bin'), 3 + 4 * 7);
  t.strictSame([...array.readRange(0, 3)], [10, 11, 20, 21, 30, 31]);
  t.throws(() => array.readRange(2, 4), {
    code: 'DATA_INVALID',
    message: /changed while it was in use: it ends at byte 31/,
  });
  array.close();
});

for (const [name, make] of [
  ['memory', () => new MemoryStore()],
  ['a spool', () => new Spool('test')],
] as const) {
  t.test(`${name} takes rows in any order`, async (t) => {
    const store = make();
    const [a, b] = [
      store.create('a', {kind: 'int16', rowSize: 2, numRows: 3}),
      store.create('b', {kind: 'uint8', rowSize: 1}),
    ];
    a.write(2, Int16Array.from([-5, 6]));
    a.write(0, Int16Array.from([1, 2, 3, 4]));
    // More than is gathered before it is written.
    for (let i = 0; i < 100; i++) b.append(new Uint8Array(1000).fill(i));
    b.append(new Uint8Array(100_000).fill(100));
    b.append(Uint8Array.of(101));
    t.throws(() => a.append(Uint8Array.of(1, 2)), /kind uint8/);
    t.throws(() => a.append(Int16Array.of(1)), /rows of 2/);
    const arrays = store.finish();
    const all = (key: string): number[] => {
      const array = arrays.get(key)!;
      return [...(array instanceof ArrayFile ? array.readRange(0, array.numRows) : array)];
    };
    t.strictSame(all('a'), [1, 2, 3, 4, -5, 6]);
    const values = all('b');
    t.equal(values.length, 200_001);
    t.ok(values.every((value, i) => value === Math.min(Math.floor(i / 1000), 100) + (i === 200_000 ? 1 : 0)));
  });
}

t.test('a spool has no names', async (t) => {
  new Spool('test').create('x', {kind: 'uint8', rowSize: 1});
  t.strictSame(readdirSync(decodedFolder()), []);
});
