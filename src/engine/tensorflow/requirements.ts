import {existsSync, readFileSync, statfsSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import type {TensorflowVariant} from './layout.js';

/** The oldest glibc that TensorFlow's wheels run with (their tag is manylinux_2_27). */
const oldestGlibc = [2, 27] as const;

/** What a machine has to be, as far as Node.js knows. */
export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  /** Undefined where the C library is not glibc, as on Alpine. */
  readonly glibc: string | undefined;
  /** Flags of the processor; undefined when they cannot be read. */
  readonly cpuFlags: ReadonlySet<string> | undefined;
}

export function machineFacts(): MachineFacts {
  const {platform, arch} = process;
  return {platform, arch, glibc: platform === 'linux' ? glibcVersion() : undefined, cpuFlags: cpuFlags()};
}

function glibcVersion(): string | undefined {
  const report: unknown = process.report.getReport();
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header
    ? String(header.glibcVersionRuntime)
    : undefined;
}

/** Whether the processor has AVX, which every TensorFlow wheel for x64 is compiled for; undefined when that cannot be found out. */
export const hasAvx = ({arch, cpuFlags}: MachineFacts): boolean | undefined =>
  arch === 'x64' ? cpuFlags?.has('avx') : true;

function cpuFlags(): ReadonlySet<string> | undefined {
  const file = '/proc/cpuinfo';
  if (!existsSync(file)) return undefined;
  const line = /^flags\s*: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return line === undefined ? undefined : new Set(line.split(' '));
}

/** @throws ExpError INSTALL_FAILED when TensorFlow's wheels do not run on such a machine */
export function checkMachine(facts: MachineFacts, variant: TensorflowVariant): void {
  const {platform, arch, glibc} = facts;
  const elsewhere = 'take the compiled engine, which needs no installing: engine: compiled';
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64'))
    throw new ExpError(
      'INSTALL_FAILED',
      `exp installs TensorFlow on Linux x64 and arm64; this is ${platform} ${arch}`,
      elsewhere,
    );
  if (variant === 'cuda' && arch !== 'x64')
    throw new ExpError(
      'INSTALL_FAILED',
      `TensorFlow for CUDA is published for Linux x64; this is ${arch}`,
      'leave out --cuda',
    );
  if (glibc === undefined)
    throw new ExpError(
      'INSTALL_FAILED',
      'the C library of this system is not glibc (Alpine has musl); TensorFlow’s libraries need glibc',
      `use a Debian or Ubuntu image (node:22-slim), or ${elsewhere}`,
    );
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]))
    throw new ExpError(
      'INSTALL_FAILED',
      `this system has glibc ${glibc}; TensorFlow’s libraries need ${oldestGlibc.join('.')} or newer`,
      `use a newer system (Debian 10, Ubuntu 18.10, RHEL 8 or later), or ${elsewhere}`,
    );
  if (hasAvx(facts) === false)
    throw new ExpError(
      'INSTALL_FAILED',
      'this processor has no AVX, for which TensorFlow’s libraries are compiled; they would end the process with “Illegal instruction”',
      `in a virtual machine, give it the host’s processor type (QEMU: -cpu host); or ${elsewhere}`,
    );
}

/** Bytes that an installation takes while it is made: the wheels and what comes out of them. */
const neededBytes: Readonly<Record<TensorflowVariant, number>> = {cpu: 1.3e9, cuda: 11e9};

/** @param folder to be filled; it need not be there. @throws ExpError INSTALL_FAILED when too little is free */
export function checkSpace(folder: string, variant: TensorflowVariant, needed = neededBytes[variant]): void {
  let existing = path.resolve(folder);
  while (!existsSync(existing)) existing = path.dirname(existing);
  const {bavail, bsize} = statfsSync(existing);
  const free = bavail * bsize;
  if (free >= needed) return;
  const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new ExpError(
    'INSTALL_FAILED',
    `${existing} has ${inGigabytes(free)} free; installing takes ${inGigabytes(needed)}`,
    'free some space, or put the cache on a larger disk with EXP_CACHE_DIR',
  );
}
