import {createRequire} from 'node:module';
import {onlyCard} from '../nvidia.js';

const require = createRequire(import.meta.url);

/** What TensorFlow is loaded for; fixed for the life of a process, since it looks for cards once. */
export interface TensorflowUse {
  readonly device: 'cpu' | 'cuda';
  /** Of the card, among those that are visible. */
  readonly index?: number | undefined;
}

/** The variables TensorFlow and CUDA read while they load. Those that somebody set stay, except that the cards to be seen are narrowed down. */
export function tensorflowEnvironment(
  {device, index}: TensorflowUse,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = {
    // 2: errors only. What is said about cards goes to the run's log, so for them everything is asked for.
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? (device === 'cuda' ? '0' : '2'),
    // Otherwise TensorFlow takes nearly all of a card's memory at once, and a second run on it fails.
    TF_FORCE_GPU_ALLOW_GROWTH: env.TF_FORCE_GPU_ALLOW_GROWTH ?? 'true',
    // The order of nvidia-smi; CUDA's own puts the fastest first.
    CUDA_DEVICE_ORDER: env.CUDA_DEVICE_ORDER ?? 'PCI_BUS_ID',
  };
  if (device === 'cpu') wanted.CUDA_VISIBLE_DEVICES = '-1';
  else if (index !== undefined) wanted.CUDA_VISIBLE_DEVICES = onlyCard(index, env.CUDA_VISIBLE_DEVICES) ?? '-1';
  return wanted;
}

/** Runs a function with variables set, and sets them back. */
export function withEnvironment<Result>(variables: Readonly<Record<string, string>>, run: () => Result): Result {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * Puts back two functions of `util` that TensorFlow.js 4.22 calls with every kernel: Node.js 23 removed them, and 22 warns of them on
 * standard error.
 */
export function restoreOldUtil(): void {
  const util: {isNullOrUndefined?: unknown; isArray?: unknown} = require('node:util');
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
