import type {PageData, RunData} from './data.js';

/** Page data with what many runs have in common (sections of specs, layers, environments) written once. */
export interface PackedData extends Omit<PageData, 'runs'> {
  readonly pool: readonly unknown[];
  readonly runs: readonly PackedRun[];
}

/** A run whose large records are lists of keys and places in the pool. */
export type PackedRun = Omit<RunData, 'spec' | 'plan' | 'environment'> &
  Readonly<Partial<Record<PackedKey, readonly (readonly [key: string, place: number])[]>>>;

const packedKeys = ['spec', 'plan', 'environment'] as const;
type PackedKey = (typeof packedKeys)[number];

/** The reverse of {@link unpack}. */
export function pack({runs, ...rest}: PageData): PackedData {
  const pool: unknown[] = [];
  const places = new Map<string, number>();
  const placeOf = (value: unknown): number => {
    const text = JSON.stringify(value) ?? 'null';
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, pool.length);
    return pool.push(value) - 1;
  };
  const packed = runs.map(({spec, plan, environment, ...run}): PackedRun => {
    const records = {spec, plan, environment};
    const entries = packedKeys.flatMap((key) => {
      const value = records[key];
      if (typeof value !== 'object' || value === null) return [];
      return [[key, Object.entries(value).map(([name, member]) => [name, placeOf(member)] as const)] as const];
    });
    return {...run, ...Object.fromEntries(entries)};
  });
  return {...rest, pool, runs: packed};
}

/** Page data as they were before {@link pack}; records are shared among runs and not to be changed. */
export function unpack({pool, runs, ...rest}: PackedData): PageData {
  const whole = runs.map(({spec, plan, environment, ...run}): RunData => {
    const record = (entries: PackedRun[PackedKey]): object | undefined =>
      entries && Object.fromEntries(entries.map(([key, place]) => [key, pool[place]]));
    const records = {spec: record(spec), plan: record(plan), environment: record(environment)};
    return {...run, ...Object.fromEntries(Object.entries(records).filter(([, value]) => value !== undefined))};
  });
  return {...rest, runs: whole};
}
