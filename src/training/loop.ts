import {learnable} from '../data/dataset.js';
import {Breather} from './breather.js';
import {CheckpointClock} from './checkpoint-clock.js';
import {metricColumns, splitPrefix} from './columns.js';
import {Evaluator} from './evaluator.js';
import type {MetricValues, TrainingEvent, TrainingStatus} from './events.js';
import {judgedOutputs} from './judged-outputs.js';
import {Keeper} from './keeper.js';
import type {MetricTable} from './metrics/metric.js';
import {createMonitor, type Monitor} from './monitor.js';
import {withAverages, withInitialAverages} from './optimizers/average.js';
import type {TrainingOptions, TrainingOutcome} from './options.js';
import type {TrainingPosition} from './position.js';
import {type RunLength, runLength} from './run-length.js';
import {type RunningMetrics, runningMetrics} from './running-metrics.js';
import {type LearningRates, learningRates} from './schedules/learning-rates.js';
import type {TrainingState} from './session.js';
import {updatePart} from './update-part.js';
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
  readonly #evaluator: Evaluator;
  readonly #stopper: Monitor | undefined;
  readonly #keeper: Keeper | undefined;
  readonly #checkpoints: CheckpointClock;
  readonly #breather = new Breather();
  readonly #waiting = new WaitClock();
  readonly #length: RunLength;
  readonly #rates: LearningRates;
  /** On the clock of `performance`: when training began, had it not been interrupted. */
  #startMillis = performance.now();
  #epoch = 0;
  #step = 0;
  #stepInEpoch = 0;
  #numExamples = 0;
  #trainMillis = 0;
  /** Spent on validation within this epoch. */
  #validateMillis = 0;
  /** Whether the epoch that just ended is among the best so far by the column that decides checkpoints. */
  #isToKeep = false;
  /** Running values of this epoch; those of the epoch before until its first step is made. */
  #values: MetricValues = {};
  /** Of the last finished epoch. */
  #final: MetricValues = {};
  #lastSavedStep = 0;
  /** As they were evaluated in the best epoch. */
  #bestWeights: TrainingState['weights'] | undefined;
  #restoredEpoch: number | undefined;
  #test: MetricValues | undefined;
  #tables: TrainingPosition['tables'] = {last: [], best: []};

  constructor(private readonly options: TrainingOptions) {
    const {spec, checkpoint, outputShapes, dataset} = options;
    const outputs = judgedOutputs(spec, outputShapes, learnable(dataset.info));
    const columns = metricColumns(spec, {validation: true, test: true}, dataset.info.targets);
    this.#running = runningMetrics(outputs);
    this.#evaluator = new Evaluator(options, runningMetrics(outputs), this.#breather);
    this.#stopper = spec.earlyStopping && createMonitor(columns, spec.earlyStopping);
    const {monitor, mode, keep = 1} = checkpoint;
    this.#keeper = monitor === undefined ? undefined : new Keeper(columns, {monitor, mode, keep});
    this.#checkpoints = new CheckpointClock(checkpoint);
    this.#length = runLength(spec, dataset.train.numExamples);
    this.#rates = learningRates(spec, this.#length, columns);
  }

  async run(): Promise<TrainingOutcome> {
    const {session, numParameters, spec, from, maxSteps = Number.POSITIVE_INFINITY} = this.options;
    const {stepsPerEpoch, numSteps} = this.#length;
    const limit = Math.min(numSteps, maxSteps);
    const numEpochs = Math.ceil(limit / stepsPerEpoch);
    await this.#emit({
      type: 'trainingStarted',
      numEpochs,
      stepsPerEpoch: Math.min(stepsPerEpoch, limit),
      numParameters,
      ...(from && {from: {epoch: from.position.epoch, step: from.position.step}}),
    });
    if (from) await session.writeState(from.state);
    else if (spec.weightAverage) await session.writeState(withInitialAverages(await session.readState()));
    let status: TrainingStatus | undefined;
    let isLast = false;
    let resumed = from && this.#goOnFrom(from.position);
    if (resumed === 'concluded') {
      resumed = undefined;
      isLast = this.#epoch >= numEpochs || this.#isTimeUp;
      status = await this.#stopEarly(isLast);
    }
    while (!isLast && !status) {
      if (!resumed) this.#epoch++;
      if (resumed !== 'trained') status = await this.#trainEpoch(limit, resumed);
      resumed = undefined;
      status ??= await this.#evaluateEpoch();
      isLast = this.#epoch >= numEpochs || this.#isTimeUp;
      if (!status) status = await this.#concludeEpoch(isLast);
    }
    if (!status || status === 'stoppedEarly') status = (await this.#finish()) ?? status ?? 'completed';
    return this.#end(status);
  }

  /** @returns what had been done there */
  #goOnFrom(position: TrainingPosition): TrainingPosition['at'] {
    const {stopper, keeper, plateau, gathered, clock} = position;
    ({epoch: this.#epoch, step: this.#step, stepInEpoch: this.#stepInEpoch} = position);
    ({numExamples: this.#numExamples, values: this.#values, final: this.#final, tables: this.#tables} = position);
    this.#startMillis = performance.now() - clock.elapsed;
    this.#trainMillis = clock.training;
    this.#validateMillis = clock.validation;
    this.#waiting.reset(clock.waiting);
    if (stopper) this.#stopper?.restore(stopper);
    if (keeper) this.#keeper?.restore(keeper);
    if (plateau) this.#rates.restore(plateau);
    if (gathered) this.#running.restore(gathered);
    this.#bestWeights = position.bestWeights;
    this.#lastSavedStep = this.#step;
    return position.at;
  }

  /** @param resumed what was done last in an epoch under way; undefined for a new one */
  async #trainEpoch(limit: number, resumed?: TrainingPosition['at']): Promise<TrainingStatus | undefined> {
    const {session, dataset, spec} = this.options;
    const epoch = this.#epoch;
    await this.#emit({type: 'epochStarted', epoch});
    if (!resumed) {
      this.#running.reset();
      this.#waiting.reset();
      [this.#numExamples, this.#stepInEpoch, this.#trainMillis, this.#validateMillis] = [0, 0, 0, 0];
    }
    const startMillis = performance.now() - this.#trainMillis - this.#validateMillis;
    const measure = (): void => {
      this.#trainMillis = performance.now() - startMillis - this.#validateMillis;
    };
    let next = resumed && (await this.#afterStep(limit, resumed === 'validated'));
    let update = {loss: 0, numExamples: 0};
    const {numExamples} = dataset.train;
    const batches = next ? [] : dataset.train.batches(spec.batchSize, this.#order(), epoch);
    for (const batch of this.#waiting.watch(batches)) {
      const place = {numExamples, numDone: this.#numExamples, numBefore: update.numExamples};
      const part = updatePart(spec, batch.size, place);
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
      this.#stepInEpoch++;
      const heard = this.options.listener({
        type: 'step',
        epoch,
        step,
        stepInEpoch: this.#stepInEpoch,
        batchLoss: update.loss,
        running,
        learningRate,
        numExamples: this.#numExamples,
      });
      update = {loss: 0, numExamples: 0};
      if (heard instanceof Promise) await heard;
      measure();
      const after = this.#afterStep(limit, false);
      next = after instanceof Promise ? await after : after;
      if (next) break;
    }
    if (next && next !== 'epochOver') return next;
    this.#values = this.#running.values(splitPrefix.train);
    measure();
    return undefined;
  }

  /**
   * Whatever comes between two updates: an end, an evaluation, a checkpoint. No promise where there is nothing to do.
   * @param isValidated whether the evaluation was made before the run was interrupted here
   */
  #afterStep(limit: number, isValidated: boolean): AfterStep | Promise<AfterStep> {
    const {signal, spec} = this.options;
    if (signal?.aborted) return this.#interrupt(isValidated ? 'validated' : 'step');
    const step = this.#step;
    if (step === limit || this.#isTimeUp || this.#stepInEpoch === this.#length.stepsPerEpoch) return 'epochOver';
    const {validateEverySteps = Number.POSITIVE_INFINITY} = spec;
    const isToValidate = !isValidated && step % validateEverySteps === 0;
    const isToSave = this.#lastSavedStep !== step && this.#checkpoints.isDueWithin(step);
    return isToValidate || isToSave ? this.#pause(isToValidate, isToSave) : undefined;
  }

  async #pause(isToValidate: boolean, isToSave: boolean): Promise<TrainingStatus | undefined> {
    const status = isToValidate ? await this.#validate() : undefined;
    if (status || !isToSave) return status;
    const at = isToValidate ? 'validated' : 'step';
    await this.#saveLast(at, this.#values, await this.options.session.readState());
    return undefined;
  }

  get #isTimeUp(): boolean {
    const {maxMinutes = Number.POSITIVE_INFINITY} = this.options.spec;
    return performance.now() - this.#startMillis >= 60_000 * maxMinutes;
  }

  /** Evaluates the validation set in the middle of an epoch, and keeps the weights where they are the best so far. */
  async #validate(): Promise<TrainingStatus | undefined> {
    const {dataset, session, spec} = this.options;
    if (!dataset.validation) return undefined;
    const startMillis = performance.now();
    const metrics = await this.#evaluator.evaluate(dataset.validation, splitPrefix.validation);
    if (!metrics) return this.#interrupt('step');
    const loss = metrics[`${splitPrefix.validation}loss`]!;
    if (!Number.isFinite(loss)) return this.#diverge(loss);
    const [epoch, step] = [this.#epoch, this.#step];
    const {isBest = false, isKept = false} = this.#keeper?.observe(epoch, step, metrics) ?? {};
    const millis = performance.now() - startMillis;
    await this.#emit({type: 'validated', epoch, step, metrics, millis, isBest});
    if (isKept) await this.#saveBest(metrics, asEvaluated(await session.readState(), spec));
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
      const values = await this.#evaluator.evaluate(examples, splitPrefix[split]);
      if (!values) return this.#interrupt('trained');
      const loss = values[`${splitPrefix[split]}loss`]!;
      if (!Number.isFinite(loss)) return this.#diverge(loss);
      Object.assign(metrics, values);
      if (split === 'validation') this.#tables = {...this.#tables, last: this.#evaluator.tables()};
    }
    this.#final = metrics;
    const isStopperBest = this.#stopper?.observe(this.#epoch, metrics) ?? false;
    if (isStopperBest) this.#tables = {...this.#tables, best: this.#tables.last};
    const {isBest = isStopperBest, isKept = false} = this.#keeper?.observe(this.#epoch, this.#step, metrics) ?? {};
    this.#isToKeep = isKept;
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
      isBest,
    });
    this.#rates.observe(metrics);
    return undefined;
  }

  async #concludeEpoch(isLast: boolean): Promise<TrainingStatus | undefined> {
    const {session, spec} = this.options;
    const isToRestore = spec.earlyStopping?.restoreBest === true && this.#stopper?.best?.epoch === this.#epoch;
    const isToSave = this.#checkpoints.isDueAfter(this.#epoch, this.#step, isLast);
    if (isToRestore || this.#isToKeep || isToSave) {
      const state = await session.readState();
      const evaluated = asEvaluated(state, spec);
      if (isToRestore) this.#bestWeights = evaluated.weights;
      if (this.#isToKeep) await this.#saveBest(this.#final, evaluated);
      if (isToSave) await this.#saveLast('concluded', this.#final, state);
    }
    if (this.options.signal?.aborted) return this.#interrupt('concluded');
    return this.#stopEarly(isLast);
  }

  async #stopEarly(isLast: boolean): Promise<TrainingStatus | undefined> {
    const {earlyStopping} = this.options.spec;
    const best = this.#stopper?.best;
    const epoch = this.#epoch;
    if (isLast || !earlyStopping || !best || epoch - best.epoch < earlyStopping.patience) return undefined;
    await this.#emit({type: 'stoppedEarly', epoch, monitor: best.monitor, bestEpoch: best.epoch, best: best.value});
    return 'stoppedEarly';
  }

  /** Brings back the best weights, evaluates the test set, and leaves the session with the weights that were evaluated. */
  async #finish(): Promise<TrainingStatus | undefined> {
    const {session, dataset, spec} = this.options;
    const best = this.#stopper?.best;
    if (best && this.#bestWeights && best.epoch !== this.#epoch) {
      const {slots} = await session.readState();
      await session.writeState(withInitialAverages({weights: this.#bestWeights, slots}));
      this.#restoredEpoch = best.epoch;
      await this.#emit({type: 'restoredBest', epoch: best.epoch, monitor: best.monitor, best: best.value});
    }
    await this.#emitTables('validation', this.#restoredEpoch === undefined ? this.#tables.last : this.#tables.best);
    if (dataset.test) {
      const values = await this.#evaluator.evaluate(dataset.test, splitPrefix.test);
      if (!values) return this.#interrupt('concluded');
      const loss = values[`${splitPrefix.test}loss`]!;
      if (!Number.isFinite(loss)) return this.#diverge(loss);
      this.#test = values;
      await this.#emitTables('test', this.#evaluator.tables());
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

  async #interrupt(at: TrainingPosition['at']): Promise<'interrupted'> {
    const [epoch, step] = [this.#epoch, this.#step];
    const isSaved = this.#lastSavedStep === step || this.#restoredEpoch !== undefined;
    if (!isSaved) await this.#saveLast(at, this.#values, await this.options.session.readState());
    await this.#emit({type: 'interrupted', epoch, step});
    return 'interrupted';
  }

  async #saveBest(metrics: MetricValues, state: TrainingState): Promise<void> {
    const kept = this.#keeper!.kept.map(({step}) => step);
    await this.#emit({type: 'checkpoint', kind: 'best', epoch: this.#epoch, step: this.#step, metrics, state, kept});
  }

  async #saveLast(at: TrainingPosition['at'], metrics: MetricValues, state: TrainingState): Promise<void> {
    const [epoch, step, position] = [this.#epoch, this.#step, this.#position(at)];
    this.#lastSavedStep = step;
    this.#checkpoints.saved();
    const canWait = at === 'concluded' && !this.#checkpoints.isExact;
    await this.#emit({type: 'checkpoint', kind: 'last', epoch, step, metrics, state, position, canWait});
  }

  #position(at: TrainingPosition['at']): TrainingPosition {
    const stopper = this.#stopper?.best;
    const plateau = this.#rates.state();
    return {
      ...{epoch: this.#epoch, step: this.#step, stepInEpoch: this.#stepInEpoch, numExamples: this.#numExamples, at},
      clock: {
        elapsed: performance.now() - this.#startMillis,
        training: this.#trainMillis,
        validation: this.#validateMillis,
        waiting: this.#waiting.millis,
      },
      ...{values: this.#values, final: this.#final, tables: this.#tables},
      ...(stopper && {stopper}),
      ...(this.#keeper && {keeper: this.#keeper.state}),
      ...(plateau && {plateau}),
      ...(at === 'step' || at === 'validated' ? {gathered: this.#running.gathered()} : {}),
      ...(this.#bestWeights && {bestWeights: this.#bestWeights}),
    };
  }

  async #diverge(loss: number): Promise<'diverged'> {
    await this.#emit({type: 'diverged', epoch: this.#epoch, step: this.#step, loss, lastGood: this.#values});
    return 'diverged';
  }

  /** Order of the training examples that are left in this epoch: a function of the seed and the epoch alone. */
  #order(): Uint32Array {
    const {dataset, spec, rng} = this.options;
    const order = Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index);
    if (spec.shuffle) rng.split('shuffle').split(this.#epoch).shuffle(order);
    return order.subarray(this.#numExamples);
  }

  async #emit(event: TrainingEvent): Promise<void> {
    await this.options.listener(event);
  }
}

/** What is evaluated of a state. */
const asEvaluated = (state: TrainingState, {weightAverage}: TrainingOptions['spec']): TrainingState =>
  weightAverage ? withAverages(state) : state;

/** What to do after an update: end training, end the epoch, or go on. */
type AfterStep = TrainingStatus | 'epochOver' | undefined;
