import {isDeepStrictEqual} from 'node:util';
import type {Problem} from '../../spec/diagnostic.js';
import {describeValue, type Located, type LocatedMap, plainOf} from '../../spec/located.js';
import type {Path} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import type {Distribution, Json, NumericDistribution} from './distribution.js';
import {numericValues} from './numeric.js';

/** What the experiment's schema says of the numbers at a place. */
export type NumberKind = 'int' | 'float';

export interface ReadContext {
  readonly problems: Problem[];
  readonly warnings: string[];
}

/** Keys of a range or a list of values. */
export const distributionKeys: ReadonlySet<string> = new Set(['values', 'min', 'max', 'scale', 'step', 'type', 'when']);

/** Whether a map inside `of` is a range or a list of values, not a value. */
export function isDistribution(node: Located): boolean {
  if (node.kind !== 'map') return false;
  const keys = [...node.entries.keys()];
  return keys.every((key) => distributionKeys.has(key)) && (keys.includes('values') || keys.includes('min'));
}

/**
 * Reads what a parameter may be: a list of values, `{values}`, or `{min, max, scale, step, type}`.
 * @param wanted what the experiment wants at that place, if it is a number
 * @returns undefined after a mistake
 */
export function readDistribution(
  name: string,
  node: Located,
  wanted: NumberKind | undefined,
  context: ReadContext,
): Distribution | undefined {
  const refuse = refuser(name, context);
  if (node.kind === 'list') return readChoices(name, node, context);
  if (node.kind !== 'map') {
    return refuse(
      node.place,
      `${name} is ${describeValue(node)}, which does not vary`,
      'a fixed value belongs into `overrides`; what varies is a list of values, {values: [...]} or {min, max}',
    );
  }
  const at = (key: string): Located | undefined => node.entries.get(key)?.value;
  const values = at('values');
  const numeric = ['min', 'max', 'scale', 'step', 'type'].filter((key) => node.entries.has(key));
  if (values) {
    const [other] = numeric;
    if (other !== undefined) {
      const place = node.entries.get(other)!.keyPlace;
      return refuse(
        place,
        `${name} has both \`values\` and \`${other}\``,
        '`values` are taken as they are: drop one of the two',
      );
    }
    return values.kind === 'list'
      ? readChoices(name, values, context)
      : refuse(values.place, `${name}: \`values\` must be a list; got ${describeValue(values)}`);
  }
  return readRange(name, node, wanted, context);
}

function readChoices(
  name: string,
  list: Extract<Located, {kind: 'list'}>,
  context: ReadContext,
): Distribution | undefined {
  const refuse = refuser(name, context);
  const choices = list.items.map((item) => plainOf(item) as Json);
  if (choices.length === 0) return refuse(list.place, `${name} has no values`, 'write at least one');
  const twice = choices.findIndex((choice, i) => choices.slice(0, i).some((other) => isDeepStrictEqual(choice, other)));
  const item = list.items[twice];
  if (item) {
    const shown = JSON.stringify(choices[twice]);
    return refuse(
      item.place,
      `${name} has the value ${shown} twice`,
      'keep one; `seeds` trains each point several times',
    );
  }
  return {kind: 'categorical', choices};
}

function readRange(
  name: string,
  node: LocatedMap,
  wanted: NumberKind | undefined,
  context: ReadContext,
): NumericDistribution | undefined {
  const refuse = refuser(name, context);
  const numberAt = (key: string): number | undefined => {
    const found = node.entries.get(key)?.value;
    return found?.kind === 'scalar' && typeof found.value === 'number' && Number.isFinite(found.value)
      ? found.value
      : undefined;
  };
  const placeOf = (key: string): Place => node.entries.get(key)?.value.place ?? node.place;
  for (const key of ['min', 'max', 'step'] as const) {
    const found = node.entries.get(key)?.value;
    if (found && numberAt(key) === undefined) {
      return refuse(found.place, `${name}: \`${key}\` must be a number; got ${describeValue(found)}`);
    }
  }
  const [low, high, step] = [numberAt('min'), numberAt('max'), numberAt('step')];
  if (low === undefined || high === undefined) {
    const missing = low === undefined ? 'min' : 'max';
    const [first] = node.entries.values();
    const place = first?.keyPlace ?? node.place;
    const isEmpty = low === undefined && high === undefined;
    return refuse(
      place,
      isEmpty ? `${name} says neither \`values\` nor \`min\` and \`max\`` : `${name} has no \`${missing}\``,
      isEmpty ? 'write a list of values, {values: [...]}, or {min, max}' : `a range has both ends: {min, max}`,
    );
  }
  if (low >= high) {
    const hint = low === high ? 'a fixed value belongs into `overrides`' : 'swap them';
    return refuse(placeOf('max'), `${name}: \`max\` must be above \`min\`, ${low}; got ${high}`, hint);
  }
  const scale = textAt(node, 'scale') === 'log' ? 'log' : 'linear';
  if (scale === 'log' && low <= 0) {
    return refuse(
      placeOf('min'),
      `${name}: a logarithmic range begins above 0; \`min\` is ${low}`,
      'raise `min`, or drop `scale: log`',
    );
  }
  if (scale === 'log' && step !== undefined) {
    return refuse(
      placeOf('step'),
      `${name}: a logarithmic range has no \`step\``,
      'drop one of the two, or write the values: {values: [...]}',
    );
  }
  if (step !== undefined && step <= 0) return refuse(placeOf('step'), `${name}: \`step\` must be above 0; got ${step}`);
  if (step !== undefined && step > high - low) {
    return refuse(
      placeOf('step'),
      `${name}: \`step\` is ${step}, but from \`min\` to \`max\` it is only ${Number((high - low).toPrecision(6))}`,
      'take a smaller step, or write the values: {values: [...]}',
    );
  }
  const fraction = (['min', 'max', 'step'] as const).find((key) => !Number.isInteger(numberAt(key) ?? 0));
  const said = textAt(node, 'type') as NumberKind | undefined;
  if (said === 'float' && wanted === 'int') {
    return refuse(placeOf('type'), `${name} takes whole numbers only`, 'drop `type`, or write `type: int`');
  }
  if (fraction !== undefined && (said === 'int' || wanted === 'int')) {
    return refuse(placeOf(fraction), `${name} takes whole numbers; \`${fraction}\` is ${numberAt(fraction)}`);
  }
  const kind = said ?? (wanted === 'int' ? 'int' : wanted === undefined && fraction === undefined ? 'int' : 'float');
  const range: NumericDistribution = {kind, low, high, scale, ...(step === undefined ? {} : {step})};
  return step === undefined ? range : endingAtStep(name, range, context);
}

/** A range whose last step falls short of its end ends there. */
function endingAtStep(name: string, range: NumericDistribution, {warnings}: ReadContext): NumericDistribution {
  const last = numericValues(range)!.at(-1)!;
  if (last === range.high) return range;
  warnings.push(
    `${name} never comes to its max, ${range.high}: with steps of ${range.step} from ${range.low}, the last value is ${last}`,
  );
  return {...range, high: last};
}

function textAt(node: LocatedMap, key: string): string | undefined {
  const found = node.entries.get(key)?.value;
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}

export const refuser =
  (name: string, {problems}: Pick<ReadContext, 'problems'>) =>
  (place: Place, message: string, hint?: string): undefined => {
    const path: Path = ['parameters', name];
    problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  };
