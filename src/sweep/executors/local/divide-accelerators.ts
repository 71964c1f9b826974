import {type Accelerator, listAccelerators, pinnedDevice, pinnedEnvironment} from '../../../engine/pinning.js';
import {installedEngine} from '../../../engine/tensorflow/installed.js';

/** The GPU of one worker. */
export interface WorkerDevice {
  /** `device` of its trials, as its process counts. */
  readonly device: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The GPUs that trials of a device may be spread over, one trial each; none where the device is the CPU or one by its number.
 * @param device of the experiment: `auto`, `cuda`, `cuda:1`, …
 */
export async function acceleratorsFor(device: string, list = listAccelerators): Promise<readonly Accelerator[]> {
  if (device !== 'auto' && device !== 'cuda' && device !== 'webgpu') return [];
  const all = await list();
  const kinds = device === 'auto' ? (['cuda', 'webgpu'] as const) : [device];
  for (const kind of kinds) {
    // For auto a card is taken only where something can train on it.
    if (device === 'auto' && kind === 'cuda' && !installedEngine('cuda')) continue;
    const found = all.filter((accelerator) => accelerator.device === kind);
    if (found.length > 0) return found;
  }
  return [];
}

/** What the worker of a slot is given: its GPU, in turn where there are more workers than GPUs. */
export function deviceOfSlot(accelerators: readonly Accelerator[], slot: number): WorkerDevice | undefined {
  const own = accelerators[slot % accelerators.length];
  if (!own) return undefined;
  return {device: pinnedDevice(own.device, own.index), environment: pinnedEnvironment(own.device, own.index)};
}
