import {ExpError} from '../../support/errors.js';
import type {WebgpuAdapter} from './adapters.js';

/** `webgpu:0 NVIDIA H200; webgpu:1 SwiftShader Device (Subzero) (software)` */
export const formatAdapters = (adapters: readonly WebgpuAdapter[]): string =>
  adapters
    .map(({index, name, isSoftware, isHidden}) => {
      const notes = [isSoftware && 'software', isHidden && 'cannot be told from the one before'].filter(Boolean);
      return `webgpu:${index} ${name}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
    })
    .join('; ');

/**
 * The adapter of a number, or without one the first that is no software, or the first.
 * @param adapters one at least
 * @throws ExpError ENGINE_UNAVAILABLE
 */
export function findAdapter(adapters: readonly WebgpuAdapter[], index: number | undefined): WebgpuAdapter {
  if (index === undefined) return adapters.find(({isSoftware}) => !isSoftware) ?? adapters[0]!;
  const found = adapters.find((adapter) => adapter.index === index);
  if (!found)
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `there is no device webgpu:${index}`,
      `there ${adapters.length === 1 ? 'is' : 'are'} ${formatAdapters(adapters)}`,
    );
  if (found.isHidden)
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `device webgpu:${index} has the same name as one before it, ${found.name}, and Dawn takes adapters by their names`,
      'take the first of that name; on NVIDIA cards, --device cuda:N tells equal ones apart',
    );
  return found;
}
