import type {EngineRecord} from '../engine/tensorflow/layout.js';
import {formatBytes} from './format.js';
import type {Style} from './style.js';
import {renderPairs} from './table.js';

/** An engine in the cache as `exp engines list` shows it. */
export interface ListedEngine {
  /** Of its folder. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Whether the Node.js that runs exp can load it. */
  readonly usable: boolean;
  readonly unusable?: string;
  readonly record: EngineRecord;
}

/** Each engine as a heading and what is known of it, or how to get one. */
export function renderEngines(
  engines: readonly ListedEngine[],
  folder: string,
  {style, width}: {readonly style: Style; readonly width: number},
): string {
  if (engines.length === 0)
    return `No engine is installed in ${folder}.\nThe compiled engine needs none; exp engines install tensorflow makes TensorFlow.`;
  return engines
    .map(({name, path, bytes, unusable, record}) => {
      const {version, binding, variant, packages, compiler, selfTest, installedAt} = record;
      const devices = variant === 'cuda' ? 'NVIDIA cards and the CPU' : 'the CPU';
      const pairs: readonly (readonly [string, string | undefined])[] = [
        ['  what', `TensorFlow ${version} for ${devices}, binding of TensorFlow.js ${binding}`],
        ['  usable', unusable === undefined ? `yes, by Node.js ${process.versions.node}` : `no: ${unusable}`],
        ['  size', formatBytes(bytes)],
        ['  folder', path],
        ['  with', packages.join(', ') || undefined],
        ['  made', `${installedAt.slice(0, 10)} with ${compiler}; self-test on ${selfTest.device}`],
      ];
      return `${style.bold(name)}\n${renderPairs(pairs, {style, width})}`;
    })
    .join('\n')
    .trimEnd();
}
