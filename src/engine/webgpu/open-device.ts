import {pathToFileURL} from 'node:url';
import {ExpError} from '../../support/errors.js';
import {type AdapterSurvey, dawnEntry, graphicsInterface, surveyAdapters, type WebgpuAdapter} from './adapters.js';
import {findAdapter, formatAdapters} from './choose-adapter.js';

/** What the rest needs of `GPUDevice`. */
export interface Device {
  readonly lost: Promise<{readonly reason: string; readonly message: string}>;
  addEventListener(type: 'uncapturederror', listener: (event: ErrorEvent) => void): void;
  createShaderModule(program: {readonly code: string}): object;
  destroy(): void;
}

/** A command that the device refused. */
interface ErrorEvent {
  readonly error: {readonly message: string};
  preventDefault(): void;
}

interface Adapter {
  readonly info: object;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: {has(name: string): boolean};
  requestDevice(wanted: {readonly requiredLimits: Readonly<Record<string, number>>}): Promise<Device>;
}

/** `navigator.gpu` of a browser. */
export interface Gpu {
  requestAdapter(options: {readonly powerPreference: 'high-performance'}): Promise<Adapter | null>;
}

interface Dawn {
  readonly globals: Readonly<Record<string, unknown>>;
  create(options: readonly string[]): Gpu;
}

/** A device that is open, and what it was opened with. */
export interface OpenDevice {
  readonly gpu: Gpu;
  readonly device: Device;
  readonly adapter: WebgpuAdapter;
  /** `GPUAdapterInfo`, by which TensorFlow.js chooses its programs. */
  readonly info: object;
  /** Of the package webgpu. */
  readonly version: string;
}

/** Those that TensorFlow.js's own start asks for: as much as the adapter has. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** By adapter. Dawn ends with the object that it was made as, so they are held. */
const gpus = new Map<string, Gpu>();

/**
 * Loads Dawn and opens an adapter.
 * @param index in Dawn's list; the first that is no software when left out, else the first
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function openDevice(index: number | undefined, survey?: AdapterSurvey): Promise<OpenDevice> {
  const found = survey ?? (await surveyAdapters());
  if (!found.works)
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `device ${index === undefined ? 'webgpu' : `webgpu:${index}`} cannot be used: ${found.reason}`,
      found.fix,
    );
  const adapter = findAdapter(found.adapters, index);
  const dawn: Dawn = await import(pathToFileURL(dawnEntry()!).href);
  // GPUBufferUsage and the like, which TensorFlow.js takes from a browser's globals.
  Object.assign(globalThis, dawn.globals);
  const gpu = gpus.get(adapter.name) ?? dawn.create([`backend=${graphicsInterface}`, `adapter=${adapter.name}`]);
  gpus.set(adapter.name, gpu);
  const opened = await gpu.requestAdapter({powerPreference: 'high-performance'});
  if (!opened)
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `device webgpu:${adapter.index} cannot be opened`,
      `there are ${formatAdapters(found.adapters)}; exp doctor tries them`,
    );
  const requiredLimits = Object.fromEntries(wantedLimits.map((name) => [name, opened.limits[name]!]));
  const device = await opened.requestDevice({requiredLimits});
  return {gpu, device, adapter, info: opened.info, version: found.version};
}
