import {isShape} from '../support/tensor.js';
import type {MetricValues} from '../training/events.js';
import type {RunEnvironment} from './environment.js';
import type {RunState, RunStatus, RunSummary} from './records.js';

type PlainObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const states: ReadonlySet<unknown> = new Set<RunState>(['running', 'finished', 'failed', 'diverged', 'interrupted']);

/** status.json as far as readers build on it; undefined for anything else. */
export function statusOf(value: unknown): RunStatus | undefined {
  if (!isObject(value) || !states.has(value.state) || typeof value.pid !== 'number') return undefined;
  const texts = [value.startedAt, value.host, value.heartbeatAt, value.endedAt ?? '', value.message ?? ''];
  const counts = [value.epoch ?? 0, value.numEpochs ?? 0, value.step ?? 0];
  if (!texts.every((text) => typeof text === 'string') || !counts.every((count) => typeof count === 'number')) {
    return undefined;
  }
  if (!isGroup(value.group)) return undefined;
  const {lastGood, ...rest} = value;
  return {...rest, ...(isObject(lastGood) ? {lastGood: numbersOf(lastGood)} : {})} as unknown as RunStatus;
}

/**
 * summary.json as far as readers build on it; undefined for anything else. JSON has no NaN and no infinities: metrics that were written
 * as text are numbers again.
 */
export function summaryOf(value: unknown): RunSummary | undefined {
  if (!isObject(value) || !isObject(value.metrics) || !isObject(value.durationSeconds)) return undefined;
  const {final, best, test} = value.metrics;
  const counts = [value.epochs, value.examplesPerSecond, value.numParameters, value.peakMemoryBytes, value.seed];
  const isWhole =
    typeof value.startedAt === 'string' &&
    typeof value.durationSeconds.total === 'number' &&
    ['string', 'undefined'].includes(typeof value.name) &&
    ['string', 'undefined'].includes(typeof value.dataFingerprint) &&
    counts.map(numberOf).every((count) => count === undefined || typeof count === 'number') &&
    isObject(final) &&
    isGroup(value.group);
  if (!isWhole) return undefined;
  const metrics = {
    final: numbersOf(final),
    ...(isObject(best) && isObject(best.metrics) ? {best: {...best, metrics: numbersOf(best.metrics)}} : {}),
    ...(isObject(test) ? {test: numbersOf(test)} : {}),
  };
  const tags = Array.isArray(value.tags) ? value.tags.filter((tag) => typeof tag === 'string') : [];
  const examplesPerSecond = numberOf(value.examplesPerSecond);
  return {...value, examplesPerSecond, tags, metrics} as unknown as RunSummary;
}

/** plan.json as far as readers build on it; undefined for anything else. */
export function planOf(value: unknown): object | undefined {
  if (!isObject(value)) return undefined;
  const {layers = [], data = {}} = value;
  return Array.isArray(layers) && layers.every(isLayer) && isObject(data) ? value : undefined;
}

const isLayer = (layer: unknown): boolean =>
  isObject(layer) &&
  typeof layer.name === 'string' &&
  typeof layer.type === 'string' &&
  isShape(layer.outputShape) &&
  typeof layer.numParameters === 'number';

/** environment.json as far as readers build on it; undefined for anything else. */
export function environmentOf(value: unknown): RunEnvironment | undefined {
  if (!isObject(value) || !Array.isArray(value.command)) return undefined;
  const {git = null, command} = value;
  const texts = [value.node, value.exp ?? '', value.spec ?? '', ...command, isObject(git) ? git.commit : ''];
  const isWhole = texts.every((text) => typeof text === 'string') && (git === null || isObject(git));
  return isWhole ? (value as unknown as RunEnvironment) : undefined;
}

const isGroup = (group: unknown): boolean =>
  group === undefined || (isObject(group) && typeof group.id === 'string' && typeof group.run === 'number');

/** What JSON.stringify with `plainNumbers` made of a number. */
const numberOf = (value: unknown): unknown =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;

/** The numbers of an object, by their names; anything else is left out. */
export function numbersOf(values: PlainObject): MetricValues {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    const number = numberOf(value);
    if (typeof number === 'number') numbers[name] = number;
  }
  return numbers;
}
