import {isDeepStrictEqual} from 'node:util';
import {listRuns} from '../runs/find-runs.js';
import type {Run} from '../runs/run.js';
import type {LoadedExperiment} from './load.js';
import {membersOf} from './members.js';
import {hasBegun} from './recorded.js';

/**
 * The newest run of the same name and the same spec, defaults and overrides included; of a spec that stands for several, any run of the
 * newest group.
 */
export function findEarlier(loaded: LoadedExperiment, runsDir: string): Run | undefined {
  const [member] = membersOf(loaded);
  const isGroup = member!.group !== undefined;
  const wanted = comparable(member!.loaded.resolved, isGroup);
  const isSame = (run: Run): boolean =>
    (run.group !== undefined) === isGroup && isDeepStrictEqual(comparable(run.resolvedSpec(), isGroup), wanted);
  return listRuns(runsDir).findLast((run) => hasBegun(run) && isSame(run));
}

/** As YAML reads it back; runs of a group differ in seed and fold. */
function comparable(resolved: unknown, isGroup: boolean): unknown {
  const spec: {seed?: unknown; data?: {validation?: {fold?: unknown}}} | null = JSON.parse(
    JSON.stringify(resolved ?? null),
  );
  if (spec && isGroup) {
    spec.seed = undefined;
    if (spec.data?.validation) spec.data.validation.fold = undefined;
  }
  return spec;
}
