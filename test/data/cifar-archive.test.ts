import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {type CifarExamples, type CifarLayout, readCifarArchive} from '../../src/data/files/cifar-archive.js';
import {displayPath} from '../../src/data/files/paths.js';
import {rejectsWith} from './fixtures.js';

const fileOf = (name: string): string => path.join(import.meta.dirname, 'files', name);

const ten: CifarLayout = {
  train: {files: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), numExamples: 10},
  test: {files: ['test_batch.bin'], numExamples: 3},
  numLabels: 1,
};
const hundred: CifarLayout = {
  train: {files: ['train.bin'], numExamples: 12},
  test: {files: ['test.bin'], numExamples: 3},
  numLabels: 2,
};

/** The formula of files/make-cifar.py, pixel by pixel. */
const pixelsOf = (n: number): number[] =>
  Array.from({length: 3072}, (_, at) => {
    const [row, column, plane] = [Math.floor(at / 96), Math.floor(at / 3) % 32, at % 3];
    return (37 * n + 80 * plane + 3 * row + 5 * column) % 256;
  });

t.test('examples in the order of the files, red, green and blue side by side', async (t) => {
  const check = ({images, labels}: CifarExamples, first: number, moduli: readonly number[]): void => {
    const numExamples = images.length / 3072;
    for (let i = 0; i < numExamples; i++) {
      const found = [...images.subarray(3072 * i, 3072 * (i + 1))];
      t.ok(found.join() === pixelsOf(first + i).join(), `picture ${first + i}`);
    }
    t.same(
      labels.map((values) => [...values]),
      moduli.map((modulus) => Array.from({length: numExamples}, (_, i) => (first + i) % modulus)),
    );
  };
  const small = await readCifarArchive(fileOf('cifar-10.tar.gz'), ten);
  check(small.train, 0, [10]);
  check(small.test, 10, [10]);
  const large = await readCifarArchive(fileOf('cifar-100.tar.gz'), hundred);
  check(large.train, 0, [5, 7]);
  check(large.test, 12, [5, 7]);
});

t.test('archives that are not whole', async (t) => {
  const shown = (name: string): string => displayPath(fileOf(name));
  await rejectsWith(readCifarArchive(fileOf('cifar-short.tar.gz'), ten), {
    code: 'DATA_INVALID',
    message: `data_batch_1.bin in ${shown('cifar-short.tar.gz')} has 6145 bytes; expected 6146`,
    hint: undefined,
  });
  await rejectsWith(readCifarArchive(fileOf('cifar-lacking.tar.gz'), ten), {
    code: 'DATA_INVALID',
    message: `${shown('cifar-lacking.tar.gz')} lacks data_batch_1.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin`,
    hint: undefined,
  });
  const whole = readFileSync(fileOf('cifar-10.tar.gz'));
  const folder = t.testdir({});
  for (const [name, bytes] of Object.entries({
    'cut.tar.gz': whole.subarray(0, whole.length / 2),
    'text.tar.gz': Buffer.from('no archive'),
  })) {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    await t.rejects(readCifarArchive(file, ten), {code: 'DATA_INVALID', message: / is a damaged archive: /}, name);
  }
  await t.rejects(readCifarArchive(path.join(folder, 'none'), ten), {code: 'DATA_INVALID', message: /ENOENT/});
});
