import {learnable} from '../data/dataset.js';
import type {PartName} from '../data/splits.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {readSavedWeights} from '../runs/saved-weights.js';
import {ExpError} from '../support/errors.js';
import {Breather} from '../training/breather.js';
import {splitPrefix} from '../training/columns.js';
import {evaluate} from '../training/evaluate.js';
import type {MetricValues} from '../training/events.js';
import {judgedOutputs} from '../training/judged-outputs.js';
import type {MetricTable} from '../training/metrics/metric.js';
import {runningMetrics} from '../training/running-metrics.js';
import {prepareExperiment} from './prepare.js';
import {openSavedRun, useWeights} from './saved-run.js';

export interface EvaluateRequest {
  /** As `exp show` takes it. */
  readonly run: string;
  readonly runsDir: string;
  /** The best checkpoint by default, else the final model, else the last checkpoint. */
  readonly checkpoint?: RunCheckpoint | undefined;
  /** The test set by default, or the validation set where there is none. */
  readonly split?: PartName | undefined;
  readonly warn: (message: string) => void;
  /** Is told what takes long. */
  readonly notify?: (message: string) => void;
}

/** What weights of a run come to on a part of its data. */
export interface Evaluation {
  readonly run: string;
  readonly path: string;
  readonly checkpoint: RunCheckpoint;
  /** Of a checkpoint: how far training was. */
  readonly epoch?: number;
  readonly step?: number;
  readonly split: PartName;
  readonly numExamples: number;
  readonly engine: string;
  readonly device: string;
  /** Loss and metrics by column, as metrics.csv and summary.json spell them: `test_accuracy`. */
  readonly metrics: MetricValues;
  /** What else metrics such as confusionMatrix found out. */
  readonly tables: readonly MetricTable[];
  /** Whether the data are those that the run was trained on. */
  readonly isSameData: boolean;
}

/**
 * Evaluates the weights of a run on its data as training did: same batches, same engine, no noise, so that for the same weights and part
 * the numbers are those of the run's records. Writes nothing.
 * @throws ExpError for a run without weights, damaged files, or a part that the data do not have
 */
export async function evaluateRun({warn, notify, ...request}: EvaluateRequest): Promise<Evaluation> {
  const {run, spec, plan, baseDir} = await openSavedRun(request.run, request.runsDir);
  const {training} = spec;
  const isAveraged = training.weightAverage !== undefined;
  const saved = await readSavedWeights(run, request.checkpoint, {isAveraged});
  const prepared = await prepareExperiment({spec, baseDir, runsDir: request.runsDir}, warn, notify);
  try {
    const {dataset, model, session} = prepared;
    const isSameData = dataset.fingerprint === plan.dataFingerprint;
    if (!isSameData) warn(`the data are not those that ${run.id} was trained on: their fingerprint has changed`);
    const split = request.split ?? (dataset.test ? 'test' : dataset.validation ? 'validation' : 'train');
    const examples = dataset[split];
    if (!examples) {
      const present = (['test', 'validation', 'train'] as const).filter((part) => dataset[part]);
      throw new ExpError('USAGE', `the data of ${run.id} have no ${split} set`, `--split ${present.join(' or ')}`);
    }
    await useWeights(session, saved);
    const running = runningMetrics(judgedOutputs(training, model.outputShapes, learnable(dataset.info)));
    const metrics = await evaluate(examples, splitPrefix[split], {
      session,
      batchSize: training.evaluationBatchSize ?? training.batchSize,
      running,
      breather: new Breather(),
    });
    const {checkpoint, epoch, step} = saved;
    return {
      run: run.id,
      path: run.path,
      checkpoint,
      ...(epoch === undefined ? {} : {epoch}),
      ...(step === undefined ? {} : {step}),
      split,
      numExamples: examples.numExamples,
      engine: session.engine,
      device: session.device,
      metrics: metrics!,
      tables: running.tables(),
      isSameData,
    };
  } finally {
    await prepared.dispose();
  }
}
