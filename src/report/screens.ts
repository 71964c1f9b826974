import {summaryTable} from '../model/summary-table.js';
import type {BestMoment} from '../runs/records.js';
import {formatShape} from '../support/tensor.js';
import type {MetricValues, TrainingEvent} from '../training/events.js';
import {hang} from './definitions.js';
import {formatBytes, formatCount, formatDuration, formatMetric, formatRate, plural} from './format.js';
import {groupText} from './group.js';
import {initPairs} from './init-pairs.js';
import type {RunEnding, RunPlan} from './reporter.js';
import type {Sink} from './sink.js';
import {renderPairs, renderTable} from './table.js';
import {type Field, fitFields} from './text.js';

type EpochEnded = Extract<TrainingEvent, {type: 'epochEnded'}>;
const longestTable = 100;

type View = Pick<Sink, 'style' | 'width'>;

/** The screen before training: what, on what data, the model's layers, where it runs. */
export function planScreen(plan: RunPlan, view: View): string {
  const {data} = plan;
  const sets = [
    `${formatCount(data.numTrain)} training`,
    data.numValidation > 0 ? `${formatCount(data.numValidation)} validation` : '',
    data.numTest > 0 ? `${formatCount(data.numTest)} test` : '',
  ].filter(Boolean);
  return [
    `${view.style.bold(plan.name)}\n`,
    plan.description ? `${wrap(plan.description, view)}\n\n` : '\n',
    `${summaryTable(plan.layers, Math.min(view.width, longestTable))}\n\n`,
    renderPairs(
      [
        ['data', `${plan.source}: ${sets.join(', ')} examples of ${describeInputs(plan)}, ${describeTargets(data)}`],
        [
          'training',
          `${plan.epochs} × ${formatCount(plan.stepsPerEpoch)} steps of ${plan.batchSize}, ${plan.loss}, ${plan.optimizer}, seed ${plan.seed}`,
        ],
        ['batches', batchesText(plan)],
        ...initPairs(plan.init),
        ['group', plan.group ? groupText(plan.group) : ''],
        ['engine', `${plan.engine} on ${plan.device}`],
        ['compiled', compileText(plan)],
        [
          'memory',
          `about ${formatBytes(plan.memoryBytes)} for weights, gradients, optimizer and a batch's activations`,
        ],
        ['run', plan.path],
        ['resumed', resumedText(plan)],
      ],
      view,
    ),
    '\n',
  ].join('');
}

/** Nothing for a run that begins. */
function resumedText({resumed}: RunPlan): string {
  if (!resumed) return '';
  const {checkpoint, epoch, step, isWithinEpoch} = resumed;
  if (checkpoint === undefined) return 'from the beginning: nothing had been saved yet';
  return `from ${checkpoint}, ${isWithinEpoch ? 'in' : 'after'} epoch ${epoch}, after step ${formatCount(step)}; later rows of the CSV files are cut off`;
}

/** `in 69 ms: 11 recording, 2 passes, 9 lowering, 46 loading`; nothing for engines that compile nothing. */
function compileText({compileMillis}: RunPlan): string {
  if (!compileMillis) return '';
  const phases = Object.entries(compileMillis);
  const total = phases.reduce((sum, [, millis]) => sum + millis, 0);
  return `in ${Math.round(total)} ms: ${phases.map(([phase, millis]) => `${Math.round(millis)} ${phase}`).join(', ')}`;
}

/** Nothing where examples are in memory and the training thread makes the batches itself. */
function batchesText({storage, batchWorkers = 0}: RunPlan): string {
  const from = storage === 'disk' ? 'read from disk' : '';
  const by = batchWorkers > 0 ? `prepared by ${plural(batchWorkers, 'thread')}` : '';
  return [from, by].filter(Boolean).join(', ');
}

/** `[28, 28, 1]`, or `numbers [5], city [1]` for several inputs. */
function describeInputs({inputShapes}: RunPlan): string {
  const inputs = Object.entries(inputShapes);
  return inputs
    .map(([name, shape]) => (inputs.length > 1 ? `${name} ${formatShape(shape)}` : formatShape(shape)))
    .join(', ');
}

/** `10 classes`, `targets [2]`, or `price: targets [1], sold: 2 classes` for several targets. */
function describeTargets({targets}: RunPlan['data']): string {
  const all = Object.entries(targets);
  return all
    .map(([name, {shape, numClasses}]) => {
      const each = shape.length > 0 ? ` for each of ${formatShape(shape)}` : '';
      const what = numClasses === undefined ? `targets ${formatShape(shape)}` : `${numClasses} classes${each}`;
      return all.length > 1 ? `${name}: ${what}` : what;
    })
    .join(', ');
}

/** `fold 2 of 5  epoch 3/6  loss 0.0412  accuracy 0.9873  val_loss 0.0391  12.3 s  4,880 examples/s`. */
export function epochLine(event: EpochEnded, numEpochs: number, view: View, label = ''): string {
  const width = String(numEpochs).length;
  const fields: Field[] = [
    {text: label, priority: 1},
    {text: `epoch ${String(event.epoch).padStart(width)}/${numEpochs}`, priority: 1},
  ];
  const names = Object.keys(event.metrics);
  names.forEach((name, index) => {
    fields.push({text: `${name} ${formatMetric(event.metrics[name]!)}`, priority: 2 + index});
  });
  if (event.isBest) fields.push({text: view.style.green('best'), priority: 90});
  fields.push({text: formatDuration((event.trainMillis + event.evaluateMillis) / 1000), priority: 91});
  fields.push({text: formatRate((1000 * event.numExamples) / event.trainMillis), priority: 92});
  return fitFields(fields, view.width);
}

/** `step 1,500  val_loss 0.0391  val_accuracy 0.9873  best  1.2 s`: validation in the middle of an epoch. */
export function validatedLine(event: Extract<TrainingEvent, {type: 'validated'}>, view: View, label = ''): string {
  const fields: Field[] = [
    {text: label, priority: 1},
    {text: `  step ${formatCount(event.step)}`, priority: 1},
    ...Object.entries(event.metrics).map(([name, value], index) => ({
      text: `${name} ${formatMetric(value)}`,
      priority: 2 + index,
    })),
  ];
  if (event.isBest) fields.push({text: view.style.green('best'), priority: 90});
  fields.push({text: formatDuration(event.millis / 1000), priority: 91});
  return fitFields(fields, view.width);
}

/** The screen after a run: the metrics of each set side by side, what it took, and where the folder is. */
export function endScreen(ending: RunEnding, view: View): string {
  const place = ending.path === undefined ? '' : `${ending.path}\n`;
  if (ending.state === 'interrupted') {
    const saved = ending.path === undefined ? '' : '; exp resume goes on from there';
    const where = `in epoch ${ending.epoch} after step ${formatCount(ending.step)}${saved}`;
    return `${hang(`${view.style.yellow('interrupted')} `, 2, where, view.width, 12)}\n${place}`;
  }
  if (ending.state === 'diverged') {
    const good = describeMetrics(ending.lastGood);
    return `${good ? `${wrap(`last good values: ${good}`, view)}\n` : ''}${place}`;
  }
  const {summary} = ending;
  const details = [
    `finished in ${formatDuration(summary.durationSeconds.total)}`,
    `${plural(summary.epochs, 'epoch')}${summary.stoppedEarly ? ' (stopped early)' : ''}`,
    plural(summary.steps, 'step'),
    formatRate(summary.examplesPerSecond),
    `peak memory ${formatBytes(summary.peakMemoryBytes)}`,
  ];
  const best = summary.metrics.best;
  return [
    metricsTable({...summary.metrics.final, ...summary.metrics.test}, view),
    best ? `${wrap(`best ${momentOf(best)}: ${describeMetrics(best.metrics)}`, view)}\n` : '',
    `${fitFields(
      details.map((text, index) => ({text, priority: index})),
      view.width,
    )}\n`,
    ending.path === undefined ? 'a smoke run: nothing is kept\n' : place,
  ].join('');
}

/** `epoch 3`, or `epoch 3, step 1,500` in the middle of it. */
export const momentOf = ({epoch, step}: BestMoment): string =>
  `epoch ${epoch}${step === undefined ? '' : `, step ${formatCount(step)}`}`;

const wrap = (text: string, {width}: View): string => hang('', 2, text, width, 0);

/** `loss 0.0412, accuracy 0.9873`. */
export const describeMetrics = (metrics: MetricValues): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatMetric(value)}`)
    .join(', ');

const sets = [
  {title: 'training', prefix: ''},
  {title: 'validation', prefix: 'val_'},
  {title: 'test', prefix: 'test_'},
] as const;

/** One row per metric, one column per set that has it. @param metrics by column name, `val_` and `test_` prefixed */
export function metricsTable(metrics: MetricValues, view: View): string {
  const names = [...new Set(Object.keys(metrics).map((column) => column.replace(/^(val|test)_/, '')))];
  const present = sets.filter(({prefix}) => names.some((name) => metrics[prefix + name] !== undefined));
  return renderTable(
    [{title: ''}, ...present.map(({title}) => ({title, align: 'right' as const}))],
    names.map((name) => [
      name,
      ...present.map(({prefix}) => {
        const value = metrics[prefix + name];
        return value === undefined ? '' : formatMetric(value);
      }),
    ]),
    view,
  );
}
