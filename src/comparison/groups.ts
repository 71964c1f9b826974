import type {ComparedRun, Value} from './compared-run.js';

/** Runs that are told apart by nothing but seed and fold, or by what the user says; a single run is a group of one. */
export interface Group {
  readonly runs: readonly ComparedRun[];
}

/** What repetitions of one experiment differ in. */
export const repetitionKeys: readonly string[] = ['seed', 'data.validation.fold'];

/** Settings that say nothing about what was computed. */
const labels: ReadonlySet<string> = new Set(['name', 'description', 'tags']);

/** What differs among runs by itself when a setting differs: nobody wants to read it. */
export const isLabel = (path: string): boolean => labels.has(path) || path.startsWith('tags.');

/**
 * Puts runs together that agree in every setting but `keys` (and names, descriptions and tags); in the order of their first runs. A run whose spec
 * cannot be read stays alone.
 */
export function groupRuns(runs: readonly ComparedRun[], keys: readonly string[]): readonly Group[] {
  const ignored = new Set(keys);
  // Places in the key by path, so that the order in which specs have them does not matter; -1 for those that do not tell runs apart.
  const places = new Map<string, number>();
  const placeOf = (path: string): number => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const place = ignored.has(path) || isLabel(path) ? -1 : places.size;
    places.set(path, place);
    return place;
  };
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const telling: Value[] = [];
    for (const [path, value] of run.settings) {
      const place = placeOf(path);
      if (place >= 0) telling[place] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    }
    const key = telling.length === 0 ? run.path : JSON.stringify([telling, run.dataFingerprint]);
    const known = groups.get(key);
    if (known) known.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()].map((members) => ({runs: members}));
}

/** Whether the runs of a group are not all alike in a setting. */
export const differsIn = ({runs}: Group, path: string): boolean =>
  runs.some(({settings}) => settings.get(path) !== runs[0]!.settings.get(path));

/** Settings that are not the same in all runs, in the order in which specs have them; one that only some have differs. */
export function differingSettings(runs: readonly ComparedRun[]): readonly string[] {
  const readable = runs.filter(({settings}) => settings.size > 0);
  const paths = new Set(readable.flatMap(({settings}) => [...settings.keys()]));
  return [...paths].filter((path) => {
    if (isLabel(path)) return false;
    const first = readable[0]!.settings.get(path);
    return readable.some(({settings}) => settings.get(path) !== first);
  });
}
