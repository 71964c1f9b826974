import type {RunGroup} from '../runs/records.js';
import {formatDeviation, formatMetric, plural} from './format.js';
import {type GroupEnding, type GroupRun, memberLabel, type Spread} from './group.js';
import type {RunEnding} from './reporter.js';
import {keyMetrics} from './run-list.js';
import type {Sink} from './sink.js';
import {type Column, renderTable} from './table.js';

type View = Pick<Sink, 'style' | 'width'>;
type Part = keyof GroupEnding['spread'];

/** `6 runs: fold 1 of 3, seed 1; fold 2 of 3, seed 1; …`, all of them up to a dozen. */
export function groupLine(members: readonly Omit<RunGroup, 'id'>[]): string {
  const most = 12;
  const named = members.slice(0, most).map(memberLabel);
  return `${plural(members.length, 'run')}: ${named.join('; ')}${members.length > most ? '; …' : ''}\n`;
}

/** What stands above the epochs of a run of a group: `run 2 of 5: fold 2 of 5`. */
export const memberHeading = (group: RunGroup, {style}: View): string =>
  `${style.bold(`run ${group.run} of ${group.numRuns}: ${memberLabel(group)}`)}\n`;

/** How a run of a group ended, in a line or two. */
export function memberEnding(ending: RunEnding, view: View): string {
  const place = ending.path === undefined ? '' : `${ending.path}\n`;
  if (ending.state !== 'finished') return `${view.style.yellow(ending.state)} in epoch ${ending.epoch}\n${place}`;
  const {final, test} = ending.summary.metrics;
  return `finished: ${keyMetrics({...final, ...test})}\n${place}`;
}

/** All runs of a group side by side, their mean and standard deviation below. */
export function groupScreen(ending: GroupEnding, view: View): string {
  const {runs, spread, id} = ending;
  const columns = metricColumns(ending);
  const isWhole = runs.every(({state}) => state === 'finished');
  const numFinished = runs.filter(({state}) => state === 'finished').length;
  const table = renderTable(
    [
      {title: 'run'},
      ...(isWhole ? [] : [{title: 'state'}]),
      ...columns.map(({title, droppable}): Column => ({title, align: 'right', droppable})),
      ...(runs.some(({path}) => path !== undefined) ? [{title: 'folder', droppable: folderRank}] : []),
    ],
    [
      ...runs.map((run) => [
        memberLabel(run),
        ...(isWhole ? [] : [wordsOf[run.state]]),
        ...columns.map(({part, name}) => formatCell(cellOf(run, part, name))),
        run.path ?? '',
      ]),
      ...(numFinished > 0
        ? [
            [
              numFinished > 1 ? 'mean ± std' : 'mean',
              ...(isWhole ? [] : ['']),
              ...columns.map(({part, name}) => formatSpread(spread[part][name])),
            ],
          ]
        : []),
    ],
    view,
  );
  const over = isWhole ? plural(numFinished, 'run') : `the ${plural(numFinished, 'finished run')}`;
  return [
    table,
    numFinished > 1 ? `std is the sample standard deviation (n − 1) over ${over}\n` : '',
    `group ${id}${isWhole ? '' : `: ${numFinished} of ${plural(runs.length, 'run')} finished`}\n`,
  ].join('');
}

const wordsOf: Readonly<Record<GroupRun['state'], string>> = {
  finished: 'finished',
  diverged: 'diverged',
  failed: 'failed',
  interrupted: 'interrupted',
  notStarted: 'not started',
};

/** The folder gives way to the two most telling metrics and no others. */
const folderRank = 2;

/** The metrics of the last epoch, those of the best one on the validation set, the test set's; the most telling leave last. */
function metricColumns({spread}: GroupEnding): {part: Part; name: string; title: string; droppable: number}[] {
  const names = (part: Part): string[] => Object.keys(spread[part]);
  const isValidation = (name: string): boolean => name.startsWith('val_');
  const columns = [
    ...names('final').map((name) => ({part: 'final' as const, name, title: name, rank: isValidation(name) ? 2 : 3})),
    ...names('best')
      .filter(isValidation)
      .map((name) => ({part: 'best' as const, name, title: `best ${name}`, rank: 1})),
    ...names('test').map((name) => ({part: 'test' as const, name, title: name, rank: 0})),
  ];
  const isLoss = (name: string): number => (/^(val_|test_)?loss$/.test(name) ? 1 : 0);
  const byWorth = [...columns].sort((a, b) => a.rank - b.rank || isLoss(a.name) - isLoss(b.name));
  return columns.map((column) => {
    const place = byWorth.indexOf(column);
    return {...column, droppable: place < folderRank ? place : place + 1};
  });
}

const cellOf = ({metrics}: GroupRun, part: Part, name: string): number | undefined =>
  part === 'best' ? metrics?.best?.metrics[name] : metrics?.[part]?.[name];

const formatCell = (value: number | undefined): string => (value === undefined ? '' : formatMetric(value));

function formatSpread(spread: Spread | undefined): string {
  if (!spread) return '';
  const mean = formatMetric(spread.mean);
  const {std} = spread;
  if (std === undefined) return mean;
  return `${mean} ± ${formatDeviation(std, mean)}`;
}
