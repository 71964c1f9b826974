import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import {contentKey} from '../../../src/data/storage/content-key.js';
import {type Decoder, decodedFolder, decodedOnce} from '../../../src/data/storage/decoded-cache.js';
import {Spool} from '../../../src/data/storage/spool.js';
import {ExpError} from '../../../src/support/errors.js';
import {mountSmallDisk} from '../../runs/full-disk.js';

const folder = t.testdir({});
const key = 'a'.repeat(64);
t.beforeEach((t) => {
  process.env.EXP_CACHE_DIR = path.join(folder, `cache-${t.name.replaceAll(/\W+/g, '-')}`);
});

let numDecoded = 0;
const decode: Decoder = async (store) => {
  numDecoded++;
  const [x, y] = [store.create('x', {kind: 'float32', rowSize: 2}), store.create('y', {kind: 'uint8', rowSize: 1})];
  for (let row = 0; row < 1000; row++) {
    x.append(Float32Array.of(row, row / 2));
    y.append(Uint8Array.of(row % 7));
  }
  return {columns: ['a', 'b']};
};

async function check(t: Test, warnings: string[] = []): Promise<void> {
  const {arrays, facts} = await decodedOnce(key, 'things.csv', decode, (message) => warnings.push(message));
  t.strictSame(facts, {columns: ['a', 'b']});
  t.strictSame([...arrays.get('x')!.readRange(998, 1000)], [998, 499, 999, 499.5]);
  t.strictSame([...arrays.get('y')!.readRange(0, 9)], [0, 1, 2, 3, 4, 5, 6, 0, 1]);
  for (const array of arrays.values()) array.close();
}

t.test('what is decoded is found again', async (t) => {
  numDecoded = 0;
  await check(t);
  await check(t);
  t.equal(numDecoded, 1);
  t.strictSame(readdirSync(decodedFolder()), [key], 'nothing else is left');
});

const damages: Readonly<Record<string, (folder: string) => void>> = {
  'a file cut short': (folder) => truncateSync(path.join(folder, 'x.bin'), 7999),
  'another byte': (folder) => {
    const bytes = readFileSync(path.join(folder, 'x.bin'));
    bytes[4000]! ^= 1;
    writeFileSync(path.join(folder, 'x.bin'), bytes);
  },
  'a file gone': (folder) => rmSync(path.join(folder, 'y.bin')),
  'half a manifest': (folder) => truncateSync(path.join(folder, 'manifest.json'), 20),
  'no manifest': (folder) => rmSync(path.join(folder, 'manifest.json')),
};
for (const [what, damage] of Object.entries(damages)) {
  t.test(`damage is seen and mended: ${what}`, async (t) => {
    await check(t);
    damage(path.join(decodedFolder(), key));
    numDecoded = 0;
    const warnings: string[] = [];
    await check(t, warnings);
    t.equal(numDecoded, 1);
    t.match(warnings, [/the decoded form of things\.csv, is damaged; decoding again$/]);
    await check(t, warnings);
    t.equal(numDecoded, 1);
    t.equal(warnings.length, 1);
  });
}

t.test('two at once both get it', async (t) => {
  numDecoded = 0;
  await Promise.all([check(t), check(t)]);
  t.equal(numDecoded, 2);
  t.strictSame(readdirSync(decodedFolder()), [key]);
});

t.test('a decoder that fails leaves nothing', async (t) => {
  const failing: Decoder = async (store) => {
    store.create('x', {kind: 'uint8', rowSize: 1}).append(Uint8Array.of(1));
    throw new ExpError('DATA_INVALID', 'row 7 is bad');
  };
  await t.rejects(decodedOnce(key, 'things.csv', failing), {message: 'row 7 is bad'});
  t.strictSame(readdirSync(decodedFolder()), []);
});

t.test('a killed process leaves nothing that counts, and what it leaves goes', async (t) => {
  const script = `
    import {decodedOnce} from ${JSON.stringify(path.resolve('src/data/storage/decoded-cache.ts'))};
    await decodedOnce('${key}', 'things.csv', async (store) => {
      store.create('x', {kind: 'uint8', rowSize: 1}).append(new Uint8Array(100_000));
      console.log('halfway');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const left = readdirSync(decodedFolder());
  t.equal(left.length, 1);
  t.match(left[0], /\.partial$/);
  numDecoded = 0;
  await check(t);
  t.equal(numDecoded, 1);
  t.strictSame(readdirSync(decodedFolder()), [key]);
});

t.test('a full disk', async (t) => {
  const disk = mountSmallDisk(64 * 1024);
  if (!disk) {
    t.pass('no small disk can be mounted here');
    return;
  }
  try {
    process.env.EXP_CACHE_DIR = disk.path;
    const large: Decoder = async (store) => {
      const writer = store.create('x', {kind: 'uint8', rowSize: 1000});
      for (let row = 0; row < 1000; row++) writer.append(new Uint8Array(1000));
      return null;
    };
    const error = {
      code: 'DATA_MISSING',
      message: `the decoded form of things.csv cannot be kept in ${decodedFolder()}: the disk is full`,
      hint: 'free some space, or set EXP_CACHE_DIR to a folder on another disk',
    };
    await t.rejects(decodedOnce(key, 'things.csv', large), error);
    t.strictSame(readdirSync(decodedFolder()), []);
    const spool = new Spool('things.csv');
    await t.rejects(async () => void (await large(spool)), error);
    t.strictSame(readdirSync(decodedFolder()), []);
    writeFileSync(path.join(disk.path, 'there-is-room-again'), new Uint8Array(40_000));
  } finally {
    disk.unmount();
  }
});

t.test('the folder cannot be made', async (t) => {
  mkdirSync(path.dirname(process.env.EXP_CACHE_DIR!), {recursive: true});
  writeFileSync(process.env.EXP_CACHE_DIR!, 'a file');
  await t.rejects(decodedOnce(key, 'things.csv', decode), {
    code: 'DATA_MISSING',
    hint: 'set EXP_CACHE_DIR to a folder that can be written',
  });
});

t.test('keys follow contents, not names', async (t) => {
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const [a, b, copy] = [file('a', 'one'), file('b', 'two'), file('copy', 'one')];
  const known = await contentKey([a, b], {size: 3});
  t.match(known, /^[0-9a-f]{64}$/);
  t.equal(await contentKey([copy, b], {size: 3}), known);
  for (const other of [contentKey([b, a], {size: 3}), contentKey([a, b], {size: 4}), contentKey([a], {size: 3})])
    t.not(await other, known);
  t.notOk(existsSync(path.join(folder, 'none')));
  await t.rejects(contentKey([path.join(folder, 'none')], {}), {code: 'DATA_MISSING'});
});
