import {availableParallelism} from 'node:os';

/**
 * How many trials run at a time, and with how many cores each.
 * @param asked.parallel `auto`: as many as the cores allow
 * @param asked.threads of each trial; when left out one with `auto`, else the cores divided by `parallel`
 */
export function divideCores(
  asked: {readonly parallel: number | 'auto'; readonly threads?: number | undefined},
  numCores = availableParallelism(),
): {readonly parallel: number; readonly threads: number} {
  if (asked.parallel === 'auto') {
    const threads = asked.threads ?? 1;
    return {parallel: Math.max(1, Math.floor(numCores / threads)), threads};
  }
  return {parallel: asked.parallel, threads: asked.threads ?? Math.max(1, Math.floor(numCores / asked.parallel))};
}
