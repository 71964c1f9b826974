/**
 * Trains an epoch each on a table and on a folder of images of 1,000 MB, from a cold cache and from a warm one, and tells peak memory,
 * time, and the share of it spent waiting for batches. Exits with 1 where a run takes more than 600 MB.
 *
 *   npm run build && node --import tsx bench/larger-than-memory.ts
 *   node --import tsx bench/larger-than-memory.ts --megabytes 100 --folder /big/disk/somewhere
 *
 * Takes 5 GB of disk; everything is removed at the end.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {fileWriter, ParquetWriter} from 'hyparquet-writer';
import sharp from 'sharp';
import {Rng} from '../src/support/random.js';
import {describeMachine} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    megabytes: {type: 'string', default: '1000'},
    folder: {type: 'string', default: tmpdir()},
    exp: {type: 'string', default: path.join(import.meta.dirname, '../bin/exp.js')},
  },
});
const numBytes = 1e6 * Number(flags.megabytes);
const allowedMegabytes = 600;
const root = mkdtempSync(path.join(flags.folder, 'exp-large-'));

const numFeatures = 64;
const rowGroupRows = 50_000;

/** Floats that do not compress, and a class that follows from them. */
function writeTable(file: string): void {
  const names = [...Array.from({length: numFeatures}, (_, i) => `x${i}`), 'y'];
  const schema = [
    {name: 'root', num_children: names.length},
    ...names.map((name) => ({name, type: 'FLOAT' as const, repetition_type: 'REQUIRED' as const})),
  ];
  const writer = new ParquetWriter({writer: fileWriter(file), schema, codec: 'UNCOMPRESSED', statistics: false});
  const rng = Rng.fromSeed(1);
  for (let left = Math.round(numBytes / 4 / names.length); left > 0; left -= rowGroupRows) {
    const count = Math.min(left, rowGroupRows);
    const columns = names.map(() => new Float32Array(count));
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let i = 0; i < numFeatures; i++) {
        const value = 2 * rng.uniform() - 1;
        columns[i]![row] = value;
        if (i < 4) sum += value;
      }
      columns[numFeatures]![row] = sum;
    }
    writer.write({
      columnData: columns.map((data, i) => ({name: names[i]!, data, encoding: 'PLAIN'})),
      rowGroupSize: rowGroupRows,
    });
  }
  writer.finish();
}

const side = 128;

/** Noise in PNG files, as large on disk as decoded; classes differ in brightness. */
async function writeImages(folder: string): Promise<void> {
  const rng = Rng.fromSeed(2);
  const noise = Uint8Array.from({length: 1 << 20}, () => rng.below(200));
  const size = side * side * 3;
  const numImages = Math.round(numBytes / size);
  for (const name of ['dark', 'light']) mkdirSync(path.join(folder, name), {recursive: true});
  for (let start = 0; start < numImages; start += 16) {
    const some = Array.from({length: Math.min(16, numImages - start)}, async (_, i) => {
      const isLight = (start + i) % 2 === 1;
      const pixels = Uint8Array.from(noise.subarray(rng.below(noise.length - size)).subarray(0, size), (value) =>
        isLight ? value + 40 : value,
      );
      const png = sharp(pixels, {raw: {width: side, height: side, channels: 3}}).png({compressionLevel: 1});
      await png.toFile(path.join(folder, isLight ? 'light' : 'dark', `${start + i}.png`));
    });
    await Promise.all(some);
  }
}

const tableSpec = `
name: table
data:
  source: {type: parquet, path: table.parquet, target: y, testFraction: 0.05}
  storage: disk
  transforms: [{type: normalize, fit: train}]
  validation: {fraction: 0.05}
model:
  layers: [{type: dense, units: 64, activation: relu}, {type: dense, units: 1}]
training: {epochs: 1, batchSize: 1024, loss: meanSquaredError, optimizer: {type: adam, learningRate: 0.001}}
`;

const imagesSpec = `
name: images
data:
  source: {type: imageFolder, path: images, height: ${side}, width: ${side}, testFraction: 0.05}
  storage: disk
  augment: [{type: flip}]
  transforms: [{type: toFloat}]
  validation: {fraction: 0.05}
model:
  layers:
    - {type: conv2d, filters: 8, kernelSize: 3, strides: 2, activation: relu}
    - {type: conv2d, filters: 16, kernelSize: 3, strides: 2, activation: relu}
    - {type: globalAveragePooling2d}
    - {type: dense, units: 2}
training:
  {epochs: 1, batchSize: 32, loss: sparseSoftmaxCrossEntropy, metrics: [accuracy], optimizer: {type: adam, learningRate: 0.001}}
`;

/** Runs exp as people do. */
function run(name: string, cache: string): number {
  const start = performance.now();
  const env = {...process.env, EXP_CACHE_DIR: path.join(root, 'cache')};
  const {status, stderr} = spawnSync(process.execPath, [path.resolve(flags.exp), 'run', `${name}.yaml`], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - start) / 1000;
  const folder = path.join(
    root,
    'runs',
    readdirSync(path.join(root, 'runs'))
      .filter((run) => run.startsWith(name))
      .sort()
      .at(-1)!,
  );
  const summary = JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8'));
  const [header, row] = readFileSync(path.join(folder, 'timing.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','));
  const timing = Object.fromEntries(header!.map((column, i) => [column, Number(row![i])]));
  const megabytes = summary.peakMemoryBytes / 1e6;
  console.log(
    `${name.padEnd(7)} ${cache.padEnd(5)} peak ${megabytes.toFixed(0).padStart(4)} MB  whole ${seconds.toFixed(0).padStart(4)} s  epoch ${timing.trainSeconds!.toFixed(1).padStart(6)} s  waiting ${(100 * timing.waitShare!).toFixed(1).padStart(5)} %  ${timing.examplesPerSecond!.toFixed(0)} examples/s`,
  );
  return megabytes;
}

try {
  console.log(describeMachine());
  writeTable(path.join(root, 'table.parquet'));
  await writeImages(path.join(root, 'images'));
  writeFileSync(path.join(root, 'table.yaml'), tableSpec);
  writeFileSync(path.join(root, 'images.yaml'), imagesSpec);
  console.log(`table.parquet ${(statSync(path.join(root, 'table.parquet')).size / 1e6).toFixed(0)} MB`);
  const peaks = ['table', 'images'].flatMap((name) => ['cold', 'warm'].map((cache) => run(name, cache)));
  if (Math.max(...peaks) > allowedMegabytes) {
    console.error(`more than ${allowedMegabytes} MB`);
    process.exitCode = 1;
  }
} finally {
  rmSync(root, {recursive: true, force: true});
}
