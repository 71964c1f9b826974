import {existsSync, mkdtempSync, rmSync, statfsSync} from 'node:fs';
import {availableParallelism, freemem, totalmem} from 'node:os';
import path from 'node:path';
import {cacheBytes, cacheFolder} from '../data/files/cache.js';
import {mnist} from '../data/sources/mnist.js';
import {type Probe, probePackage} from '../engine/probe.js';
import type {Finding} from '../report/checklist.js';
import {formatBytes, formatCount} from '../report/format.js';
import {ExpError} from '../support/errors.js';

/** Oldest Node.js that has everything exp calls (`import.meta.dirname`). */
const oldestNode = [20, 11] as const;

/** A run of mnist-cnn peaks below this. */
const wantedMemoryBytes = 1e9;

/** What a run folder with two checkpoints of a network of a few million parameters takes. */
const wantedDiskBytes = 200e6;

const lesson = 'experiments/mnist-cnn.yaml';

/** What `exp doctor` found. `ok` is false when the main job, training on this machine, cannot run. */
export interface Diagnosis {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** The command line of the main job, as it can be typed in this folder. */
  readonly nextStep: string;
}

/** Looks at everything a run needs. @param runsDir where run folders would go; it is not created. */
export async function diagnose(runsDir: string): Promise<Diagnosis> {
  const [compiled, eager, gpu, images, mnist, cache] = await Promise.all([
    probePackage('onnxruntime-node'),
    probePackage('@tensorflow/tfjs-backend-cpu'),
    probePackage('@tensorflow/tfjs-node-gpu'),
    probePackage('sharp'),
    checkMnist(),
    describeCache(),
  ]);
  const findings = [
    checkNode(process.versions.node),
    checkMachine(),
    describeCompiled(compiled),
    describeEager(eager),
    describeGpu(gpu),
    ...describeCuda(compiled),
    describeImages(images),
    mnist,
    checkRunsDir(runsDir),
    cache,
  ];
  const nextStep = existsSync(lesson) ? `exp run ${lesson}` : 'exp init, then exp run on what it wrote';
  return {ok: findings.every(({state}) => state !== 'problem'), findings, nextStep};
}

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

function checkMachine(): Finding {
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
  const {sha256, decoded} = await cacheBytes();
  const subject = 'cache';
  const folder = cacheFolder();
  if (sha256 + decoded === 0)
    return {subject, state: 'absent', detail: `${folder}: empty; for downloads and decoded data`};
  return {
    subject,
    state: 'ok',
    detail: `${folder}: ${formatBytes(sha256)} downloaded, ${formatBytes(decoded)} decoded; may be deleted while no run uses it`,
  };
}

/** @param probe of onnxruntime-node. Without it everything still trains, several times slower. */
export function describeCompiled(probe: Probe): Finding {
  const subject = 'compiled';
  if (probe.status === 'loads') {
    return {subject, state: 'ok', detail: `onnxruntime-node ${probe.version} loads; the fast engine, on the CPU`};
  }
  const slower = 'engine: auto falls back to eager, many times slower';
  if (probe.status === 'missing') {
    return {
      subject,
      state: 'warning',
      detail: `onnxruntime-node is not installed; ${slower}`,
      fix: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0',
    };
  }
  return {
    subject,
    state: 'warning',
    detail: `onnxruntime-node ${probe.version} does not load (${probe.reason}); ${slower}`,
    fix: 'it has binaries for Linux with glibc 2.28 or newer, macOS and Windows, on x64 and arm64; npm rebuild onnxruntime-node if its files are damaged',
  };
}

/** @param probe of @tensorflow/tfjs-backend-cpu. Every engine builds its model with TensorFlow.js, so nothing runs without. */
export function describeEager(probe: Probe): Finding {
  const subject = 'eager';
  if (probe.status === 'loads') {
    return {subject, state: 'ok', detail: `TensorFlow.js ${probe.version} loads; the reference engine, on the CPU`};
  }
  return {
    subject,
    state: 'problem',
    detail:
      probe.status === 'missing'
        ? 'TensorFlow.js is not installed'
        : `TensorFlow.js ${probe.version} does not load (${probe.reason})`,
    fix: 'install the dependencies again: npm ci in a clone of the project, npm install exp-runner elsewhere',
  };
}

/** @param probe of @tensorflow/tfjs-node-gpu, an optional dependency that most machines cannot use. */
export function describeGpu(probe: Probe): Finding {
  const subject = 'tfjs-node-gpu';
  switch (probe.status) {
    case 'loads':
      return {subject, state: 'ok', detail: `${probe.version} loads and ${probe.facts.join(', ')}`};
    case 'missing':
      return {
        subject,
        state: 'absent',
        detail:
          'not installed: it is optional, and npm leaves it out when its install script cannot download libtensorflow; wanted only for CUDA',
        fix: 'npm install @tensorflow/tfjs-node-gpu@4.22.0, with a network, on Linux x64 with an NVIDIA driver, CUDA 11.2 and cuDNN 8.1',
      };
    case 'fails':
      return {subject, state: 'absent', ...explainGpuFailure(probe.version, probe.reason)};
  }
}

function explainGpuFailure(version: string, reason: string): Pick<Finding, 'detail' | 'fix'> {
  if (reason.includes('tfjs_binding.node')) {
    return {
      detail: `${version} is there without its native addon: its install script did not run or could not download it; wanted only for CUDA`,
      fix: 'npm rebuild @tensorflow/tfjs-node-gpu, with a network',
    };
  }
  const detail = `${version} does not load: ${reason}`;
  if (/cannot open shared object|libcud/.test(reason)) {
    return {
      detail,
      fix: 'install CUDA 11.2 and cuDNN 8.1 with their libraries on LD_LIBRARY_PATH; wanted only for CUDA',
    };
  }
  return {detail, fix: 'npm rebuild @tensorflow/tfjs-node-gpu, with a network; wanted only for CUDA'};
}

/** One finding where onnxruntime-node loads on a platform that has a CUDA provider. */
function describeCuda(probe: Probe): readonly Finding[] {
  if (probe.status !== 'loads' || process.platform !== 'linux' || process.arch !== 'x64') return [];
  const hasCuda = probe.facts.includes('cuda');
  return [
    {
      subject: 'onnx CUDA',
      state: 'absent',
      detail: hasCuda
        ? 'the CUDA provider of onnxruntime-node is installed; the compiled engine of this version trains on the CPU all the same'
        : 'the CUDA provider of onnxruntime-node is a separate download of some hundred MB, skipped on purpose: the compiled engine of this version trains on the CPU',
    },
  ];
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
async function checkMnist(): Promise<Finding> {
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
