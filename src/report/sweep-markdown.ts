import {rankPoints} from '../comparison/rank-points.js';
import {plural} from './format.js';
import {escapeMarkdown, markdownLine} from './markdown.js';
import {printable, printableSentence} from './printable.js';
import {parameterText, parameterTitles, pointOutcome, pointValue} from './sweep-cells.js';
import {bestSentence, failureLines, importanceSentence, sweepSentence} from './sweep-screen.js';
import type {SweepView} from './sweep-view.js';

const usualRows = 20;

const sentence = (text: string): string => escapeMarkdown(printableSentence(text));

/** A sweep for a pull request or the summary of a CI job: what came of it, the best, the ranking, what matters, and why trials failed. */
export function sweepMarkdown(view: SweepView, options: {readonly top?: number; readonly now?: Date} = {}): string {
  const {metric, parameters, seeds, trials, sampler, pruner} = view;
  const numSeeds = seeds?.length ?? 1;
  const points = rankPoints(trials, {goal: metric.goal, numSeeds});
  const shown = points.slice(0, options.top ?? usualRows);
  const hasNoise = shown.some(({isWithinNoise}) => isWithinNoise);
  const titles = parameterTitles(parameters).map(escapeMarkdown);
  const header = markdownLine([
    'rank',
    numSeeds > 1 ? 'point' : 'trial',
    escapeMarkdown(printable(metric.name)),
    ...(numSeeds > 1 ? ['n'] : []),
    ...titles,
    'state',
  ]);
  const alignment = markdownLine([
    '--:',
    '--:',
    '--:',
    ...(numSeeds > 1 ? ['--:'] : []),
    ...titles.map(() => '---'),
    '---',
  ]);
  const rows = shown.map((point, index) => {
    const value = escapeMarkdown(pointValue(point));
    return markdownLine([
      point.rank === undefined ? '' : String(point.rank),
      String(numSeeds > 1 ? point.point : (point.trials[0]?.trial ?? '')),
      index === 0 && point.rank === 1 ? `**${value}**` : `${value}${point.isWithinNoise ? ' ≈' : ''}`,
      ...(numSeeds > 1 ? [String(point.sample?.values.length ?? 0)] : []),
      ...parameters.map((name) => escapeMarkdown(parameterText(point.values[name]))),
      pointOutcome(point, numSeeds),
    ]);
  });
  const best = bestSentence(view, points);
  const importance = importanceSentence(view);
  const more = points.length - shown.length;
  return [
    `### Sweep ${escapeMarkdown(printable(view.name))}\n\n`,
    `${sentence(sweepSentence(view, options.now))}\n\n`,
    ...(best === undefined ? [] : [`**${sentence(best)}**\n\n`]),
    ...(shown.length > 0 ? [header, alignment, ...rows, '\n'] : []),
    ...(more > 0 ? [`${plural(more, 'more point')} left out\n\n`] : []),
    ...(numSeeds > 1 ? ['mean ± sample standard deviation over the seeds that finished\n\n'] : []),
    ...(hasNoise ? ["≈ the difference from the best may be chance: Welch's t-test over seeds, p ≥ 0.05\n\n"] : []),
    ...(importance === undefined ? [] : [`${sentence(importance)}\n\n`]),
    ...failureLines(view).map((line) => `- ${sentence(line)}\n`),
    `\nSampler ${escapeMarkdown(printable(sampler))}${pruner === undefined ? '' : `, pruner ${escapeMarkdown(printable(pruner))}`}; \`exp report\` of the folder ${escapeMarkdown(printable(view.folder))} draws it.\n`,
  ].join('');
}
