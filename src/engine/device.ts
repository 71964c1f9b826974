/** What a spec's `device` may say: a kind, or one of that kind by its number from 0. */
export type DeviceName = 'auto' | 'cpu' | 'cuda' | 'webgpu' | `cuda:${number}` | `webgpu:${number}`;

/** A device name taken apart. */
export interface DeviceChoice {
  readonly kind: 'auto' | 'cpu' | 'cuda' | 'webgpu';
  /** Undefined: whichever is first. */
  readonly index: number | undefined;
}

/** What computes: the processor, a GPU of any maker through WebGPU, an NVIDIA card through CUDA. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** What `device` has to look like, for schemas. */
export const devicePattern = '^(auto|cpu|(cuda|webgpu)(:[0-9]{1,3})?)$';

/** @param name one that fits `devicePattern` */
export function parseDevice(name: DeviceName): DeviceChoice {
  const [kind, index] = name.split(':');
  return {kind: kind as DeviceChoice['kind'], index: index === undefined ? undefined : Number(index)};
}
