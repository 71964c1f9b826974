import {ExpError} from '../../../support/errors.js';
import {describeCard, nvidiaCards} from '../../nvidia.js';
import {surveyAdapters} from '../../webgpu/adapters.js';
import {findAdapter, formatAdapters} from '../../webgpu/choose-adapter.js';
import {Device, type DeviceKind} from '../runtime/device.js';

/** A device of the compiled engine, and its name for people. */
export interface OpenDevice {
  readonly device: Device;
  /** `webgpu:0 (ONNX Runtime, NVIDIA H200)` */
  readonly name: string;
}

/**
 * Opens a device. ONNX Runtime's CUDA counts cards as nvidia-smi does; its WebGPU takes the adapter that the driver recommends for speed and
 * cannot be told otherwise.
 * @throws ExpError ENGINE_UNAVAILABLE, with the reason and what mends it
 */
export async function openDevice(kind: DeviceKind, index: number | undefined): Promise<OpenDevice> {
  const name = kind === 'cuda' ? cudaName(index ?? 0) : await webgpuName(index);
  return {device: Device.open(kind, kind === 'cuda' ? index : 0), name};
}

function cudaName(index: number): string {
  const card = nvidiaCards()[index];
  return `cuda:${index} (ONNX Runtime${card ? `, ${describeCard(card)}` : ''})`;
}

async function webgpuName(index: number | undefined): Promise<string> {
  const survey = await surveyAdapters();
  if (!survey.works) return 'webgpu (ONNX Runtime)'; // exp's own Dawn is optional; ONNX Runtime brings one along
  const taken = findAdapter(survey.adapters, undefined);
  const hardware = survey.adapters.filter(({isSoftware}) => !isSoftware);
  if (index !== undefined && (index !== taken.index || hardware.length > 1)) {
    findAdapter(survey.adapters, index);
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `the compiled engine cannot choose among the adapters of this machine: ONNX Runtime takes the one it thinks fastest`,
      `take --engine eager with --device webgpu:${index}, or --device webgpu; there are ${formatAdapters(survey.adapters)}`,
    );
  }
  if (hardware.length > 1) return `webgpu (ONNX Runtime, the fastest of ${formatAdapters(hardware)})`;
  return `webgpu:${taken.index} (ONNX Runtime, ${taken.name}${taken.isSoftware ? ', software' : ''})`;
}
