import type {Curve, Curves} from '../comparison/curves.js';
import {differingSettings, type Group} from '../comparison/groups.js';
import {labelOf, printable, titlesOf} from './comparison-cells.js';

const mostSettings = 3;

/**
 * Short names for groups of runs: the few settings that tell most of them apart (`learningRate 0.01, units 64`), and where those do not
 * suffice, the run folder.
 */
export function groupLabels(groups: readonly Group[], groupedBy: readonly string[]): readonly string[] {
  if (groups.length < 2) return groups.map((group) => printable(labelOf(group)));
  const heads = groups.map(({runs}) => runs[0]!);
  const isGrouped = groups.some(({runs}) => runs.length > 1);
  const differing = differingSettings(heads).filter((path) => !isGrouped || !groupedBy.includes(path));
  const chosen = tellingOf(groups, differing);
  const titles = titlesOf(
    differing.map((path) => ({term: {text: path, name: path}, goal: undefined, kind: 'setting' as const})),
  );
  const labels = heads.map(({settings}) =>
    chosen
      .map((path) => `${titles[differing.indexOf(path)]} ${settings.get(path) ?? 'none'}`)
      .map(printable)
      .join(', '),
  );
  return labels.map((label, index) => {
    const isOwn =
      label !== '' && heads[index]!.settings.size > 0 && labels.indexOf(label) === labels.lastIndexOf(label);
    const counted = groups[index]!.runs.length > 1 ? ` × ${groups[index]!.runs.length}` : '';
    return isOwn ? `${label}${counted}` : printable(labelOf(groups[index]!));
  });
}

/** The fewest settings, chosen one after the other, that split the groups into the most parts; training's before the model's and the data's. */
function tellingOf(groups: readonly Group[], differing: readonly string[]): readonly string[] {
  const sections = ['training', 'model', 'data'];
  const rank = (path: string): number => sections.indexOf(path.split('.')[0]!) >>> 0;
  const candidates = [...differing].sort((a, b) => rank(a) - rank(b));
  const numParts = (paths: readonly string[]): number =>
    new Set(groups.map(({runs}) => JSON.stringify(paths.map((path) => runs[0]!.settings.get(path) ?? null)))).size;
  const chosen: string[] = [];
  let parts = 1;
  while (chosen.length < mostSettings && parts < groups.length) {
    let best: string | undefined;
    for (const path of candidates) {
      const split = numParts([...chosen, path]);
      if (split > parts) [best, parts] = [path, split];
    }
    if (best === undefined) break;
    chosen.push(best);
  }
  return differing.filter((path) => chosen.includes(path));
}

/** What a legend calls the curves of a picture: their group, their column, or both, whichever differs. */
export function curveNames(curves: readonly Curve[], labels: readonly string[]): readonly string[] {
  const [hasGroups, hasColumns] = [
    new Set(curves.map(({group}) => group)).size > 1,
    new Set(curves.map(({column}) => column)).size > 1,
  ];
  return curves.map(({group, column}) =>
    [...(hasColumns || !hasGroups ? [printable(column)] : []), ...(hasGroups ? [labels[group]!] : [])].join(', '),
  );
}

/** What stands below curves: how they were made, and which runs have not finished. */
export function curveNotes(
  {groups, groupedBy, smooth, curves}: Curves,
  {log, logX = false}: {readonly log: boolean; readonly logX?: boolean},
): readonly string[] {
  const isMean = groups.some(({runs}) => runs.length > 1);
  const unfinished = groups.flatMap(({runs}) => runs.filter(({state}) => state !== 'finished'));
  const numLeftOut = curves
    .flatMap(({points}) => points)
    .filter(({x, value}) => (log && value <= 0) || (logX && x <= 0)).length;
  return [
    ...(isMean
      ? [
          `× n: the mean of n runs that differ only in ${groupedBy.join(' or ')}, at each epoch of those that got that far`,
        ]
      : []),
    ...(smooth > 0
      ? [`smoothed: exponential moving average with weight ${smooth}, bias corrected, as TensorBoard's`]
      : []),
    ...(numLeftOut > 0 ? [`${numLeftOut} values that are not positive have no logarithm and are left out`] : []),
    ...(unfinished.length > 0
      ? [
          `drawn as far as they are: ${unfinished
            .slice(0, 5)
            .map(({id, state}) => `${printable(id)} (${state})`)
            .join(', ')}${unfinished.length > 5 ? `, and ${unfinished.length - 5} more` : ''}`,
        ]
      : []),
  ];
}
