import {createHash} from 'node:crypto';
import {type Static, Type} from '@sinclair/typebox';
import {Value as Checker} from '@sinclair/typebox/value';
import {ExpError} from '../support/errors.js';
import {type Baseline, baselineOfRows} from './baseline.js';
import type {ComparedRun, Value} from './compared-run.js';
import {type Group, isLabel, repetitionKeys} from './groups.js';

/** JSON has no NaN and no infinities: those are text. */
const number = Type.Union([Type.Number(), Type.Enum({nan: 'NaN', infinite: 'Infinity', negative: '-Infinity'})]);
const metrics = Type.Record(Type.String(), number);
/** A setting stands where all runs below have it in common: in the file, in a row, in a run. */
const settings = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]));

const storedRun = Type.Object({
  run: Type.String({description: 'run folder'}),
  settings: Type.Optional(settings),
  seed: Type.Optional(Type.Integer()),
  last: metrics,
  best: Type.Optional(metrics),
  test: Type.Optional(metrics),
  durationSeconds: Type.Optional(Type.Number()),
  examplesPerSecond: Type.Optional(Type.Number()),
  numEpochs: Type.Optional(Type.Integer()),
});

const storedRow = Type.Object({
  name: Type.String(),
  specDigest: Type.String({description: 'SHA-256 of the settings that all runs of the row share'}),
  dataFingerprint: Type.Optional(Type.String()),
  monitor: Type.Optional(Type.String()),
  numParameters: Type.Optional(Type.Integer()),
  settings: Type.Optional(settings),
  runs: Type.Array(storedRun, {minItems: 1}),
});

const content = Type.Object({
  format: Type.Literal('exp-baseline'),
  version: Type.Literal(1),
  exp: Type.String({description: 'version of exp'}),
  savedAt: Type.String({description: 'ISO 8601, UTC'}),
  commit: Type.Optional(
    Type.String({description: 'git commit of the runs, with + behind it for changes that were not committed'}),
  ),
  groupedBy: Type.Array(Type.String()),
  settings,
  rows: Type.Array(storedRow, {minItems: 1}),
});

/** What a baseline file holds. */
export type BaselineFile = Static<typeof content>;

/** What else is known of the runs. */
export interface BaselineOrigin {
  readonly exp: string;
  readonly savedAt: Date;
  readonly commit?: string | undefined;
  /** Settings in which the runs of a row may differ. */
  readonly groupedBy: readonly string[];
}

/**
 * The rows of a comparison as a baseline: their finished runs with settings and values, no curves.
 * @throws ExpError BASELINE_UNUSABLE where a row has no finished run, or there is no row
 */
export function baselineContent(
  rows: readonly Group[],
  {exp, savedAt, commit, groupedBy}: BaselineOrigin,
): BaselineFile {
  if (rows.length === 0)
    throw new ExpError('BASELINE_UNUSABLE', 'there is no row to save as a baseline', 'see --where');
  for (const {runs} of rows) {
    if (runs.some(isFinished)) continue;
    const what = runs.map(({id, state}) => `${id} (${state})`).join(', ');
    const hint = 'leave it out with --where "state == \'finished\'"';
    throw new ExpError('BASELINE_UNUSABLE', `no finished run to save as a baseline: ${what}`, hint);
  }
  const shared = sharedSettings(rows.flatMap(({runs}) => runs.filter(isFinished)));
  return {
    format: 'exp-baseline',
    version: 1,
    exp,
    savedAt: savedAt.toISOString(),
    ...(commit === undefined ? {} : {commit}),
    groupedBy: [...groupedBy],
    settings: Object.fromEntries(shared),
    rows: rows.map(({runs}) => storedRowOf(runs.filter(isFinished), new Map(shared))),
  };
}

const isFinished = ({state}: ComparedRun): boolean => state === 'finished';

type Settings = ComparedRun['settings'];

/** What all runs have in common. */
function sharedSettings(runs: readonly ComparedRun[]): readonly (readonly [string, Value])[] {
  const [first] = runs;
  return [...(first?.settings ?? [])].filter(([path, value]) =>
    runs.every(({settings}) => settings.get(path) === value),
  );
}

const settingsBeside = (entries: Iterable<readonly [string, Value]>, known: Settings): object => {
  const own = [...entries].filter(([path]) => !known.has(path));
  return own.length > 0 ? {settings: Object.fromEntries(own)} : {};
};

function storedRowOf(runs: readonly ComparedRun[], known: Settings): BaselineFile['rows'][number] {
  const [first] = runs as readonly [ComparedRun];
  const shared = sharedSettings(runs);
  return {
    name: first.name,
    specDigest: digestOf(shared),
    ...present({dataFingerprint: first.dataFingerprint, monitor: first.monitor, numParameters: first.numParameters}),
    ...settingsBeside(shared, known),
    runs: runs.map((run) => storedRunOf(run, new Map(shared))),
  };
}

function storedRunOf(run: ComparedRun, known: Settings): BaselineFile['rows'][number]['runs'][number] {
  return {
    run: run.id,
    ...settingsBeside(run.settings, known),
    ...present({seed: run.seed, durationSeconds: run.durationSeconds, examplesPerSecond: run.examplesPerSecond}),
    ...present({numEpochs: run.numEpochs, best: run.best && written(run.best), test: run.test && written(run.test)}),
    last: written(run.last),
  };
}

/** Of settings but names, descriptions and tags, in alphabetical order. */
export function digestOf(settings: Iterable<readonly [string, Value]>): string {
  const sorted = [...settings].filter(([path]) => !isLabel(path)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `sha256:${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`;
}

const present = <Facts extends object>(facts: Facts): {[Key in keyof Facts]?: NonNullable<Facts[Key]>} =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Facts]?: NonNullable<Facts[Key]>;
  };

type StoredMetrics = Static<typeof metrics>;

const written = (values: Readonly<Record<string, number>>): StoredMetrics =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity'),
    ]),
  );

const read = (values: StoredMetrics): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

/**
 * The baseline that a file holds.
 * @param name what people call it @param file its path, for messages
 * @throws ExpError BASELINE_UNUSABLE for a text that is none
 */
export function parseBaseline(text: string, name: string, file: string): Baseline {
  const {rows, groupedBy, settings: shared} = checked(text, file);
  const groups = rows.map((row) => ({
    runs: row.runs.map((run) => ({
      ...restored(row, run, file),
      settings: new Map(Object.entries({...shared, ...row.settings, ...run.settings})),
    })),
  }));
  return baselineOfRows(name, groups, {groupBy: [...repetitionKeys, ...groupedBy], hasEpochs: false});
}

function checked(text: string, file: string): BaselineFile {
  const damaged = (what: string): ExpError =>
    new ExpError('BASELINE_UNUSABLE', `${file} is no baseline: ${what}`, 'exp compare RUNS --save-baseline writes one');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  if (Checker.Check(content, data)) return data;
  const first = Checker.Errors(content, data).First();
  if (typeof data === 'object' && data !== null && 'version' in data && Number(data.version) > 1)
    throw damaged(`its version is ${String(data.version)}, this exp reads version 1`);
  throw damaged(`${first?.path || 'the whole'}: ${first?.message ?? 'not as it should be'}`);
}

function restored(
  row: BaselineFile['rows'][number],
  run: BaselineFile['rows'][number]['runs'][number],
  file: string,
): Omit<ComparedRun, 'settings'> {
  return {
    id: run.run,
    path: `${file}:${run.run}`,
    name: row.name,
    state: 'finished',
    seed: run.seed,
    epochs: () => [],
    last: read(run.last),
    best: run.best && read(run.best),
    monitor: row.monitor,
    test: run.test && read(run.test),
    durationSeconds: run.durationSeconds,
    examplesPerSecond: run.examplesPerSecond,
    numParameters: row.numParameters,
    numEpochs: run.numEpochs,
    dataFingerprint: row.dataFingerprint,
    warnings: [],
  };
}
