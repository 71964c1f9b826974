import {ExpError} from '../../../support/errors.js';
import {packageVersion} from '../../../support/versions.js';
import {describeCard, nvidiaCards} from '../../nvidia.js';
import {dawnEntry, surveyAdapters, type WebgpuAdapter} from '../../webgpu/adapters.js';
import {findAdapter, formatAdapters} from '../../webgpu/choose-adapter.js';
import {Device, type DeviceKind} from '../runtime/device.js';

/** A device of the compiled engine, and its name for people. */
export interface OpenDevice {
  readonly device: Device;
  /** `webgpu:0 (ONNX Runtime 1.30.0, NVIDIA H200)` */
  readonly name: string;
  /** It is no GPU but software that acts as one. */
  readonly isSoftware: boolean;
}

/**
 * Opens a device. ONNX Runtime's CUDA counts cards as nvidia-smi does; its WebGPU takes the adapter that the driver recommends for speed and
 * cannot be told otherwise.
 * @throws ExpError ENGINE_UNAVAILABLE, with the reason and what mends it
 */
export async function openDevice(kind: DeviceKind, index: number | undefined): Promise<OpenDevice> {
  if (kind === 'cuda') return {device: Device.open(kind, index), name: cudaName(index ?? 0), isSoftware: false};
  const survey = await surveyAdapters();
  if (survey.works) {
    const facts = factsOf(survey.adapters, index);
    return {device: Device.open(kind), ...facts};
  }
  // The survey is that of exp's own Dawn, which is optional: ONNX Runtime brings one along, but explains less and prints more.
  if (dawnEntry() === undefined && !index)
    return {device: Device.open(kind), name: `webgpu (${runtime()})`, isSoftware: false};
  const device = index === undefined ? kind : `${kind}:${index}`;
  throw new ExpError('ENGINE_UNAVAILABLE', `device ${device} cannot be used: ${survey.reason}`, survey.fix);
}

const runtime = (): string => `ONNX Runtime ${packageVersion('onnxruntime-node') ?? ''}`.trim();

function cudaName(index: number): string {
  const card = nvidiaCards()[index];
  return `cuda:${index} (${runtime()}${card ? `, ${describeCard(card)}` : ''})`;
}

function factsOf(adapters: readonly WebgpuAdapter[], index: number | undefined): Omit<OpenDevice, 'device'> {
  const taken = findAdapter(adapters, undefined);
  const hardware = adapters.filter(({isSoftware}) => !isSoftware);
  if (index !== undefined && (index !== taken.index || hardware.length > 1)) {
    findAdapter(adapters, index);
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `the compiled engine cannot choose among the adapters of this machine: ONNX Runtime takes the one it thinks fastest`,
      `take --engine eager with --device webgpu:${index}, or --device webgpu; there are ${formatAdapters(adapters)}`,
    );
  }
  if (hardware.length > 1)
    return {name: `webgpu (${runtime()}, the fastest of ${formatAdapters(hardware)})`, isSoftware: false};
  const {isSoftware} = taken;
  const name = `webgpu:${taken.index} (${runtime()}, ${taken.name}${isSoftware ? ', software' : ''})`;
  return {name, isSoftware};
}
