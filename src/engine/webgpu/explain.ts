import {accessSync, constants, existsSync, readdirSync} from 'node:fs';
import {explainNativeFailure, type NativeFailure} from '../native-failures.js';
import {hasNvidiaDriver} from '../nvidia.js';

const renderFolder = '/dev/dri';

/** The files through which Linux lets programs compute on cards; none in a container that was given no card. */
export const renderNodes = (folder = renderFolder): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('renderD')) : [];

/** Whether there may be a GPU, at the price of a look into the file system: on Linux a card's file; macOS and Windows always have one. */
export const mayHaveGpu = (): boolean =>
  process.platform === 'linux' ? renderNodes().length > 0 || hasNvidiaDriver() : true;

/** Why Dawn found no adapter. @param said what it and the Vulkan loader printed */
export function explainNoAdapter(
  said: string,
  machine: Readonly<Machine> = {
    platform: process.platform,
    hasNvidia: hasNvidiaDriver(),
    lockedNode: renderNodes().find((name) => !isOpen(`${renderFolder}/${name}`)),
  },
): NativeFailure {
  const known = explainNativeFailure(said);
  const isLoaderMissing = known?.reason.includes('loader is missing') === true;
  if (machine.lockedNode !== undefined && !isLoaderMissing)
    return {
      reason: `this user may not open ${renderFolder}/${machine.lockedNode}`,
      fix: 'sudo usermod -aG render,video $USER, and log in again; in a container, --device /dev/dri',
    };
  if (machine.hasNvidia && !isLoaderMissing && !said.includes('JSON file'))
    return {
      reason: 'NVIDIA’s driver is loaded, but its Vulkan driver finds no card',
      fix: 'in a container, start it with --gpus all and -e NVIDIA_DRIVER_CAPABILITIES=all; elsewhere install NVIDIA’s driver whole, libGLX_nvidia and nvidia_icd.json included',
    };
  if (known) return known;
  return {
    reason: 'WebGPU finds no adapter',
    fix:
      machine.platform === 'linux'
        ? 'vulkaninfo --summary must list the card; mesa-vulkan-drivers has the drivers for AMD and Intel'
        : 'install the driver of the card’s maker',
  };
}

interface Machine {
  readonly platform: NodeJS.Platform;
  readonly hasNvidia: boolean;
  /** A card's file that this user may not open. */
  readonly lockedNode: string | undefined;
}

function isOpen(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
