import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** An NVIDIA card as its driver describes it. */
export interface NvidiaCard {
  /** In the order of the PCI bus, as nvidia-smi counts; `cuda:1` means index 1. */
  readonly index: number;
  readonly name: string;
  readonly memoryBytes: number;
  readonly driver: string;
  /** `GPU-5ebe9f43-…`, by which CUDA_VISIBLE_DEVICES may name it. */
  readonly uuid?: string;
}

/** Whether NVIDIA's driver is loaded, at the price of a look into the file system. */
export const hasNvidiaDriver = (): boolean =>
  process.platform === 'linux'
    ? existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
    : false;

/** The cards that nvidia-smi lists; none where it is not installed or fails. */
export function nvidiaCards(command = 'nvidia-smi'): readonly NvidiaCard[] {
  try {
    const query = ['--query-gpu=index,name,memory.total,driver_version,uuid', '--format=csv,noheader,nounits'];
    return parseCards(
      execFileSync(command, query, {encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore']}),
    );
  } catch {
    return [];
  }
}

/** @param output of nvidia-smi: `0, NVIDIA H200, 143771, 550.90.07, GPU-5ebe9f43-…` a line, memory in MiB */
export function parseCards(output: string): readonly NvidiaCard[] {
  return output
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length >= 4 && /^\d+$/.test(cells[0]!))
    .map(([index, name, mebibytes, driver, uuid]) => ({
      index: Number(index),
      name: name!,
      memoryBytes: Number(mebibytes) * 2 ** 20,
      driver: driver!,
      ...(uuid === undefined ? {} : {uuid}),
    }));
}

/** `NVIDIA H200, 151 GB` */
export const describeCard = ({name, memoryBytes}: {readonly name: string; readonly memoryBytes?: number}): string =>
  memoryBytes !== undefined && Number.isFinite(memoryBytes) ? `${name}, ${Math.round(memoryBytes / 1e9)} GB` : name;

/**
 * The value of CUDA_VISIBLE_DEVICES that leaves only one card.
 * @param index among the cards that are visible now. @param visible CUDA_VISIBLE_DEVICES as it is
 * @returns undefined when there is no card of that number among those named; set and empty, it hides them all
 */
export function onlyCard(index: number, visible: string | undefined): string | undefined {
  if (visible === undefined) return String(index);
  return visible.split(',')[index]?.trim() || undefined;
}
