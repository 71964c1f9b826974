import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t from 'tap';
import type {NamedFile} from '../../src/data/files/named-file.js';
import {displayPath} from '../../src/data/files/paths.js';
import {type CifarSet, cifar10, cifar100, defineCifar10, defineCifar100} from '../../src/data/sources/cifar.js';
import type {SourceDefinition} from '../../src/data/sources/definition.js';
import {defineFashionMnist, fashionMnist} from '../../src/data/sources/fashion-mnist.js';
import {idxBytes, rejectsWith} from './fixtures.js';

// The servers of these tests are on the loopback interface.
process.env.EXP_PRIVATE_HOSTS = '127.0.0.1,localhost';

type Tap = Pick<typeof t, 'teardown' | 'testdir'>;

const archiveOf = (name: string): Buffer => readFileSync(path.join(import.meta.dirname, 'files', name));

const fashionBytes: Readonly<Record<string, Buffer>> = {
  'train-images-idx3-ubyte.gz': gzipSync(
    idxBytes(
      8,
      [3, 28, 28],
      Array.from({length: 3 * 784}, (_, i) => i % 251),
    ),
  ),
  'train-labels-idx1-ubyte.gz': gzipSync(idxBytes(8, [3], [9, 0, 4])),
  't10k-images-idx3-ubyte.gz': gzipSync(
    idxBytes(
      8,
      [2, 28, 28],
      Array.from({length: 2 * 784}, (_, i) => i % 97),
    ),
  ),
  't10k-labels-idx1-ubyte.gz': gzipSync(idxBytes(8, [2], [1, 7])),
};
const files: Readonly<Record<string, Buffer>> = {
  'ten.tar.gz': archiveOf('cifar-10.tar.gz'),
  'hundred.tar.gz': archiveOf('cifar-100.tar.gz'),
  ...fashionBytes,
};

/** A server with the files and an empty cache. */
async function serve(t: Tap): Promise<{fileOf(name: string): NamedFile; asked: string[]; close(): Promise<void>}> {
  const asked: string[] = [];
  const server = createServer(({url = ''}, response) => {
    asked.push(url.slice(1));
    response.end(files[url.slice(1)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const before = process.env.EXP_CACHE_DIR;
  process.env.EXP_CACHE_DIR = path.join(t.testdir({}), 'cache');
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  t.teardown(() => {
    if (before === undefined) delete process.env.EXP_CACHE_DIR;
    else process.env.EXP_CACHE_DIR = before;
    return close();
  });
  const fileOf = (name: string): NamedFile => ({
    name,
    url: `http://127.0.0.1:${port}/${name}`,
    sha256: createHash('sha256').update(files[name]!).digest('hex'),
    bytes: files[name]!.length,
  });
  return {fileOf, asked, close};
}

const ten = (archive: NamedFile): CifarSet => ({
  archive,
  layout: {
    train: {files: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), numExamples: 10},
    test: {files: ['test_batch.bin'], numExamples: 3},
    numLabels: 1,
  },
});
const hundred = (archive: NamedFile): CifarSet => ({
  archive,
  layout: {
    train: {files: ['train.bin'], numExamples: 12},
    test: {files: ['test.bin'], numExamples: 3},
    numLabels: 2,
  },
});

/** A source's examples as plain numbers. */
async function examplesOf(definition: SourceDefinition, spec: object, baseDir = '.') {
  const {encode, info, numTrain, numTest, labels} = await definition.load(spec as never, {baseDir});
  const {train, test} = encode(() => undefined);
  const plain = ({numExamples, inputs, targets}: typeof train) => ({
    numExamples,
    inputs: [...(inputs.input as Iterable<number>)],
    targets: [...(targets.target as Iterable<number>)],
  });
  return {
    info: info(() => undefined),
    numTrain,
    numTest,
    labels: [...(labels as Iterable<number>)],
    train: plain(train),
    test: plain(test!),
  };
}

const range = (length: number): number[] => Array.from({length}, (_, i) => i);

t.test('CIFAR-10: downloaded once, then read from the cache', async (t) => {
  const {fileOf, asked, close} = await serve(t);
  const source = defineCifar10(ten(fileOf('ten.tar.gz')));
  const {numTrain, numTest, info} = await source.describe({}, {baseDir: '.'});
  t.same([numTrain, numTest, asked], [10, 3, []], 'sizes are known without a download');
  t.match(
    info(() => undefined),
    {
      inputs: {input: {shape: [32, 32, 3]}},
      targets: {target: {task: 'classification', numClasses: 10, shape: []}},
    },
  );
  const progress: boolean[] = [];
  await source.load({}, {baseDir: '.', onDownload: ({isDone}) => progress.push(isDone)});
  t.same([progress[0], progress.at(-1)], [false, true]);
  const {train, test, labels} = await examplesOf(source, {});
  t.same([train.numExamples, train.targets, labels], [10, range(10), range(10)]);
  t.same([test.numExamples, test.targets], [3, [0, 1, 2]]);
  // make-cifar.py: the first pixel of record n is 37 n, its green 80 more, the pixel right of it 5 more.
  t.same(train.inputs.slice(3072, 3076), [37, 117, 197, 42]);
  t.same(asked, ['ten.tar.gz']);
  await close();
  t.same((await examplesOf(source, {})).train.inputs, train.inputs, 'without a network too');
});

t.test('CIFAR-100: classes and groups of them', async (t) => {
  const {fileOf, asked} = await serve(t);
  const source = defineCifar100(hundred(fileOf('hundred.tar.gz')));
  const fine = await examplesOf(source, {labels: 'fine'});
  const coarse = await examplesOf(source, {labels: 'coarse'});
  t.same(
    fine.train.targets,
    range(12).map((n) => n % 7),
  );
  t.same(
    coarse.train.targets,
    range(12).map((n) => n % 5),
  );
  t.same(fine.train.inputs, coarse.train.inputs);
  t.same([fine.info.targets.target!.numClasses, coarse.info.targets.target!.numClasses], [100, 20]);
  t.same([fine.info.targets.target!.classNames!.length, coarse.info.targets.target!.classNames!.length], [100, 20]);
  t.same(asked, ['hundred.tar.gz']);
});

t.test('Fashion-MNIST', async (t) => {
  const {fileOf, asked} = await serve(t);
  const source = defineFashionMnist(
    {
      trainImages: fileOf('train-images-idx3-ubyte.gz'),
      trainLabels: fileOf('train-labels-idx1-ubyte.gz'),
      testImages: fileOf('t10k-images-idx3-ubyte.gz'),
      testLabels: fileOf('t10k-labels-idx1-ubyte.gz'),
    },
    {numTrain: 3, numTest: 2},
  );
  const {train, test, info, numTrain, numTest} = await examplesOf(source, {});
  t.same([numTrain, numTest], [3, 2]);
  t.same(
    [train.targets, test.targets],
    [
      [9, 0, 4],
      [1, 7],
    ],
  );
  t.same(
    train.inputs,
    range(3 * 784).map((i) => i % 251),
  );
  t.same(
    test.inputs,
    range(2 * 784).map((i) => i % 97),
  );
  t.same([info.inputs.input!.shape, info.targets.target!.classNames!.length], [[28, 28, 1], 10]);
  t.same([...asked].sort(), Object.keys(fashionBytes).sort());
});

t.test('without a network: a folder with the files', async (t) => {
  const {fileOf, close} = await serve(t);
  const archive = fileOf('ten.tar.gz');
  const source = defineCifar10(ten(archive));
  await close();
  const host = new URL(archive.url).host;
  await rejectsWith(source.load({}, {baseDir: '.'}), {
    code: 'DATA_MISSING',
    message: `${archive.url} cannot be downloaded: nothing answers at ${host}`,
    hint: 'try again later, or fetch it by other means and write the folder that it lies in: data.source.path',
  });
  const folder = t.testdir({});
  mkdirSync(path.join(folder, 'data'));
  const context = {baseDir: folder};
  const file = path.join(folder, 'data/ten.tar.gz');
  for (const attempt of ['describe', 'load'] as const) {
    await rejectsWith(source[attempt]({path: 'data'}, context), {
      code: 'DATA_MISSING',
      message: `${displayPath(file)} does not exist`,
      hint: `it comes from ${archive.url}, and keeps its name`,
    });
  }
  const hint = `fetch it again from ${archive.url}`;
  writeFileSync(file, files['ten.tar.gz']!.subarray(1));
  await rejectsWith(source.describe({path: 'data'}, context), {
    code: 'DATA_INVALID',
    message: `${displayPath(file)} is not the ten.tar.gz of ${host}: ${archive.bytes - 1} bytes; expected ${archive.bytes}`,
    hint,
  });
  const other = Buffer.from(files['ten.tar.gz']!);
  other[100]! ^= 1;
  writeFileSync(file, other);
  const sum = createHash('sha256').update(other).digest('hex');
  await source.describe({path: 'data'}, context);
  await rejectsWith(source.load({path: 'data'}, context), {
    code: 'DATA_INVALID',
    message: `${displayPath(file)} is not the ten.tar.gz of ${host}: SHA-256 ${sum}; expected ${archive.sha256}`,
    hint,
  });
  writeFileSync(file, files['ten.tar.gz']!);
  t.same((await examplesOf(source, {path: 'data'}, folder)).train.targets, range(10));
});

t.test('another file than expected at the address', async (t) => {
  const {fileOf} = await serve(t);
  const source = defineCifar10(ten({...fileOf('ten.tar.gz'), url: fileOf('hundred.tar.gz').url}));
  await t.rejects(source.load({}, {baseDir: '.'}), {
    code: 'DATA_INVALID',
    message: /is another file than the spec wants/,
  });
  t.same(readdirSync(path.join(process.env.EXP_CACHE_DIR!, 'sha256')), [], 'and not kept');
});

t.test('the real sets, as far as they are known without a network', async (t) => {
  for (const [source, spec, numClasses] of [
    [cifar10, {}, 10],
    [cifar100, {labels: 'fine'}, 100],
    [cifar100, {labels: 'coarse'}, 20],
    [fashionMnist, {}, 10],
  ] as const) {
    const {numTrain, numTest, info} = await (source as SourceDefinition).describe(spec as never, {baseDir: '.'});
    const {classNames} = info(() => undefined).targets.target!;
    t.same([numTrain + numTest, new Set(classNames).size], [source === fashionMnist ? 70_000 : 60_000, numClasses]);
  }
});
