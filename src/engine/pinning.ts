import type {DeviceName} from './device.js';
import {type NvidiaCard, nvidiaCards, onlyCard} from './nvidia.js';
import {surveyAdapters} from './webgpu/adapters.js';
import {mayHaveGpu} from './webgpu/explain.js';

/** A GPU that a process of its own can be given. A card of NVIDIA is listed for each way to use it. */
export interface Accelerator {
  readonly device: 'cuda' | 'webgpu';
  /** What `cuda:1` and `webgpu:1` count by in this process. */
  readonly index: number;
  /** As its maker calls it. */
  readonly name: string;
  /** Where the driver tells it. */
  readonly memoryBytes?: number;
}

/**
 * The GPUs of this machine: the cards that nvidia-smi lists, as far as CUDA_VISIBLE_DEVICES leaves them visible, and the adapters of WebGPU
 * that are no software and can be told apart. Without a graphics card the answer comes at once.
 */
export async function listAccelerators(): Promise<readonly Accelerator[]> {
  if (!mayHaveGpu()) return [];
  const survey = await surveyAdapters();
  const adapters = survey.works ? survey.adapters.filter(({isSoftware, isHidden}) => !isSoftware && !isHidden) : [];
  return [...visibleCards(), ...adapters.map(({index, name}) => ({device: 'webgpu', index, name}) as const)];
}

/**
 * Cards in the order in which this process counts them.
 * @param visible CUDA_VISIBLE_DEVICES: numbers or beginnings of UUIDs; CUDA reads up to the first that fits nothing
 */
export function visibleCards(
  cards: readonly NvidiaCard[] = nvidiaCards(),
  visible: string | undefined = process.env.CUDA_VISIBLE_DEVICES,
): readonly Accelerator[] {
  return shownCards(cards, visible).map(({name, memoryBytes}, index) => ({
    device: 'cuda',
    index,
    name,
    ...(Number.isFinite(memoryBytes) ? {memoryBytes} : {}),
  }));
}

function shownCards(cards: readonly NvidiaCard[], visible: string | undefined): readonly NvidiaCard[] {
  if (visible === undefined) return cards;
  const shown: NvidiaCard[] = [];
  for (const entry of visible.split(',').map((part) => part.trim())) {
    const card = cards.find(({index, uuid}) =>
      /^\d+$/.test(entry) ? index === Number(entry) : entry !== '' && uuid?.startsWith(entry),
    );
    if (!card) break;
    shown.push(card);
  }
  return shown;
}

/**
 * What a process has to find in its environment to see this GPU alone, besides what it finds there anyway; it is then told to take
 * `pinnedDevice`. WebGPU has no such variable.
 * @param index as `listAccelerators` counts
 */
export function pinnedEnvironment(
  device: Accelerator['device'],
  index: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  if (device === 'webgpu') return {};
  const only = onlyCard(index, env.CUDA_VISIBLE_DEVICES);
  if (only === undefined)
    throw new Error(`there is no cuda:${index} among CUDA_VISIBLE_DEVICES=${env.CUDA_VISIBLE_DEVICES}`);
  // The order of nvidia-smi, in which the cards were listed; CUDA's own puts the fastest first.
  return {CUDA_VISIBLE_DEVICES: only, CUDA_DEVICE_ORDER: env.CUDA_DEVICE_ORDER ?? 'PCI_BUS_ID'};
}

/** The `device` of a run in a process that was started with `pinnedEnvironment`. */
export const pinnedDevice = (device: Accelerator['device'], index: number): DeviceName =>
  device === 'cuda' ? 'cuda:0' : `webgpu:${index}`;
