import type {DatasetInfo} from '../data/dataset.js';
import type {Path} from '../spec/path.js';
import {nearest} from '../spec/suggest.js';
import {type MetricColumn, metricColumns} from '../training/columns.js';
import {metrics} from '../training/metrics/registry.js';
import type {Findings} from './findings.js';
import type {ExperimentSpec} from './schema.js';

/**
 * Early stopping, reduceOnPlateau and the best checkpoint may watch validation columns only, and only columns that will exist.
 * @param targets of the data, if it could be read; columns of single classes cannot be told without
 */
export function checkMonitors(
  spec: ExperimentSpec,
  targets: DatasetInfo['targets'] | undefined,
  findings: Findings,
): void {
  const columns = metricColumns(spec.training, {validation: true, test: false}, targets);
  const {earlyStopping, schedule} = spec.training;
  if (earlyStopping) {
    checkMonitor(spec, columns, ['training', 'earlyStopping'], earlyStopping, findings);
    const {patience} = earlyStopping;
    if (patience >= spec.training.epochs) {
      findings.warning(
        `training.earlyStopping can never stop: its patience of ${patience} epochs is not less than training.epochs, ${spec.training.epochs}`,
      );
    }
  }
  if (schedule?.type === 'reduceOnPlateau') checkMonitor(spec, columns, ['training', 'schedule'], schedule, findings);
  checkCheckpoint(spec, findings);
  const {monitor, mode} = spec.checkpoint;
  if (monitor !== undefined) checkMonitor(spec, columns, ['checkpoint'], {monitor, ...(mode ? {mode} : {})}, findings);
  else if (mode !== undefined) {
    findings.mistake(
      ['checkpoint', 'mode'],
      'checkpoint.mode says which values of `monitor` are better, but nothing is monitored',
      'add `monitor: val_loss`, or drop `mode`',
    );
  }
}

/** Keys of `checkpoint` that mean nothing without another one. */
function checkCheckpoint({checkpoint, training}: ExperimentSpec, findings: Findings): void {
  const {monitor, keep, last, everyEpochs} = checkpoint;
  if (keep !== undefined && monitor === undefined) {
    const message = 'checkpoint.keep says how many of the best states are kept, but nothing is monitored';
    findings.mistake(['checkpoint', 'keep'], message, 'add `monitor: val_loss`, or drop `keep`');
  }
  for (const key of ['everyEpochs', 'everySteps', 'everyMinutes'] as const) {
    if (checkpoint[key] === undefined || last) continue;
    const message = `checkpoint.${key} says when the last state is saved, but \`last\` is false`;
    findings.mistake(['checkpoint', key], message, `drop \`last: false\`, or \`${key}\``);
  }
  if (everyEpochs !== undefined && everyEpochs > training.epochs) {
    findings.warning(
      `checkpoint.everyEpochs is ${everyEpochs}, but training.epochs ${training.epochs}: the state is saved at the end only`,
    );
  }
}

/** Metrics with columns. */
const monitored = Object.keys(metrics).filter((name) => name !== 'confusionMatrix');

function checkMonitor(
  spec: ExperimentSpec,
  all: readonly MetricColumn[],
  at: Path,
  {monitor, mode}: {readonly monitor: string; readonly mode?: 'min' | 'max'},
  findings: Findings,
): void {
  const column = checkSelecting(spec, all, [...at, 'monitor'], monitor, findings);
  if (!column) return;
  const better = column.goal === 'maximize' ? 'max' : 'min';
  if (mode !== undefined && mode !== better) {
    const larger = better === 'max' ? 'larger' : 'smaller';
    const message = `${at.join('.')}.mode is ${mode}, but ${larger} values of \`${monitor}\` are better`;
    findings.mistake([...at, 'mode'], message, `write \`mode: ${better}\`, or drop it: it follows from the column`);
  }
}

/**
 * Refuses a column that nothing may be selected by: of the test set, of the training set, or one that will not be there.
 * @param all columns of the experiment, with validation
 * @param path of the key that names it
 * @returns the column, if there is one of that name
 */
export function checkSelecting(
  spec: ExperimentSpec,
  all: readonly MetricColumn[],
  path: Path,
  name: string,
  findings: Findings,
): MetricColumn | undefined {
  const where = path.join('.');
  const columns = all.filter(({split}) => split === 'validation');
  const names = columns.map((column) => column.name);
  const needsValidation = spec.data.validation === undefined;
  const holdOut = 'hold examples out of the training set with `data.validation: {fraction: 0.1}`';

  if (name.startsWith('test_')) {
    const meant = names.find((one) => one === name.replace('test_', 'val_')) ?? names[0];
    const message = `${where} is \`${name}\`, but nothing is ever selected on the test set: its score would no longer say how the model does on new data`;
    findings.mistake(path, message, `monitor \`${meant}\`${needsValidation ? `, and ${holdOut}` : ''}`);
    return undefined;
  }
  const column = columns.find((one) => one.name === name);
  if (!column) {
    const isTraining = names.includes(`val_${name}`);
    const near = isTraining ? `val_${name}` : nearest(name, names);
    const message = isTraining
      ? `${where} is \`${name}\`, a column of the training set, which keeps improving while the model overfits`
      : `${where}: there is no column \`${name}\``;
    const metric = nearest(name.replace(/^val_/, ''), monitored) as keyof typeof metrics | undefined;
    // Arguments may change a column's name.
    const isNamedAlike = metric !== undefined && Object.keys(metrics[metric].args.properties).length === 0;
    const hint =
      near !== undefined
        ? `did you mean \`${near}\`?`
        : metric !== undefined
          ? `add \`${metric}\` to training.metrics${isNamedAlike ? ` to get \`val_${metric}\`` : ''}`
          : `columns that can be monitored: ${names.join(', ')}`;
    findings.mistake(path, message, hint);
    return undefined;
  }
  if (needsValidation) {
    findings.mistake(path, `${where} is \`${name}\`, but there is no validation set to compute it on`, holdOut);
  }
  return column;
}
