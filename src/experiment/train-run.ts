import {LineReporter} from '../report/line-reporter.js';
import {combineReporters, type RunPlan, silentReporter} from '../report/reporter.js';
import {plainSink} from '../report/sink.js';
import type {Checkpoint} from '../runs/checkpoint.js';
import type {RunDirectory} from '../runs/run-directory.js';
import {RunWriter} from '../runs/run-writer.js';
import {writeYaml} from '../spec/write-yaml.js';
import {metricColumns} from '../training/columns.js';
import type {TrainingEvent} from '../training/events.js';
import {train} from '../training/loop.js';
import type {TrainingOutcome} from '../training/options.js';
import {concludeRun} from './conclude.js';
import type {LoadedExperiment} from './load.js';
import type {PreparedExperiment} from './prepare.js';
import type {RunOptions, RunOutcome} from './run-options.js';

const numSmokeBatches = 2;

/** A run folder with its inputs in it, and all that training takes. */
export interface RunToTrain {
  readonly directory: RunDirectory;
  readonly loaded: LoadedExperiment;
  readonly prepared: PreparedExperiment;
  readonly plan: RunPlan;
  /** Told so far; output.log gets them too. */
  readonly warnings: readonly string[];
  readonly options: Pick<RunOptions, 'reporter' | 'signal' | 'isSmoke'>;
  /** When this process began with it. */
  readonly since: Date;
  /** Where an interrupted run goes on. */
  readonly from?: Checkpoint | undefined;
}

/**
 * Trains with the run folder listening, then the log and the reporter, and concludes the folder.
 * @throws ExpError when the engine or the disk fail; then the folder is to be marked failed
 */
export async function trainRun(run: RunToTrain): Promise<RunOutcome> {
  const {directory, loaded, prepared, plan, warnings, since, from} = run;
  const {reporter = silentReporter, isSmoke = false} = run.options;
  const log = new LineReporter(plainSink((text) => directory.appendLog(text)));
  for (const message of prepared.engineMessages) directory.appendLog(`${message}\n`);
  for (const message of warnings) log.warn(message);
  const everyone = combineReporters([log, reporter]);
  everyone.planned({...plan, ...(isSmoke ? {} : {path: directory.path})});
  const writer = openWriter(run);
  let outcome: TrainingOutcome;
  try {
    outcome = await trainInto(writer, run, everyone.listen);
    await writer.flush();
  } finally {
    await writer.close();
  }
  const {totals} = writer;
  const millisBefore = from?.state.resume?.position.clock.elapsed ?? 0;
  const ending = await concludeRun({
    directory,
    spec: loaded.spec,
    prepared,
    outcome,
    totals,
    isSmoke,
    since,
    millisBefore,
  });
  everyone.ended(ending);
  return ending;
}

/** The spec as it is trained. */
export function writeSpec(directory: RunDirectory, {resolved, origins}: LoadedExperiment): void {
  directory.writeText('resolved', writeYaml(resolved));
  directory.writeJson('origins', origins);
}

function openWriter({directory, loaded: {spec}, prepared: {dataset}, from}: RunToTrain): RunWriter {
  const {training, checkpoint} = spec;
  const test = spec.data.test === 'everyEpoch' && Boolean(dataset.test);
  const columns = metricColumns(training, {validation: Boolean(dataset.validation), test}, dataset.info.targets);
  const namesOf = (split: 'train' | 'validation'): readonly string[] =>
    columns.filter((column) => column.split === split).map(({name}) => name);
  return new RunWriter(directory, {
    metricColumns: columns.map(({name}) => name),
    runningColumns: namesOf('train'),
    validationColumns: training.validateEverySteps === undefined ? undefined : namesOf('validation'),
    logEverySteps: training.logEverySteps,
    keepsLast: checkpoint.last,
    from: from?.state.resume,
  });
}

function trainInto(
  writer: RunWriter,
  {loaded: {spec}, prepared, from, options: {signal, isSmoke}}: RunToTrain,
  listen: (event: TrainingEvent) => void,
): Promise<TrainingOutcome> {
  const {dataset, model, session, rng} = prepared;
  const position = from?.state.resume?.position;
  return train({
    session,
    dataset,
    spec: spec.training,
    checkpoint: spec.checkpoint,
    outputShapes: model.outputShapes,
    numParameters: model.numParameters,
    rng,
    evaluateTestEveryEpoch: spec.data.test === 'everyEpoch',
    ...(signal ? {signal} : {}),
    ...(isSmoke ? {maxSteps: numSmokeBatches} : {}),
    ...(from && position ? {from: {position, state: from.training}} : {}),
    listener(event) {
      const written = writer.listen(event);
      listen(event);
      return written;
    },
  });
}

/** As well as it goes: the disk may be what failed. */
export function markFailed(directory: RunDirectory, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  try {
    directory.close('failed', {message});
    directory.appendLog(`error: ${message}\n`);
  } catch {
    // status.json still says running; readers see that the process is gone.
  }
}
