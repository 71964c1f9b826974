import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import t, {type Test} from 'tap';
import {readData} from '../../src/data/files/read.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {folderNameOf} from '../../src/runs/run-name.js';
import {openWeightFile} from '../../src/runs/weight-files/open.js';
import {SpecError} from '../../src/spec/diagnostic.js';
import {ExpError} from '../../src/support/errors.js';
import {madeFiles} from '../data/fixtures.js';
import {zipOf} from '../fuzz/zip-writer.js';

const secret = 'x,y\n1,top-secret\n2,b\n';
const text = (source: string, more = ''): string => `name: n
data: {source: ${source}}
model: {layers: [{type: dense, units: 2}]${more}}
training: {epochs: 1, batchSize: 2, loss: softmaxCrossEntropy, optimizer: adam}
`;

/** A spec's folder away from the working folder, and beside it what is not the spec's. */
function places(t: Pick<Test, 'testdir' | 'teardown'>): {own: string; other: string} {
  const root = t.testdir({
    own: {'in.csv': secret},
    other: {'secret.csv': secret, 'secret.txt': 'top-secret: [', images: {a: {}, b: {}}},
    working: {},
  });
  const before = process.cwd();
  // The working folder counts as a place that a spec may read, with all below it.
  process.chdir(path.join(root, 'working'));
  t.teardown(() => process.chdir(before));
  return {own: path.join(root, 'own'), other: path.join(root, 'other')};
}

const refusal = async (folder: string, spec: string, options = {}): Promise<ExpError> => {
  const error: unknown = await loadExperiment({path: path.join(folder, 'spec.yaml'), text: spec}, options).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExpError)) throw new Error('accepted', {cause: error});
  return error;
};

t.test('data outside the folders of a spec: climbing, absolute, through links', async (t) => {
  const {own, other} = places(t);
  symlinkSync(path.join(other, 'secret.csv'), path.join(own, 'link.csv'));
  symlinkSync(other, path.join(own, 'linked'));
  symlinkSync('/dev/zero', path.join(own, 'zero'));
  const files = [
    '../other/secret.csv',
    path.join(other, 'secret.csv'),
    'link.csv',
    'linked/secret.csv',
    './a/../../other/secret.csv',
    'zero',
    '/dev/zero',
    '/proc/self/environ',
  ];
  const sources: readonly ((file: string) => string)[] = [
    (file) => `{type: csv, path: ${file}, target: y}`,
    (file) => `{type: csv, path: in.csv, testPath: ${file}, target: y}`,
    (file) => `{type: jsonl, path: ${file}, target: y}`,
    (file) => `{type: parquet, path: ${file}, target: y}`,
    (file) => `{type: npy, inputs: ${file}, targets: ${file}}`,
    (file) => `{type: npz, path: ${file}, inputs: x, targets: y}`,
    (file) => `{type: idx, images: ${file}, labels: ${file}}`,
    (file) => `{type: text, path: ${file}}`,
    (file) => `{type: imageFolder, path: ${file}, height: 4, width: 4}`,
    (file) => `{type: fashionMnist, path: ${file}}`,
  ];
  for (const file of files) {
    for (const source of sources) {
      const error = await refusal(own, text(source(file)));
      t.match(
        error.message,
        /outside the folders that a spec may read|there is no folder|does not exist/,
        source(file),
      );
      t.notMatch(error.message, /top-secret/);
      t.ok(error instanceof SpecError, 'placed in the spec');
    }
    const init = await refusal(own, text('{type: csv, path: in.csv, target: y}', `, init: {from: ${file}}`));
    t.match(init.message, /outside the folders/, `init from ${file}`);
  }
  for (const name of ['../own', '..', 'a/b', '/etc', '.', 'a\\\\b', '"a\\0b"']) {
    const error = await refusal(own, text('{type: csv, path: in.csv, target: y}', `, init: {from: {run: ${name}}}`));
    t.match(error.message, /must be the name of an experiment|zero byte/, `init from the run ${name}`);
  }
});

t.test('EXP_DATA_ROOTS allows a folder', async (t) => {
  const {own, other} = places(t);
  process.env.EXP_DATA_ROOTS = other;
  t.teardown(() => delete process.env.EXP_DATA_ROOTS);
  const spec = text('{type: csv, path: ../other/secret.csv, target: y}');
  t.equal((await loadExperiment({path: path.join(own, 'spec.yaml'), text: spec})).preview.data.numTrain, 2);
});

t.test('what a spec extends is a spec', async (t) => {
  const {own, other} = places(t);
  symlinkSync(path.join(other, 'secret.txt'), path.join(own, 'link.yaml'));
  execFileSync('mkfifo', [path.join(own, 'pipe.yaml')]);
  for (const file of [
    '../other/secret.txt',
    path.join(other, 'secret.txt'),
    'link.yaml',
    '/etc/passwd',
    '/dev/zero',
    '/dev/stdin',
    '~/.ssh/id_rsa',
  ]) {
    const error = await refusal(own, `extends: ${file}\n`);
    t.match(error.message, /which is no spec by its name/, file);
    t.notMatch(error.message, /top-secret|root:/);
  }
  t.match((await refusal(own, 'extends: pipe.yaml\n')).message, /pipe\.yaml is not a regular file/);
  writeFileSync(path.join(other, 'base.yaml'), text('{type: iris}').replace('units: 2', 'units: 3'));
  t.ok(
    await loadExperiment({path: path.join(own, 'spec.yaml'), text: 'extends: ../other/base.yaml\n'}),
    'a base beside the folder',
  );
});

t.test('pipes and devices in the place of data are refused at once', async (t) => {
  const {own} = places(t);
  execFileSync('mkfifo', [path.join(own, 'pipe.csv')]);
  const error = await refusal(own, text('{type: csv, path: pipe.csv, target: y}'));
  t.match(error.message, /pipe\.csv is a pipe; expected a file/);
});

t.test('names of runs make folders inside the runs folder only', async (t) => {
  const names = [
    '../x',
    '/etc/passwd',
    '..',
    '.',
    '...',
    'a/b/c',
    'a\\b',
    '~',
    '-rf',
    'a\0b',
    '\u001b[2J',
    'CON',
    'x'.repeat(500),
    '',
    '<b>',
    '💥',
  ];
  for (const name of names) t.match(folderNameOf(name), /^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$/, JSON.stringify(name));
  for (const name of ['"../x"', '".."', '"a/b"', '"-rf"', '"\\u001b[2J"', '".hidden"']) {
    const error = await refusal('.', text('{type: iris}').replace('name: n', `name: ${name}`));
    t.match(error.message, /name must be made of letters, digits/, name);
  }
});

t.test('names in archives are names and no paths', async (t) => {
  const root = t.testdir({in: {}});
  const bytes = readFileSync(path.join(madeFiles, 'f4.npy'));
  const names = ['../../evil', '/tmp/exp-evil', '..\\evil', '__proto__', 'constructor', 'a/../../b'];
  const file = path.join(root, 'in', 'weights.npz');
  writeFileSync(file, zipOf(names.map((name) => ({name: `${name}.npy`, bytes}))));
  const opened = await openWeightFile(file);
  t.strictSame([...opened.arrays.keys()], names);
  for (const name of names) t.equal((await opened.read(name)).length, 8);
  t.strictSame(readdirSync(root), ['in'], 'nothing is unpacked');
  t.strictSame(readdirSync(path.join(root, 'in')), ['weights.npz']);
});

t.test('shards of a model lie in its folder', async (t) => {
  const root = t.testdir({'secret.bin': Buffer.alloc(24), model: {}, working: {}});
  symlinkSync(path.join(root, 'secret.bin'), path.join(root, 'model', 'link.bin'));
  const names = [
    '../secret.bin',
    path.join(root, 'secret.bin'),
    'http://127.0.0.1/x',
    'file:///etc/passwd',
    'a/../../secret.bin',
    '..\\secret.bin',
    'link.bin',
  ];
  for (const name of names) {
    const weights = [{name: 'a', shape: [2, 3], dtype: 'float32'}];
    writeFileSync(
      path.join(root, 'model', 'model.json'),
      JSON.stringify({weightsManifest: [{paths: [name], weights}]}),
    );
    const before = process.cwd();
    process.chdir(path.join(root, 'working'));
    try {
      await t.rejects(
        openWeightFile(path.join(root, 'model', 'model.json')),
        /it names the shard|outside the folders/,
        name,
      );
    } finally {
      process.chdir(before);
    }
  }
});

t.test('archives that claim or unpack to more than they hold', async (t) => {
  const root = t.testdir({});
  const file = path.join(root, 'weights.npz');
  const header = (shape: string): Buffer => {
    const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
    const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
    start.writeUInt16LE(dictionary.length + 1, 8);
    return Buffer.concat([start, Buffer.from(`${dictionary}\n`)]);
  };
  const before = process.memoryUsage().rss;
  const huge = Buffer.concat([header('(1152921504606846976,)'), Buffer.alloc(64)]);
  writeFileSync(file, zipOf([{name: 'a.npy', bytes: huge}]));
  t.match((await openWeightFile(file)).arrays.get('a')?.problem, /cut short/);
  // A bomb: a thousand times smaller packed, and its entry says that it is small.
  const bomb = Buffer.concat([header('(4,)'), Buffer.alloc(100e6)]);
  writeFileSync(file, zipOf([{name: 'a.npy', bytes: bomb, isPacked: true, saidBytes: header('(4,)').length + 16}]));
  await t.rejects(openWeightFile(file), {code: 'DATA_INVALID', message: /a\.npy cannot be unpacked/});
  for (const saidBytes of [0xfffffffe, 0xffffffff]) {
    writeFileSync(file, zipOf([{name: 'a.npy', bytes: huge, isPacked: true, saidBytes}]));
    t.match((await openWeightFile(file)).arrays.get('a')?.problem, /cut short|bytes left over/);
  }
  t.ok(process.memoryUsage().rss - before < 400e6);
});

t.test('packed files that unpack to more than memory', async (t) => {
  const root = t.testdir({});
  const file = path.join(root, 'zeros.csv.gz');
  writeFileSync(file, gzipSync(Buffer.alloc(50e6)));
  await t.rejects(readData(file, 1e6), {
    code: 'DATA_INVALID',
    message: /zeros\.csv\.gz unpacks to more than 1000000 bytes/,
  });
  t.equal((await readData(file)).length, 50e6);
});

t.test('aliases that multiply, and other bombs of YAML', async (t) => {
  const levels = Array.from(
    {length: 30},
    (_, i) =>
      `a${i}: &a${i} [${Array(10)
        .fill(i === 0 ? 'x' : `*a${i - 1}`)
        .join(', ')}]`,
  );
  const bombs: Readonly<Record<string, readonly [string, RegExp]>> = {
    laughs: [`${levels.join('\n')}\n`, /makes the spec grow to more than 20000 values/],
    references: [
      `${Array.from({length: 30}, (_, i) => `a${i}: ["\${a${i + 1}}", "\${a${i + 1}}", "\${a${i + 1}}"]`).join('\n')}\na30: x\n`,
      /grow to more than 20000 values/,
    ],
    texts: [
      `${Array.from({length: 60}, (_, i) => `a${i}: "\${a${i + 1}}\${a${i + 1}}"`).join('\n')}\na60: xx\n`,
      /longer than 10000 characters/,
    ],
    itself: ['a: &a [*a]\n', /stands inside its own anchor/],
    merge: ['a: &a {x: 1}\nb: {<<: *a}\n', /merge keys/],
    code: ['a: !!js/function "function () {}"\n', /the tag `!!js\/function` is not supported/],
    binary: ['a: !!binary aGk=\n', /the tag `!!binary` is not supported/],
    deep: [`a: ${'['.repeat(5000)}\n`, /nested deeper/],
  };
  for (const [name, [spec, message]] of Object.entries(bombs)) {
    t.match((await refusal('.', spec)).message, message, name);
  }
});
