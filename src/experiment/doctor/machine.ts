import {existsSync, mkdtempSync, rmSync, statfsSync} from 'node:fs';
import {availableParallelism, freemem, totalmem} from 'node:os';
import path from 'node:path';
import {cacheBytes, cacheFolder} from '../../data/files/cache.js';
import {mnist} from '../../data/sources/mnist.js';
import type {Probe} from '../../engine/probe.js';
import type {Finding} from '../../report/checklist.js';
import {formatBytes, formatCount} from '../../report/format.js';
import {ExpError} from '../../support/errors.js';

/** Oldest Node.js that has everything exp calls (`import.meta.dirname`). */
const oldestNode = [20, 11] as const;

/** A run of mnist-cnn peaks below this. */
const wantedMemoryBytes = 1e9;

/** What a run folder with two checkpoints of a network of a few million parameters takes. */
const wantedDiskBytes = 200e6;

/** @param version as in `process.versions.node`. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const detail = `${version} on ${process.platform} ${process.arch}`;
  if (isNewEnough) return {subject: 'Node.js', state: 'ok', detail};
  return {
    subject: 'Node.js',
    state: 'problem',
    detail: `${detail}; exp needs ${oldestNode.join('.')} or newer`,
    fix: 'install a newer Node.js: the current long-term release is a good choice',
  };
}

export function checkMachine(): Finding {
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  const cores = availableParallelism();
  const detail = `${cores} ${cores === 1 ? 'core' : 'cores'}, ${formatBytes(memory)} memory, ${formatBytes(freemem())} free`;
  if (memory >= wantedMemoryBytes) return {subject: 'machine', state: 'ok', detail};
  return {
    subject: 'machine',
    state: 'warning',
    detail: `${detail}; mnist-cnn needs about 700 MB`,
    fix: 'give the machine or the container at least 1 GB, or train smaller networks',
  };
}

/** What lies in the cache, which nothing but its user clears. */
export async function describeCache(): Promise<Finding> {
  const {sha256, decoded, engines} = await cacheBytes();
  const subject = 'cache';
  const folder = cacheFolder();
  if (sha256 + decoded + engines === 0)
    return {subject, state: 'absent', detail: `${folder}: empty; for downloads and decoded data`};
  return {
    subject,
    state: 'ok',
    detail: `${folder}: ${formatBytes(sha256)} downloaded, ${formatBytes(decoded)} decoded${engines > 0 ? `, ${formatBytes(engines)} of engines` : ''}; may be deleted while no run uses it`,
  };
}

/** @param probe of sharp, an optional dependency that only the source imageFolder needs. */
export function describeImages(probe: Probe): Finding {
  const subject = 'images';
  if (probe.status === 'loads') {
    return {subject, state: 'ok', detail: `sharp ${probe.version} loads and decodes ${probe.facts.join(', ')}`};
  }
  const why = probe.status === 'missing' ? 'is not installed' : `${probe.version} does not load (${probe.reason})`;
  return {
    subject,
    state: 'absent',
    detail: `sharp ${why}; wanted only for the data source imageFolder`,
    fix: 'npm install sharp',
  };
}

/** Reads all four files and compares their checksums. */
export async function checkMnist(): Promise<Finding> {
  const subject = 'MNIST';
  try {
    const {numTrain, numTest} = await mnist.load({}, {baseDir: process.cwd()});
    const counts = `${formatCount(numTrain)} training and ${formatCount(numTest)} test images`;
    return {subject, state: 'ok', detail: `${counts}, checksums right`};
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const {message, hint} = error;
    return {subject, state: 'problem', detail: message, ...(hint === undefined ? {} : {fix: hint})};
  }
}

/** Writes and removes a folder where run folders would go, or in the nearest folder above that is there. */
export function checkRunsDir(runsDir: string): Finding {
  const subject = 'runs folder';
  const target = path.resolve(runsDir);
  let folder = target;
  while (!existsSync(folder)) folder = path.dirname(folder);
  const fix = 'choose a writable folder with --runs-dir or EXP_RUNS_DIR';
  try {
    rmSync(mkdtempSync(path.join(folder, '.exp-doctor-')), {recursive: true});
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {subject, state: 'problem', detail: `${target} cannot be written (${code})`, fix};
  }
  const {bavail, bsize} = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${target} can be written, ${formatBytes(free)} free`;
  if (free >= wantedDiskBytes) return {subject, state: 'ok', detail};
  return {
    subject,
    state: 'warning',
    detail: `${detail}; a run of mnist-cnn takes about ${formatBytes(wantedDiskBytes)}`,
    fix: `free some space, or ${fix}`,
  };
}
