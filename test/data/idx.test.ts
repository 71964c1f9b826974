import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t from 'tap';
import {
  collect,
  dataSpec,
  describe,
  type ExpectedError,
  idxBytes,
  idxSource,
  load,
  plainInfo,
  rejectsWith,
  shown,
} from './fixtures.js';

const six = [0, 1, 2, 3, 4, 5];
const cutShort = 'the copy or download may have stopped early; fetch it again';

t.test('reads every element type', async (t) => {
  const cases: [number, number[]][] = [
    [8, [0, 1, 127, 128, 254, 255]],
    [9, [-128, -1, 0, 1, 2, 127]],
    [11, [-32768, -2, 0, 1, 256, 32767]],
    [12, [-2147483648, -65536, 0, 1, 65536, 16777216]],
    [13, [-1.5, 0, 0.25, 3, 1e-3, 1e30]],
    [14, [-1.5, 0, 0.25, 3, 0.1, 1e-30]],
  ];
  for (const [type, values] of cases) {
    const dir = t.testdir({});
    writeFileSync(path.join(dir, 'images.idx'), idxBytes(type, [3, 2], values));
    writeFileSync(path.join(dir, 'labels.idx'), idxBytes(8, [3], [2, 0, 1]));
    const data = await load(dataSpec(idxSource()), dir);
    t.strictSame(plainInfo(data.info).inputShape, [2]);
    t.strictSame(collect(data.train), {inputs: values.map(Math.fround), targets: [2, 0, 1], sizes: [3]});
  }
});

t.test('gives images a channel axis, keeps other shapes', async (t) => {
  const cases: [number[], number[]][] = [
    [[2], [1]],
    [[2, 3], [3]],
    [
      [2, 3, 1],
      [3, 1, 1],
    ],
    [
      [2, 1, 3, 2],
      [1, 3, 2],
    ],
    [
      [2, 1, 1, 3, 1],
      [1, 1, 3, 1],
    ],
  ];
  for (const [shape, inputShape] of cases) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const dir = t.testdir({});
    writeFileSync(path.join(dir, 'images.idx'), idxBytes(8, shape, Array<number>(size).fill(7)));
    writeFileSync(path.join(dir, 'labels.idx'), idxBytes(8, [2], [0, 1]));
    const info = await describe(dataSpec(idxSource()), dir);
    t.strictSame(plainInfo(info).inputShape, inputShape);
  }
});

t.test('packed files hold the same data, changed ones do not', async (t) => {
  const dir = t.testdir({});
  const images = idxBytes(8, [6, 1, 2], [...six, ...six]);
  const labels = idxBytes(8, [6], [0, 1, 0, 1, 0, 1]);
  writeFileSync(path.join(dir, 'images.idx'), images);
  writeFileSync(path.join(dir, 'images.gz'), gzipSync(images));
  writeFileSync(path.join(dir, 'labels.idx'), labels);
  writeFileSync(path.join(dir, 'labels.gz'), gzipSync(labels));
  writeFileSync(path.join(dir, 'other.idx'), idxBytes(8, [6, 1, 2], [...six, 0, 1, 2, 3, 4, 6]));
  const plain = await load(dataSpec(idxSource()), dir);
  const packed = dataSpec(idxSource({images: 'images.gz', labels: 'labels.gz'}));
  t.strictSame(await describe(packed, dir), plain.info);
  const unpacked = await load(packed, dir);
  t.equal(unpacked.fingerprint, plain.fingerprint);
  t.strictSame(collect(unpacked.train), collect(plain.train));
  const other = await load(dataSpec(idxSource({images: 'other.idx'})), dir);
  t.not(other.fingerprint, plain.fingerprint);
});

t.test('float targets are regression, float classes are asked for', async (t) => {
  const dir = t.testdir({});
  writeFileSync(path.join(dir, 'images.idx'), idxBytes(8, [3, 2], six));
  writeFileSync(path.join(dir, 'labels.idx'), idxBytes(13, [3], [0, 2, 1]));
  writeFileSync(path.join(dir, 'pairs.idx'), idxBytes(14, [3, 2], [0.5, 1, 2, 3, 4, 5.25]));
  const regression = await load(dataSpec(idxSource()), dir, 'values');
  t.match(plainInfo(regression.info), {task: 'regression', targetShape: [1]});
  t.strictSame(collect(regression.train).targets, [0, 2, 1]);
  const pairs = await load(dataSpec(idxSource({labels: 'pairs.idx'})), dir, 'values');
  t.strictSame(plainInfo(pairs.info).targetShape, [2]);
  t.strictSame(collect(pairs.train).targets, [0.5, 1, 2, 3, 4, 5.25]);
  const classes = await load(
    dataSpec(idxSource({task: 'classification', classNames: ['a', 'b', 'c', 'd']})),
    dir,
    'oneHot',
  );
  t.match(plainInfo(classes.info), {task: 'classification', numClasses: 4, classNames: ['a', 'b', 'c', 'd']});
  t.strictSame(collect(classes.train).targets, [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
});

t.test('sequences of classes, when asked for', async (t) => {
  const dir = t.testdir({});
  writeFileSync(path.join(dir, 'images.idx'), idxBytes(8, [3, 2], six));
  writeFileSync(path.join(dir, 'labels.idx'), idxBytes(8, [3, 2], [0, 2, 1, 0, 2, 2]));
  const source = idxSource({task: 'classification'});
  const numbers = await load(dataSpec(source), dir, 'classIndex');
  t.match(plainInfo(numbers.info), {task: 'classification', numClasses: 3, targetShape: [2]});
  t.strictSame(collect(numbers.train, 2).targets, [0, 2, 1, 0, 2, 2]);
  const oneHot = await load(dataSpec(source), dir, 'oneHot');
  t.strictSame(collect(oneHot.train, 2).targets, [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1]);
  const values = await load(dataSpec(idxSource()), dir, 'values');
  t.match(plainInfo(values.info), {task: 'regression', targetShape: [2]}, 'several numbers are values otherwise');
});

interface BadCase {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly source?: Parameters<typeof idxSource>[0];
  readonly expected: (dir: string) => ExpectedError;
  /** Whether describing is enough to see it. */
  readonly early: boolean;
}

const good = {'images.idx': idxBytes(8, [3, 2], six), 'labels.idx': idxBytes(8, [3], [0, 1, 2])};
const invalid = (dir: string, name: string, rest: string, hint?: string): ExpectedError => ({
  code: 'DATA_INVALID',
  message: `${shown(dir, name)}${rest}`,
  hint,
});
const classHint = 'if the label is right, set numClasses; else mend the file';

const badCases: Readonly<Record<string, BadCase>> = {
  'empty file': {
    files: {...good, 'images.idx': Buffer.alloc(0)},
    expected: (dir) => invalid(dir, 'images.idx', ' is empty; expected an IDX file'),
    early: true,
  },
  'a PNG': {
    files: {...good, 'images.idx': Buffer.from('89504e470d0a1a0a', 'hex')},
    expected: (dir) =>
      invalid(
        dir,
        'images.idx',
        ' is not an IDX file: it starts with the bytes 89 50 4e 47; expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes (1 or more)',
      ),
    early: true,
  },
  'unknown element type': {
    files: {...good, 'labels.idx': Buffer.from([0, 0, 10, 1, 0, 0, 0, 1, 0])},
    expected: (dir) =>
      invalid(
        dir,
        'labels.idx',
        ' is not an IDX file: it starts with the bytes 00 00 0a 01; expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes (1 or more)',
      ),
    early: true,
  },
  'cut inside the header': {
    files: {...good, 'images.idx': good['images.idx'].subarray(0, 9)},
    expected: (dir) => invalid(dir, 'images.idx', ' ends inside its header: 9 bytes; expected 12 for 2 axes', cutShort),
    early: true,
  },
  'cut short': {
    files: {...good, 'images.idx': good['images.idx'].subarray(0, 15)},
    expected: (dir) =>
      invalid(
        dir,
        'images.idx',
        ' is cut short: its header promises [3, 2] unsigned bytes, 18 bytes in all; the file has 15',
        cutShort,
      ),
    early: true,
  },
  'bytes left over': {
    files: {...good, 'labels.idx': Buffer.concat([good['labels.idx'], Buffer.from([0])])},
    expected: (dir) =>
      invalid(
        dir,
        'labels.idx',
        ' has bytes left over: its header promises [3] unsigned bytes, 11 bytes in all; the file has 12',
      ),
    early: true,
  },
  'empty set': {
    files: {...good, 'images.idx': idxBytes(8, [0, 2], [])},
    expected: (dir) => invalid(dir, 'images.idx', ' holds no examples: its header says [0, 2]'),
    early: true,
  },
  'fewer labels than images': {
    files: {...good, 'labels.idx': idxBytes(8, [2], [0, 1])},
    expected: (dir) =>
      invalid(dir, 'images.idx', ` holds 3 examples, ${shown(dir, 'labels.idx')} 2; expected as many labels as images`),
    early: true,
  },
  'label beyond the classes': {
    files: {...good, 'labels.idx': idxBytes(8, [3], [0, 1, 12])},
    source: {numClasses: 10},
    expected: (dir) =>
      invalid(
        dir,
        'labels.idx',
        ': example 2 (counted from 0) has the label 12; expected a whole number from 0 to 9',
        classHint,
      ),
    early: false,
  },
  'test label that training lacks': {
    files: {...good, 'test.idx': idxBytes(8, [3], [0, 3, 1])},
    source: {testImages: 'images.idx', testLabels: 'test.idx'},
    expected: (dir) =>
      invalid(
        dir,
        'test.idx',
        ': example 1 (counted from 0) has the label 3; expected a whole number from 0 to 2',
        classHint,
      ),
    early: false,
  },
  'negative label': {
    files: {...good, 'labels.idx': idxBytes(9, [3], [0, -1, 1])},
    expected: (dir) =>
      invalid(dir, 'labels.idx', ': example 1 (counted from 0) has the label -1; expected a whole number from 0 on'),
    early: true,
  },
  'fractional label': {
    files: {...good, 'labels.idx': idxBytes(13, [3], [0, 1, 1.5])},
    source: {task: 'classification'},
    expected: (dir) =>
      invalid(dir, 'labels.idx', ': example 2 (counted from 0) has the label 1.5; expected a whole number from 0 on'),
    early: true,
  },
  'a fractional label in a sequence': {
    files: {...good, 'labels.idx': idxBytes(13, [3, 2], [0, 1, 2, 0.5, 1, 0])},
    source: {task: 'classification'},
    expected: (dir) =>
      invalid(dir, 'labels.idx', ': example 1 (counted from 0) has the label 0.5; expected a whole number from 0 on'),
    early: true,
  },
  'NaN in the images': {
    files: {...good, 'images.idx': idxBytes(13, [3, 2], [0, 1, 2, Number.NaN, 4, 5])},
    expected: (dir) =>
      invalid(dir, 'images.idx', ': example 1 (counted from 0) holds NaN at position 1; expected finite 32-bit floats'),
    early: false,
  },
  'a double beyond 32-bit floats': {
    files: {...good, 'images.idx': idxBytes(14, [3, 2], [0, 1, 2, 3, -1e39, 5])},
    expected: (dir) =>
      invalid(
        dir,
        'images.idx',
        ': example 2 (counted from 0) holds -Infinity at position 0; expected finite 32-bit floats',
      ),
    early: false,
  },
  'infinite target': {
    files: {...good, 'labels.idx': idxBytes(13, [3], [0, Number.POSITIVE_INFINITY, 1])},
    expected: (dir) =>
      invalid(
        dir,
        'labels.idx',
        ': example 1 (counted from 0) holds Infinity at position 0; expected finite 32-bit floats',
      ),
    early: false,
  },
  'test images of another shape': {
    files: {...good, 'test.idx': idxBytes(8, [3, 1], [1, 2, 3])},
    source: {testImages: 'test.idx', testLabels: 'labels.idx'},
    expected: (dir) =>
      invalid(dir, 'test.idx', ` holds examples of shape [1]; expected [2] as in ${shown(dir, 'images.idx')}`),
    early: true,
  },
  'damaged gzip': {
    files: {...good, 'images.idx': gzipSync(good['images.idx']).subarray(0, 20)},
    expected: (dir) => invalid(dir, 'images.idx', ' is a damaged gzip file: unexpected end of file', cutShort),
    early: true,
  },
  'test images without labels': {
    files: good,
    source: {testImages: 'images.idx'},
    expected: () => ({
      code: 'SPEC_INVALID',
      message: 'data.source.testImages is given without testLabels; a test set needs both',
    }),
    early: true,
  },
  'names for another number of classes': {
    files: good,
    source: {numClasses: 3, classNames: ['a', 'b']},
    expected: () => ({
      code: 'SPEC_INVALID',
      message: 'data.source.classNames has 2 names; data.source.numClasses is 3',
    }),
    early: true,
  },
  'misspelt file': {
    files: good,
    source: {images: 'image.idx'},
    expected: (dir) => ({
      code: 'DATA_MISSING',
      message: `${shown(dir, 'image.idx')} does not exist`,
      hint: 'did you mean images.idx?',
    }),
    early: true,
  },
  'missing folder': {
    files: good,
    source: {labels: 'nowhere/labels.idx'},
    expected: (dir) => ({
      code: 'DATA_MISSING',
      message: `${shown(dir, 'nowhere/labels.idx')} does not exist: there is no folder ${shown(dir, 'nowhere')}`,
      hint: 'relative paths start at the folder of the spec file',
    }),
    early: true,
  },
};

for (const [name, {files, source, expected, early}] of Object.entries(badCases)) {
  t.test(`bad: ${name}`, async (t) => {
    const dir = t.testdir({});
    for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(dir, file), bytes);
    const spec = dataSpec(idxSource(source));
    const encoding = name === 'infinite target' ? 'values' : 'classIndex';
    await rejectsWith(load(spec, dir, encoding), expected(dir));
    if (early) await rejectsWith(describe(spec, dir), expected(dir));
  });
}

t.test('a folder is not a file', async (t) => {
  const dir = t.testdir({'images.idx': {}});
  await rejectsWith(load(dataSpec(idxSource()), dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, 'images.idx')} is a folder; expected a file`,
  });
});

t.test('a spec reads its own folder only', async (t) => {
  const dir = t.testdir({});
  mkdirSync(path.join(dir, 'experiments'));
  const baseDir = path.join(dir, 'experiments');
  symlinkSync('/etc/hosts', path.join(baseDir, 'images.idx'));
  const hint = (folder: string) => `move the data, or allow its folder: EXP_DATA_ROOTS=${folder}`;
  await rejectsWith(load(dataSpec(idxSource()), baseDir), {
    code: 'DATA_INVALID',
    message:
      'images.idx leads to /etc/hosts, outside the folders that a spec may read (its own and the working folder)',
    hint: hint('/etc'),
  });
  await rejectsWith(load(dataSpec(idxSource({images: '/no-such-file.idx'})), baseDir), {
    code: 'DATA_INVALID',
    message:
      '/no-such-file.idx leads to /no-such-file.idx, outside the folders that a spec may read (its own and the working folder)',
    hint: hint('/'),
  });
  process.env.EXP_DATA_ROOTS = `/usr${path.delimiter}/etc`;
  t.teardown(() => {
    delete process.env.EXP_DATA_ROOTS;
  });
  const start = 'is not an IDX file';
  await t.rejects(load(dataSpec(idxSource()), baseDir), {message: new RegExp(start)}, 'an allowed folder is read');
});
