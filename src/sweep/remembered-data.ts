import type {DatasetInfo} from '../data/dataset.js';
import {describeData} from '../data/describe.js';

/** What is known of the data of so many sections at most. */
const maxRemembered = 100;

/**
 * `describeData` for the trials of a sweep: most have the same data, which is looked at once. What splits it follows from the seed, which is
 * part of what is remembered; so are warnings.
 */
export function rememberedData(): typeof describeData {
  const known = new Map<string, Promise<{readonly info: DatasetInfo; readonly warnings: readonly string[]}>>();
  return async (spec, context) => {
    const key = JSON.stringify([spec, context.rng.key, context.baseDir]);
    let found = known.get(key);
    if (!found) {
      const warnings: string[] = [];
      found = describeData(spec, {...context, warn: (message) => void warnings.push(message)}).then((info) => ({
        info,
        warnings,
      }));
      if (known.size >= maxRemembered) known.clear();
      known.set(key, found);
      // A file that is not there now may be there later.
      found.catch(() => known.delete(key));
    }
    const {info, warnings} = await found;
    for (const message of warnings) context.warn?.(message);
    return info;
  };
}
