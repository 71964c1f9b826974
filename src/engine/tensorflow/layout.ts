import {hostname} from 'node:os';
import path from 'node:path';
import {cacheFolder} from '../../data/files/cache.js';

/** What TensorFlow was built for: the CPU alone, or NVIDIA cards, too. */
export type TensorflowVariant = 'cpu' | 'cuda';

/** The TensorFlow whose C library is taken out of its Python wheel. Another one is tried, self-tested and documented before it is named here. */
export const tensorflowVersion = '2.21.0';

/** The TensorFlow.js package whose native binding is compiled, the same version as the other parts of TensorFlow.js. */
export const bindingVersion = '4.22.0';

/** Of the folder's contents. A folder of another format is listed as not usable, never loaded. */
export const engineFormat = 1;

/** Names inside an installed engine's folder. */
export const engineFiles = {
  /** What it is; written last, so that a folder that has it is whole. */
  record: 'engine.json',
  /** The compiled binding of TensorFlow.js; finds TensorFlow relative to itself. */
  binding: 'tfjs_binding.node',
  /** Our own addon: keeps what libraries print while they load, and loads NVIDIA's libraries beforehand. */
  helper: 'loading_helper.node',
  /** As pip lays packages out, because libtensorflow looks for NVIDIA's libraries relative to itself. */
  sitePackages: 'site-packages',
  tensorflow: 'site-packages/tensorflow',
  nvidia: 'site-packages/nvidia',
  /** TensorFlow.js's own JavaScript of the binding: kernels and backend. */
  javascript: 'node_modules/@tensorflow/tfjs-node/dist',
} as const;

/** What `engine.json` says. */
export interface EngineRecord {
  readonly format: number;
  readonly engine: 'tensorflow';
  readonly variant: TensorflowVariant;
  /** Of TensorFlow. */
  readonly version: string;
  /** Of TensorFlow.js's binding. */
  readonly binding: string;
  readonly platform: string;
  readonly arch: string;
  /** Version of Node-API that the binding asks for: every Node.js that has it can load the binding. */
  readonly nodeApi: number;
  readonly compiler: string;
  /** Python packages beside TensorFlow, `nvidia-cudnn-cu12 9.3.0.75`. */
  readonly packages: readonly string[];
  readonly installedAt: string;
  readonly selfTest: {
    readonly device: string;
    readonly steps: number;
    /** Largest relative difference of a loss from the plain JavaScript backend's. */
    readonly largestDifference: number;
  };
}

/** Where engines of this user lie. */
export const enginesFolder = (): string => path.join(cacheFolder(), 'engines');

/** The name of an engine's folder, one for each version, variant and kind of machine, so that a shared home directory serves several. */
export const engineFolderName = (variant: TensorflowVariant): string =>
  `tensorflow-${tensorflowVersion}-${variant}-${process.platform}-${process.arch}`;

export const engineFolder = (variant: TensorflowVariant): string =>
  path.join(enginesFolder(), engineFolderName(variant));

/** Begins the name of a folder that is being filled; tells which process of which machine fills it. */
export const partialName = (variant: TensorflowVariant): string =>
  `.partial-${process.pid}-${hostname()}-${engineFolderName(variant)}`;

/** Process and machine that fill a folder of that name; undefined for any other name. */
export function partialOwner(name: string): {readonly pid: number; readonly host: string} | undefined {
  const [, pid, host] = /^\.partial-(\d+)-(.*)-tensorflow-/.exec(name) ?? [];
  return pid === undefined || host === undefined ? undefined : {pid: Number(pid), host};
}
