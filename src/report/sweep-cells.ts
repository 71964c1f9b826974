import type {RankedPoint} from '../comparison/rank-points.js';
import type {PlainValue, TrialRecord} from '../runs/sweep/records.js';
import {sampleText, titlesOf} from './comparison-cells.js';
import {formatMetric} from './format.js';
import {printable} from './printable.js';
import type {Style} from './style.js';
import {truncate} from './text.js';

const longestValue = 32;

/** Short titles of parameters: the last keys that tell them apart. */
export const parameterTitles = (parameters: readonly string[]): readonly string[] =>
  titlesOf(parameters.map((name) => ({term: {text: name, name}, goal: undefined, kind: 'setting' as const})));

/** A value as people read it: `0.001234`, `adam`, `[64, 32]`. Drawn numbers have more digits than anybody reads. */
export function parameterText(value: PlainValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  const text =
    typeof value === 'object' && value !== null ? JSON.stringify(value).replaceAll(',', ', ') : String(value);
  return truncate(printable(text), longestValue);
}

/** `learningRate 0.001`, `batchSize 64`: the values of a point, in the order of the sweep; those that it does not have are left out. */
export function valueTexts(values: TrialRecord['values'], parameters: readonly string[]): readonly string[] {
  const titles = parameterTitles(parameters);
  return parameters.flatMap((name, index) =>
    values[name] === undefined ? [] : [`${titles[index]} ${parameterText(values[name])}`],
  );
}

/** {@link valueTexts} as a part of a sentence. */
export const valuesText = (values: TrialRecord['values'], parameters: readonly string[]): string =>
  valueTexts(values, parameters).join(', ');

/** `0.9891`, `0.9891 ± 0.0012`; of a trial that was pruned its best so far. */
export function pointValue({sample, trials}: RankedPoint): string {
  if (sample) return sampleText(sample);
  const value = trials.find((trial) => trial.value !== undefined)?.value;
  return value === undefined ? '' : formatMetric(value);
}

/** `finished`, `pruned at 3`, `2 of 3 finished`: what became of a point. */
export function pointOutcome({state, trials, sample}: RankedPoint, numSeeds: number): string {
  if (numSeeds > 1 && state !== 'finished') {
    const numFinished = sample?.values.length ?? 0;
    const rest = [...new Set(trials.map((trial) => trial.state))].filter((one) => one !== 'finished');
    if (numFinished === 0 && rest.length === 1) return trialOutcome({...trials[0], state: rest[0]!});
    return `${numFinished}/${numSeeds} finished${rest.length > 0 ? `, ${rest.join(', ')}` : ''}`;
  }
  const [first] = trials;
  return first === undefined || state === 'partly' ? state : trialOutcome({...first, state});
}

/** `finished`, `pruned at 3`: how a trial is. */
export const trialOutcome = ({state, epochs}: Pick<TrialRecord, 'state' | 'epochs'>): string =>
  state === 'pruned' && epochs !== undefined ? `pruned at ${epochs}` : state;

/** A text about a state in its colour. */
export function paintTrial(text: string, state: TrialRecord['state'] | 'partly', style: Style): string {
  switch (state) {
    case 'finished':
      return style.green(text);
    case 'running':
      return style.cyan(text);
    case 'pruned':
      return style.magenta(text);
    case 'waiting':
      return style.dim(text);
    case 'interrupted':
    case 'partly':
      return style.yellow(text);
    default:
      return style.red(text);
  }
}
