import {bestPoint, type RankedPoint, rankPoints} from '../comparison/rank-points.js';
import {sweepImportance} from '../comparison/sweep-importance.js';
import {hang} from './definitions.js';
import {formatCount, formatDuration, plural} from './format.js';
import {printable, printableSentence} from './printable.js';
import type {Sink} from './sink.js';
import {parameterText, parameterTitles, pointOutcome, pointValue, valuesText} from './sweep-cells.js';
import {countsTexts, countTrials, elapsedSeconds} from './sweep-progress.js';
import type {SweepView} from './sweep-view.js';
import {type Column, renderTable} from './table.js';
import {pad, truncate, widthOf} from './text.js';

type View = Pick<Sink, 'style' | 'width'>;

/** Points that a table shows unless more are asked for. */
const usualRows = 20;

/** `mnist-lr: 9 trials, grid, by val_accuracy (larger is better), 2 workers`, and the folder. */
export function sweepHeading(view: SweepView, {style, width}: View): string {
  const {name, metric, sampler, pruner, numPlanned, seeds, numWorkers, trials, folder, budget, shard} = view;
  const numDone = countTrials(trials).over;
  const facts = [
    numPlanned === undefined ? 'trials without end' : plural(numPlanned, 'trial'),
    ...(shard === undefined ? [] : [`shard ${printable(shard)}`]),
    ...(seeds ? [`${plural(seeds.length, 'seed')} a point`] : []),
    printable(pruner === undefined ? sampler : `${sampler} with ${pruner}`),
    `by ${printable(metric.name)} (${metric.goal === 'maximize' ? 'larger' : 'smaller'} is better)`,
    ...(numWorkers === undefined ? [] : [plural(numWorkers, 'worker')]),
    ...(budget?.maxMinutes === undefined ? [] : [`${formatCount(budget.maxMinutes)} min at most`]),
    ...(budget?.target === undefined ? [] : [`until ${budget.target}`]),
  ];
  const done = numDone > 0 ? `${plural(numDone, 'trial')} of it ${numDone === 1 ? 'is' : 'are'} done already\n` : '';
  return `${hang(`${style.bold(printable(name))}: `, 2, facts.join(', '), width, printable(name).length + 2)}\n${done}${printable(folder)}\n`;
}

/** Everything at the end: what became of the trials, the best one, the ranking, what matters, and how to go on. */
export function sweepScreen(
  view: SweepView,
  {style, width}: View,
  options: {readonly top?: number; readonly now?: Date} = {},
): string {
  const points = rankPoints(view.trials, {goal: view.metric.goal, numSeeds: view.seeds?.length ?? 1});
  const below = (text: string): string => hang('', 2, text, width, 0);
  const lines = [sweepSentence(view, options.now), bestSentence(view, points), importanceSentence(view)];
  return [
    rankingTable(view, points, {style, width}, options.top ?? usualRows),
    '\n',
    ...lines.flatMap((line) => (line === undefined ? [] : [`${below(line)}\n`])),
    ...failureLines(view).map((line) => `${style.red(below(line))}\n`),
    '\n',
    nextLines(nextCommands(view, points), {style, width}),
  ].join('');
}

/** Commands below each other, and beside them, or below where there is no room, what each does. */
function nextLines(commands: readonly (readonly [command: string, what: string])[], {style, width}: View): string {
  const longest = Math.max(0, ...commands.map(([command]) => widthOf(command)));
  const isWide = commands.every(([, what]) => longest + 2 + what.length <= width);
  return commands
    .map(([command, what]) =>
      isWide ? `${pad(command, longest)}  ${style.dim(what)}\n` : `${command}\n  ${style.dim(what)}\n`,
    )
    .join('');
}

/** `9 of 9 trials in 4 min 12 s: 7 finished, 1 pruned, 1 failed` and why there are no more. */
export function sweepSentence(view: SweepView, now = new Date()): string {
  const {trials, numPlanned, state, reason} = view;
  const counts = countTrials(trials);
  const of =
    numPlanned === undefined ? plural(counts.over, 'trial') : `${counts.over} of ${plural(numPlanned, 'trial')}`;
  const states = countsTexts(counts).map(([text]) => text);
  const why = reason === undefined ? '' : `: ${printableSentence(reason)}`;
  const end = reason === undefined ? '' : `; ended${why}`;
  const after = state === 'finished' ? end : state === 'running' ? '' : `; the sweep is ${state}${why}`;
  return `${of} in ${formatDuration(elapsedSeconds(view, now))}${states.length > 0 ? `: ${states.join(', ')}` : ''}${after}`;
}

/** `best val_accuracy 0.9891: trial 4, epoch 6, learningRate 0.001, batchSize 64`. */
export function bestSentence(view: SweepView, points: readonly RankedPoint[]): string | undefined {
  const best = bestPoint(points);
  if (!best) return undefined;
  const [first] = best.trials;
  const place =
    best.trials.length > 1
      ? `point ${best.point}, trials ${best.trials.map(({trial}) => trial).join(', ')}`
      : `trial ${first?.trial}${first?.epoch === undefined ? '' : `, epoch ${first.epoch}`}`;
  const ties = points.filter((point) => point !== best && point.isWithinNoise).length;
  const chance =
    ties > 0
      ? `; ${plural(ties, 'other')} marked ≈ may be as good: the difference may be chance (Welch's t-test over seeds, p ≥ 0.05)`
      : '';
  const values = valuesText(best.values, view.parameters);
  const numEqual = points.filter(
    (point) => point !== best && point.sample?.mean === best.sample?.mean && point.rank,
  ).length;
  const equal = numEqual > 0 ? `; ${plural(numEqual, 'more point')} with the same value` : '';
  return `best ${printable(view.metric.name)} ${pointValue(best)}: ${place}${values === '' ? '' : `, ${values}`}${equal}${chance}`;
}

const mostTold = 4;
/** Of fewer trials every parameter seems to matter. */
const leastTrials = 8;

/** Which parameters matter, by themselves; undefined where too few trials finished to say. */
export function importanceSentence({trials, metric, parameters}: SweepView): string | undefined {
  const {settings, numRuns} = sweepImportance(trials, metric);
  const titles = parameterTitles(parameters);
  const told = settings
    .filter(({share}) => share !== undefined)
    .slice(0, mostTold)
    .map(({path, share = 0, p = 1}) => {
      const title = titles[parameters.indexOf(path)] ?? printable(path);
      return `${title} ${Math.round(100 * share)} % (p ${p < 0.001 ? '< 0.001' : `= ${p.toPrecision(2)}`})`;
    });
  if (told.length === 0 || numRuns < leastTrials) return undefined;
  return `what matters: ${told.join(', ')}: share of the variance in the ranks of ${printable(metric.name)} that each explains by itself, over ${plural(numRuns, 'trial')}`;
}

/** Why trials failed, alike ones together. */
export function failureLines({trials}: SweepView): readonly string[] {
  const byMessage = new Map<string, {readonly state: string; readonly numbers: number[]}>();
  for (const {trial, state, message = ''} of trials) {
    if (state !== 'failed' && state !== 'diverged' && state !== 'crashed') continue;
    const key = `${state}${message === '' ? '' : `: ${printableSentence(message)}`}`;
    const known = byMessage.get(key);
    if (known) known.numbers.push(trial);
    else byMessage.set(key, {state, numbers: [trial]});
  }
  const all = [...byMessage].map(([text, {numbers}]) => {
    const shown = numbers.slice(0, 8).join(', ');
    return `${numbers.length === 1 ? 'trial' : 'trials'} ${shown}${numbers.length > 8 ? ', …' : ''} ${text}`;
  });
  return all.length > 5 ? [...all.slice(0, 5), `and ${all.length - 5} other kinds of failures`] : all;
}

/** The points, the best first. */
export function rankingTable(
  view: SweepView,
  points: readonly RankedPoint[],
  {style, width}: View,
  top: number,
): string {
  const {parameters, metric, seeds} = view;
  const numSeeds = seeds?.length ?? 1;
  const shown = points.slice(0, top);
  const titles = parameterTitles(parameters);
  const hasNoise = shown.some(({isWithinNoise}) => isWithinNoise);
  const columns: Column[] = [
    {title: 'rank', align: 'right', droppable: 5},
    {title: numSeeds > 1 ? 'point' : 'trial', align: 'right'},
    {title: `${truncate(printable(metric.name), 28)}${hasNoise ? ' ' : ''}`, align: 'right'},
    ...(numSeeds > 1 ? [{title: 'n', align: 'right', droppable: 3.5} as const] : []),
    ...titles.map((title, index) => ({title: truncate(title, 24), droppable: index < 2 ? 3 + index : 4 + index})),
    {title: 'epochs', align: 'right', droppable: 99},
    {title: 'duration', align: 'right', droppable: 100},
    {title: 'state', droppable: 2},
  ];
  const rows = shown.map((point) => {
    const value = pointValue(point);
    return [
      point.rank === undefined ? '' : String(point.rank),
      String(numSeeds > 1 ? point.point : (point.trials[0]?.trial ?? '')),
      hasNoise ? `${value}${point.isWithinNoise ? '≈' : ' '}` : value,
      ...(numSeeds > 1 ? [String(point.sample?.values.length ?? 0)] : []),
      ...parameters.map((name) => parameterText(point.values[name])),
      epochsText(point),
      durationText(point),
      pointOutcome(point, numSeeds),
    ];
  });
  const drawn = shown.length === 0 ? 'no trial was begun\n' : renderTable(columns, rows, {style, width});
  const [header = ''] = drawn.split('\n', 1);
  const missing = shown.length === 0 ? [] : titles.filter((title) => !header.includes(truncate(title, 24)));
  const notes = [
    ...(missing.length > 0 ? [`left out for want of width: ${missing.join(', ')}`] : []),
    ...(points.length > shown.length
      ? [
          `${plural(points.length - shown.length, 'more point')}: exp sweep status ${shellQuoted(view.folder)} --top ${points.length}`,
        ]
      : []),
    ...(numSeeds > 1 && shown.length > 0 ? ['mean ± sample standard deviation over the seeds that finished'] : []),
  ];
  return `${drawn}${notes.map((note) => `${style.dim(hang('', 2, note, width, 0))}\n`).join('')}`;
}

/** Over the seeds of the point. */
function epochsText({trials}: RankedPoint): string {
  const counts = [...new Set(trials.flatMap(({epochs}) => (epochs === undefined ? [] : [epochs])))].sort(
    (a, b) => a - b,
  );
  if (counts.length === 0) return '';
  return counts.length === 1 ? String(counts[0]) : `${counts[0]}–${counts.at(-1)}`;
}

function durationText({trials}: RankedPoint): string {
  const seconds = trials.flatMap((trial) => (trial.seconds === undefined ? [] : [trial.seconds]));
  return seconds.length === 0 ? '' : formatDuration(seconds.reduce((sum, one) => sum + one, 0));
}

/** What people may do next, and what it does. */
export function nextCommands(view: SweepView, points: readonly RankedPoint[]): readonly (readonly [string, string])[] {
  const folder = shellQuoted(view.folder);
  const {numPlanned, state, trials} = view;
  const isOn = state === 'running' || state === 'stopping';
  const missing = numPlanned === undefined ? 0 : numPlanned - countTrials(trials).over;
  return [
    ...(bestPoint(points)
      ? [[`exp sweep best ${folder} --emit best.yaml`, 'writes the best as a spec of its own'] as const]
      : []),
    ...(trials.length > 0 ? [[`exp report ${folder}`, 'draws curves, parallel coordinates, importance'] as const] : []),
    ...(!isOn && (missing > 0 || state !== 'finished')
      ? [[`exp sweep --resume ${folder}`, 'runs what is missing'] as const]
      : []),
  ];
}

/** As a shell reads one word; control characters stay visible escapes. */
export const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
