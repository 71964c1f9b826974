import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import sharp from 'sharp';
import t from 'tap';
import type {DataSpec} from '../../src/data/section.js';
import {collect, dataSpec, describe, imageFolderSource, load, plainInfo, rejectsWith, shown} from './fixtures.js';

type Pixel = readonly [number, number, number];
const [red, green, blue, white]: Pixel[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
];

/** An image of the given rows of pixels. */
const image = (rows: readonly (readonly number[])[][], channels: 3 | 4 = 3) =>
  sharp(Uint8Array.from(rows.flat(2)), {raw: {height: rows.length, width: rows[0]!.length, channels}});

async function write(folder: string, name: string, bytes: Promise<Buffer>): Promise<void> {
  mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
  writeFileSync(path.join(folder, name), await bytes);
}

const square = [
  [red!, green!],
  [blue!, white!],
];

t.test('pixels come out as they went in; classes are the folders, sorted', async (t) => {
  const dir = t.testdir({});
  await write(dir, 'b/1.png', image(square).png().toBuffer());
  await write(dir, 'b/2.WebP', image(square).webp({lossless: true}).toBuffer());
  await write(
    dir,
    'a/odd name.png',
    image([
      [white!, white!],
      [red!, red!],
    ])
      .png()
      .toBuffer(),
  );
  writeFileSync(path.join(dir, 'a/.DS_Store'), '');
  writeFileSync(path.join(dir, 'Thumbs.db'), '');
  const data = await load(dataSpec(imageFolderSource()), dir);
  t.strictSame(plainInfo(data.info), {
    inputShape: [2, 2, 3],
    task: 'classification',
    numClasses: 2,
    classNames: ['a', 'b'],
    targetShape: [],
    numTrain: 3,
    numValidation: 0,
    numTest: 0,
  });
  const [first, second] = [[...white!, ...white!, ...red!, ...red!], square.flat(2)];
  t.strictSame(collect(data.train), {inputs: [...first, ...second, ...second], targets: [0, 1, 1], sizes: [3]});
});

t.test('grey, transparent, turned and 16-bit images', async (t) => {
  const dir = t.testdir({});
  const grey = (values: number[], bits: 8 | 16 = 8) =>
    sharp(bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values), {raw: {height: 1, width: 2, channels: 1}});
  await write(dir, 'a/1.png', grey([7, 200]).png().toBuffer());
  await write(
    dir,
    'a/2.png',
    grey([257 * 7, 257 * 200], 16)
      .toColourspace('grey16')
      .png()
      .toBuffer(),
  );
  await write(
    dir,
    'a/3.png',
    image(
      [
        [
          [7, 7, 7, 255],
          [200, 200, 200, 0],
        ],
      ],
      4,
    )
      .png()
      .toBuffer(),
  );
  // A camera held upright stores a turned image and says so (orientation 6: a quarter to the right to be shown).
  const turned = image([[[200, 200, 200]], [[7, 7, 7]]]).withMetadata({orientation: 6});
  await write(dir, 'b/1.png', turned.png().toBuffer());
  const data = await load(dataSpec(imageFolderSource({height: 1, channels: 1})), dir);
  t.strictSame(collect(data.train).inputs, [7, 200, 7, 200, 7, 0, 7, 200]);
  const colour = await load(dataSpec(imageFolderSource({height: 1})), dir);
  t.strictSame(collect(colour.train).inputs.slice(0, 6), [7, 7, 7, 200, 200, 200]);
});

t.test('fit: what sticks out, what is left over', async (t) => {
  const dir = t.testdir({});
  const wide = image([
    [red!, red!, green!, green!, green!, green!, blue!, blue!],
    [red!, red!, green!, green!, green!, green!, blue!, blue!],
  ]);
  for (const name of ['a/1.png', 'b/1.png']) await write(dir, name, wide.png().toBuffer());
  const of = async (fit: 'cover' | 'contain' | 'stretch', size: number) => {
    const data = await load(dataSpec(imageFolderSource({fit, height: size, width: size})), dir);
    const {inputs} = collect(data.train);
    return inputs.slice(0, inputs.length / 2);
  };
  t.strictSame(await of('cover', 2), [...green!, ...green!, ...green!, ...green!], 'the middle');
  const contained = await of('contain', 8);
  const rowOf = (y: number) => contained.slice(24 * y, 24 * y + 24);
  t.strictSame([rowOf(0), rowOf(2), rowOf(5)], [rowOf(7), rowOf(7), Array(24).fill(0)], 'bars above and below');
  t.strictSame(rowOf(3), wideRow(), 'the whole width between them');
  const [left, right] = [(await of('stretch', 2)).slice(0, 3), (await of('stretch', 2)).slice(3, 6)];
  t.ok(left[0]! > 64 && left[2]! < 64 && right[0]! < 64 && right[2]! > 64, `both ends are in: ${left} and ${right}`);

  function wideRow(): number[] {
    return [red!, red!, green!, green!, green!, green!, blue!, blue!].flat();
  }
});

t.test('JPEG is decoded', async (t) => {
  const dir = t.testdir({});
  const flat = sharp({create: {width: 16, height: 16, channels: 3, background: {r: 120, g: 60, b: 200}}});
  await write(dir, 'a/1.jpg', flat.jpeg({quality: 95}).toBuffer());
  await write(dir, 'b/1.JPEG', flat.jpeg({quality: 95}).toBuffer());
  const {inputs} = collect((await load(dataSpec(imageFolderSource()), dir)).train);
  inputs.forEach((value, i) => {
    if (Math.abs(value - [120, 60, 200][i % 3]!) > 3) t.fail(`value ${i} is ${value}`);
  });
  t.equal(inputs.length, 24);
});

t.test('test images: a folder of their own, or a part of each class', async (t) => {
  const dir = t.testdir({});
  const names = ['train/a', 'train/b', 'test/b'].flatMap((folder) => [1, 2, 3, 4, 5].map((i) => `${folder}/${i}.png`));
  for (const [i, name] of names.entries())
    await write(
      dir,
      name,
      image([[[i, i, i]]])
        .png()
        .toBuffer(),
    );
  const one = {path: 'train', height: 1, width: 1, channels: 1} as const;
  const own = await load(dataSpec(imageFolderSource({...one, testPath: 'test'})), dir);
  t.strictSame(collect(own.test!), {inputs: [10, 11, 12, 13, 14], targets: [1, 1, 1, 1, 1], sizes: [5]});
  const part = await load(dataSpec(imageFolderSource({...one, testFraction: 0.4})), dir);
  const [train, test] = [collect(part.train), collect(part.test!)];
  t.strictSame(test.targets, [0, 0, 1, 1]);
  t.strictSame(
    [...train.inputs, ...test.inputs].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  t.strictSame(
    test.inputs.map((value) => (value < 5 ? 0 : 1)),
    test.targets,
  );
});

const good = async (dir: string) => {
  for (const name of ['a/1.png', 'b/1.png']) await write(dir, name, image(square).png().toBuffer());
};

t.test('broken files are named, all of the first few', async (t) => {
  const dir = t.testdir({});
  await good(dir);
  const png = readFileSync(path.join(dir, 'a/1.png'));
  const noise = Uint8Array.from({length: 64 * 64 * 3}, (_, i) => (i * i * 31) % 251);
  const big = await sharp(noise, {raw: {width: 64, height: 64, channels: 3}})
    .jpeg()
    .toBuffer();
  writeFileSync(path.join(dir, 'a/0-text.jpg'), 'hello');
  writeFileSync(path.join(dir, 'a/9-cut.jpg'), big.subarray(0, big.length / 2));
  writeFileSync(path.join(dir, 'b/cut.png'), png.subarray(0, png.length - 30));
  writeFileSync(path.join(dir, 'b/empty.png'), '');
  const error = await load(dataSpec(imageFolderSource()), dir).then(
    () => new Error('loaded'),
    (thrown: Error & {code?: string; hint?: string}) => thrown,
  );
  t.match(error, {name: 'ExpError', code: 'DATA_INVALID', hint: 'mend the files, or take them out of the folder'});
  const lines = error.message.split('\n');
  t.strictSame(
    lines.map((line) => line.replace(/ cannot be decoded: .+$/, '')),
    ['a/0-text.jpg', 'a/9-cut.jpg', 'b/cut.png', 'b/empty.png'].map((name) => shown(dir, name)),
  );
  t.ok(
    lines.every((line) => / cannot be decoded: \S/.test(line)),
    error.message,
  );
});

t.test('folders that make no sense', async (t) => {
  const expect = async (
    change: (dir: string) => void | Promise<void>,
    source: Partial<Extract<DataSpec['source'], {type: 'imageFolder'}>>,
    expected: (dir: string) => {code: 'DATA_INVALID' | 'DATA_MISSING' | 'SPEC_INVALID'; message: string; hint?: string},
  ) => {
    const dir = path.join(t.testdir({}), 'images');
    mkdirSync(dir);
    await good(dir);
    await change(dir);
    const spec = dataSpec(imageFolderSource(source), {storage: 'memory'});
    await rejectsWith(describe(spec, dir), {hint: undefined, ...expected(dir)});
    await rejectsWith(load(spec, dir), {hint: undefined, ...expected(dir)});
  };
  await expect(
    (dir) => writeFileSync(path.join(dir, 'c.png'), ''),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'c.png')} is not in the folder of a class; expected one folder of images per class`,
      hint: `move it into a folder: ${shown(dir, 'CLASS/c.png')}`,
    }),
  );
  await expect(
    (dir) => writeFileSync(path.join(dir, 'README.md'), ''),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'README.md')} is not in the folder of a class; expected one folder of images per class`,
      hint: `move it out of ${shown(path.dirname(dir), 'images')}`,
    }),
  );
  await expect(
    (dir) => writeFileSync(path.join(dir, 'a/notes.txt'), ''),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'a/notes.txt')} is not an image by its name; expected .png, .jpg, .jpeg or .webp files`,
      hint: 'move it elsewhere',
    }),
  );
  await expect(
    (dir) => mkdirSync(path.join(dir, 'a/more')),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'a/more')} is not a file; expected .png, .jpg, .jpeg or .webp files`,
      hint: 'move it elsewhere',
    }),
  );
  await expect(
    (dir) => mkdirSync(path.join(dir, 'c')),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'c')} holds no images`,
    }),
  );
  await expect(
    (dir) => mkdirSync(path.join(dir, '../one/x'), {recursive: true}) as never,
    {path: '../one'},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(path.dirname(dir), 'one')} holds one folder, x; expected one folder of images for each of 2 or more classes`,
    }),
  );
  await expect(
    () => {},
    {path: 'b/1.png'},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'b/1.png')} is a file; expected a folder`,
    }),
  );
  await expect(
    () => {},
    {path: 'B'},
    (dir) => ({
      code: 'DATA_MISSING',
      message: `${shown(dir, 'B')} does not exist`,
      hint: 'did you mean b?',
    }),
  );
  await expect(
    () => {},
    {maxMegabytes: 1, height: 4000, width: 2000},
    () => ({
      code: 'SPEC_INVALID',
      message: 'data.source.maxMegabytes is 1; 2 images of 4000 × 2000 × 3 bytes take 48 million bytes',
      hint: 'set data.storage: disk, or maxMegabytes: 48 if the machine has the memory',
    }),
  );
  await expect(
    () => {},
    {testPath: '.', testFraction: 0.5},
    () => ({
      code: 'SPEC_INVALID',
      message: 'data.source.testFraction and testPath both name the test set',
      hint: 'drop one of them',
    }),
  );
  await expect(
    (dir) => write(path.dirname(dir), 'test/c/1.png', image(square).png().toBuffer()),
    {testPath: '../test'},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(path.dirname(dir), 'test/c')} is the folder of a class that no training image has; they have a, b`,
    }),
  );
  await expect(
    (dir) => symlinkSync('/etc', path.join(dir, 'c')),
    {},
    (dir) => ({
      code: 'DATA_INVALID',
      message: `${shown(dir, 'c')} leads to /etc, outside the folders that a spec may read (its own and the working folder)`,
      hint: 'move the data, or allow its folder: EXP_DATA_ROOTS=/',
    }),
  );
});

t.test('links may lead to other images in the folder of the spec', async (t) => {
  const {chdir, cwd} = process;
  const before = cwd();
  const dir = t.testdir({elsewhere: {}, images: {}});
  await good(path.join(dir, 'images'));
  await write(dir, 'more.png', image(square).png().toBuffer());
  symlinkSync(path.join(dir, 'more.png'), path.join(dir, 'images/b/2.png'));
  chdir(path.join(dir, 'elsewhere'));
  t.teardown(() => chdir(before));
  t.equal((await load(dataSpec(imageFolderSource({path: 'images'})), dir)).info.numTrain, 3);
});

t.test('without sharp, describing works and loading says what is missing', async (t) => {
  const dir = t.testdir({});
  await good(dir);
  // In a process of its own, where the package cannot be found.
  const hook = `export const resolve = (name, context, next) => {
    if (name === 'sharp') throw new Error("Cannot find package 'sharp'");
    return next(name, context);
  };`;
  const script = `
    import {register} from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const {sources} = await import('./src/data/sources/index.ts');
    const spec = ${JSON.stringify(imageFolderSource())};
    const context = {baseDir: ${JSON.stringify(dir)}};
    const {numTrain} = await sources.imageFolder.describe(spec, context);
    const {code, message, hint} = await sources.imageFolder.load(spec, context).catch((error) => error);
    console.log(JSON.stringify({numTrain, code, message, hint}));`;
  const {stdout} = await execa(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  t.strictSame(JSON.parse(stdout), {
    numTrain: 2,
    code: 'DATA_MISSING',
    message: "the package sharp, which decodes images, does not load here: Cannot find package 'sharp'",
    hint: 'npm install sharp',
  });
});
