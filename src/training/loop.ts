import {type Batch, learnable, type Split} from '../data/dataset.js';
import {Breather} from './breather.js';
import {metricColumns, splitPrefix} from './columns.js';
import {evaluate} from './evaluate.js';
import type {MetricValues, TrainingEvent, TrainingStatus} from './events.js';
import {judgedOutputs} from './judged-outputs.js';
import type {MetricTable} from './metrics/metric.js';
import {createMonitor, type Monitor} from './monitor.js';
import {withAverages, withInitialAverages} from './optimizers/average.js';
import type {TrainingOptions, TrainingOutcome} from './options.js';
import {type RunLength, runLength} from './run-length.js';
import {type RunningMetrics, runningMetrics} from './running-metrics.js';
import {type LearningRates, learningRates} from './schedules/learning-rates.js';
import type {TrainingState, UpdatePart} from './session.js';
import {WaitClock} from './wait-clock.js';

/**
 * Trains a session on a data set and tells the listener everything worth knowing. Touches no file and no terminal.
 * Training metrics are running ones over the epoch, taken before each update, with noise such as dropout on.
 * An epoch's events: epochStarted, step… (with validateEverySteps validated and checkpoint best between them), epochEnded,
 * checkpoint best, checkpoint last, stoppedEarly.
 */
export const train = (options: TrainingOptions): Promise<TrainingOutcome> => new TrainingLoop(options).run();

/** Each phase returns the status to end with, or undefined to go on. */
class TrainingLoop {
  readonly #running: RunningMetrics;
  readonly #evaluated: RunningMetrics;
  readonly #stopper: Monitor | undefined;
  readonly #keeper: Monitor | undefined;
  readonly #breather = new Breather();
  readonly #waiting = new WaitClock();
  readonly #length: RunLength;
  /** When `maxMinutes` are over, on the clock of `performance`. */
  #deadlineMillis = Number.POSITIVE_INFINITY;
  readonly #rates: LearningRates;
  #epoch = 0;
  #step = 0;
  #numExamples = 0;
  #trainMillis = 0;
  /** Spent on validation within this epoch. */
  #validateMillis = 0;
  /** Whether the epoch that just ended is the best so far by the column that decides checkpoints. */
  #isToKeep = false;
  /** Running values of this epoch; those of the epoch before until its first step is made. */
  #values: MetricValues = {};
  /** Of the last finished epoch. */
  #final: MetricValues = {};
  #lastSavedStep = 0;
  #bestState: TrainingState | undefined;
  #restoredEpoch: number | undefined;
  #test: MetricValues | undefined;
  /** Of the validation set: after the last epoch, and with the weights that restoreBest brings back. */
  readonly #tables: Record<'last' | 'best', readonly MetricTable[]> = {last: [], best: []};

  constructor(private readonly options: TrainingOptions) {
    const {spec, checkpoint, outputShapes, dataset} = options;
    const outputs = judgedOutputs(spec, outputShapes, learnable(dataset.info));
    const columns = metricColumns(spec, {validation: true, test: true}, dataset.info.targets);
    this.#running = runningMetrics(outputs);
    this.#evaluated = runningMetrics(outputs);
    this.#stopper = spec.earlyStopping && createMonitor(columns, spec.earlyStopping);
    const {monitor, mode} = checkpoint;
    this.#keeper = monitor === undefined ? undefined : createMonitor(columns, {monitor, mode});
    this.#length = runLength(spec, dataset.train.numExamples);
    this.#rates = learningRates(spec, this.#length, columns);
  }

  async run(): Promise<TrainingOutcome> {
    const {session, numParameters, spec, maxSteps = Number.POSITIVE_INFINITY} = this.options;
    const {stepsPerEpoch, numSteps} = this.#length;
    const limit = Math.min(numSteps, maxSteps);
    const numEpochs = Math.ceil(limit / stepsPerEpoch);
    if (spec.maxMinutes !== undefined) this.#deadlineMillis = performance.now() + 60_000 * spec.maxMinutes;
    await this.#emit({
      type: 'trainingStarted',
      numEpochs,
      stepsPerEpoch: Math.min(stepsPerEpoch, limit),
      numParameters,
    });
    if (spec.weightAverage) await session.writeState(withInitialAverages(await session.readState()));
    let status: TrainingStatus | undefined;
    let isLast = false;
    while (!isLast && !status) {
      this.#epoch++;
      status = (await this.#trainEpoch(limit)) ?? (await this.#evaluateEpoch());
      isLast = this.#epoch === numEpochs || this.#isTimeUp;
      if (!status) status = await this.#concludeEpoch(isLast);
    }
    if (!status || status === 'stoppedEarly') status = (await this.#finish()) ?? status ?? 'completed';
    return this.#end(status);
  }

  async #trainEpoch(limit: number): Promise<TrainingStatus | undefined> {
    const {session, dataset, spec, signal} = this.options;
    const epoch = this.#epoch;
    await this.#emit({type: 'epochStarted', epoch});
    this.#running.reset();
    this.#numExamples = 0;
    let stepInEpoch = 0;
    let update = {loss: 0, numExamples: 0};
    const {validateEverySteps = Number.POSITIVE_INFINITY} = spec;
    const startMillis = performance.now();
    this.#validateMillis = 0;
    this.#waiting.reset();
    const batches = dataset.train.batches(spec.batchSize, this.#order(), epoch);
    for (const batch of this.#waiting.watch(batches)) {
      const part = this.#partOf(batch, update.numExamples);
      if (!part || part.index === 0) this.#step++;
      const step = this.#step;
      const learningRate = this.#rates.rate(step);
      const pending = session.step(batch, {learningRate, step, part});
      const result = pending instanceof Promise ? await pending : pending;
      const {loss} = result;
      if (!Number.isFinite(loss)) return this.#diverge(loss);
      this.#running.update(batch, result);
      this.#numExamples += batch.size;
      if (this.#breather.isDue) await this.#breather.breathe();
      update = {loss: update.loss + loss * (part?.share ?? 1), numExamples: update.numExamples + batch.size};
      if (part && !part.isLast) continue;
      const running = this.#running.quickValues(splitPrefix.train);
      this.#values = running;
      stepInEpoch++;
      const heard = this.options.listener({
        type: 'step',
        epoch,
        step,
        stepInEpoch,
        batchLoss: update.loss,
        running,
        learningRate,
        numExamples: this.#numExamples,
      });
      update = {loss: 0, numExamples: 0};
      if (heard instanceof Promise) await heard;
      if (signal?.aborted) return this.#interrupt();
      if (step === limit || this.#isTimeUp) break;
      if (step % validateEverySteps !== 0 || stepInEpoch === this.#length.stepsPerEpoch) continue;
      const status = await this.#validate();
      if (status) return status;
    }
    this.#values = this.#running.values(splitPrefix.train);
    this.#trainMillis = performance.now() - startMillis - this.#validateMillis;
    return undefined;
  }

  /** Where a batch stands in its update when updates take several. @param numBefore examples of the update's earlier batches */
  #partOf(batch: Batch, numBefore: number): UpdatePart | undefined {
    const {dataset, spec} = this.options;
    const {accumulateSteps = 1, batchSize} = spec;
    if (accumulateSteps === 1) return undefined;
    const numLeft = dataset.train.numExamples - (this.#numExamples - numBefore);
    const numWhole = Math.min(batchSize * accumulateSteps, numLeft);
    return {
      index: numBefore / batchSize,
      share: batch.size / numWhole,
      isLast: numBefore + batch.size === numWhole,
    };
  }

  get #isTimeUp(): boolean {
    return performance.now() >= this.#deadlineMillis;
  }

  /** Evaluates the validation set in the middle of an epoch, and keeps the weights where they are the best so far. */
  async #validate(): Promise<TrainingStatus | undefined> {
    const {dataset, session, spec} = this.options;
    if (!dataset.validation) return undefined;
    const startMillis = performance.now();
    const metrics = await this.#evaluate(dataset.validation, splitPrefix.validation);
    if (!metrics) return this.#interrupt();
    const loss = metrics[`${splitPrefix.validation}loss`]!;
    if (!Number.isFinite(loss)) return this.#diverge(loss);
    const [epoch, step] = [this.#epoch, this.#step];
    const isBest = this.#keeper?.observe(epoch, metrics) ?? false;
    const millis = performance.now() - startMillis;
    await this.#emit({type: 'validated', epoch, step, metrics, millis, isBest});
    if (isBest) {
      const state = await session.readState();
      const evaluated = spec.weightAverage ? withAverages(state) : state;
      await this.#emit({type: 'checkpoint', kind: 'best', epoch, step, metrics, state: evaluated});
    }
    this.#validateMillis += performance.now() - startMillis;
    return undefined;
  }

  async #evaluateEpoch(): Promise<TrainingStatus | undefined> {
    const {dataset, evaluateTestEveryEpoch} = this.options;
    const startMillis = performance.now();
    const metrics = {...this.#values};
    for (const split of ['validation', 'test'] as const) {
      const examples = dataset[split];
      if (!examples || (split === 'test' && !evaluateTestEveryEpoch)) continue;
      const values = await this.#evaluate(examples, splitPrefix[split]);
      if (!values) return this.#interrupt();
      const loss = values[`${splitPrefix[split]}loss`]!;
      if (!Number.isFinite(loss)) return this.#diverge(loss);
      Object.assign(metrics, values);
      if (split === 'validation') this.#tables.last = this.#evaluated.tables();
    }
    this.#final = metrics;
    const isStopperBest = this.#stopper?.observe(this.#epoch, metrics) ?? false;
    if (isStopperBest) this.#tables.best = this.#tables.last;
    const isKeeperBest = this.#keeper?.observe(this.#epoch, metrics) ?? false;
    this.#isToKeep = isKeeperBest;
    await this.#emit({
      type: 'epochEnded',
      epoch: this.#epoch,
      step: this.#step,
      metrics,
      learningRate: this.#rates.rate(this.#step),
      trainMillis: this.#trainMillis,
      waitMillis: this.#waiting.millis,
      evaluateMillis: performance.now() - startMillis,
      numExamples: this.#numExamples,
      isBest: this.#keeper ? isKeeperBest : isStopperBest,
    });
    this.#rates.observe(metrics);
    return undefined;
  }

  async #concludeEpoch(isLast: boolean): Promise<TrainingStatus | undefined> {
    const {session, spec, checkpoint} = this.options;
    const {earlyStopping} = spec;
    const [epoch, step, metrics] = [this.#epoch, this.#step, this.#final];
    const isToRestore = earlyStopping?.restoreBest === true && this.#stopper?.best?.epoch === epoch;
    if (isToRestore || this.#isToKeep || checkpoint.last) {
      const state = await session.readState();
      if (isToRestore) this.#bestState = state;
      const evaluated = spec.weightAverage ? withAverages(state) : state;
      if (this.#isToKeep) await this.#emit({type: 'checkpoint', kind: 'best', epoch, step, metrics, state: evaluated});
      if (checkpoint.last) await this.#saveLast(metrics, state);
    }
    if (this.options.signal?.aborted) return this.#interrupt();
    const best = this.#stopper?.best;
    if (isLast || !earlyStopping || !best || epoch - best.epoch < earlyStopping.patience) return undefined;
    await this.#emit({type: 'stoppedEarly', epoch, monitor: best.monitor, bestEpoch: best.epoch, best: best.value});
    return 'stoppedEarly';
  }

  /** Brings back the best weights, evaluates the test set, and leaves the session with the weights that were evaluated. */
  async #finish(): Promise<TrainingStatus | undefined> {
    const {session, dataset, spec} = this.options;
    const best = this.#stopper?.best;
    if (best && this.#bestState && best.epoch !== this.#epoch) {
      await session.writeState(this.#bestState);
      this.#restoredEpoch = best.epoch;
      await this.#emit({type: 'restoredBest', epoch: best.epoch, monitor: best.monitor, best: best.value});
    }
    await this.#emitTables('validation', this.#restoredEpoch === undefined ? this.#tables.last : this.#tables.best);
    if (dataset.test) {
      const values = await this.#evaluate(dataset.test, splitPrefix.test);
      if (!values) return this.#interrupt();
      const loss = values[`${splitPrefix.test}loss`]!;
      if (!Number.isFinite(loss)) return this.#diverge(loss);
      this.#test = values;
      await this.#emitTables('test', this.#evaluated.tables());
      await this.#emit({type: 'tested', metrics: values});
    }
    if (spec.weightAverage) await session.writeState(withAverages(await session.readState()));
    return undefined;
  }

  async #emitTables(split: 'validation' | 'test', tables: readonly MetricTable[]): Promise<void> {
    if (tables.length > 0) await this.#emit({type: 'tables', split, tables});
  }

  async #end(status: TrainingStatus): Promise<TrainingOutcome> {
    const [epoch, step] = [this.#epoch, this.#step];
    await this.#emit({type: 'trainingEnded', status, epoch, step});
    const best = (this.#keeper ?? this.#stopper)?.best;
    return {
      status,
      epoch,
      step,
      final: this.#final,
      ...(best && {best}),
      ...(this.#restoredEpoch !== undefined && {restoredEpoch: this.#restoredEpoch}),
      ...(this.#test && {test: this.#test}),
    };
  }

  async #interrupt(): Promise<'interrupted'> {
    const [epoch, step] = [this.#epoch, this.#step];
    const isSaved = this.#lastSavedStep === step || this.#restoredEpoch !== undefined;
    if (!isSaved) await this.#saveLast(this.#values, await this.options.session.readState());
    await this.#emit({type: 'interrupted', epoch, step});
    return 'interrupted';
  }

  async #saveLast(metrics: MetricValues, state: TrainingState): Promise<void> {
    const [epoch, step] = [this.#epoch, this.#step];
    this.#lastSavedStep = step;
    await this.#emit({type: 'checkpoint', kind: 'last', epoch, step, metrics, state});
  }

  async #diverge(loss: number): Promise<'diverged'> {
    await this.#emit({type: 'diverged', epoch: this.#epoch, step: this.#step, loss, lastGood: this.#values});
    return 'diverged';
  }

  /** With the averaged weights where there are such; the latest ones are back afterwards. */
  async #evaluate(split: Split, prefix: string): Promise<MetricValues | undefined> {
    const {session, spec, signal, maxSteps} = this.options;
    const latest = spec.weightAverage && (await session.readState());
    if (latest) await session.writeState(withAverages(latest));
    const values = await evaluate(split, prefix, {
      session,
      signal,
      batchSize: spec.evaluationBatchSize ?? spec.batchSize,
      maxBatches: maxSteps,
      running: this.#evaluated,
      breather: this.#breather,
    });
    if (latest) await session.writeState(latest);
    return values;
  }

  /** Order of the training examples in this epoch: a function of the seed and the epoch alone, so a resumed run needs no more. */
  #order(): Uint32Array {
    const {dataset, spec, rng} = this.options;
    const order = Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index);
    return spec.shuffle ? rng.split('shuffle').split(this.#epoch).shuffle(order) : order;
  }

  async #emit(event: TrainingEvent): Promise<void> {
    await this.options.listener(event);
  }
}
